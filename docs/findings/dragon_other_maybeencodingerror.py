"""A result that cannot be pickled becomes an error of a class that multiprocessing.pool has not."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp
from multiprocessing.pool import MaybeEncodingError
import threading

if __name__ == "__main__":
    mp.set_start_method("dragon")
    with mp.Pool(1) as pool:
        pending = pool.apply_async(threading.Lock)
        pending.wait()
        try:
            pending.get()
        except MaybeEncodingError as error:  # here another one comes
            print("caught:", error)  # multiprocessing prints this
