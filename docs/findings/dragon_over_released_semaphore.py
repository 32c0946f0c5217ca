"""A BoundedSemaphore released too often raises a ChannelValueError, which is no ValueError."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    mp.BoundedSemaphore(1).release()  # multiprocessing: ValueError
