"""Sending to an end that everybody has closed raises nothing, at least not at once."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    receiver, sender = mp.Pipe(duplex=False)
    sender.send("the first")
    receiver.recv()
    receiver.close()
    sender.send("the second")  # multiprocessing: BrokenPipeError
