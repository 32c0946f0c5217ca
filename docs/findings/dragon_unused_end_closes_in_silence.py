"""Who waits at a pipe is not told that its other end has been closed, if that was never used."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    reader, writer = mp.Pipe(duplex=False)
    writer.close()
    print(reader.poll(5))  # multiprocessing: True, and recv raises EOFError
