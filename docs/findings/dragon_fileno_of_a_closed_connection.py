"""A closed connection still gives a number when it is asked for its descriptor."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    receiver, sender = mp.Pipe(duplex=False)
    receiver.close()
    print(receiver.fileno())  # multiprocessing: OSError: handle is closed
