"""A pool can be terminated only once, so that within a with block it cannot be."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    with mp.Pool(1) as pool:
        pool.terminate()  # multiprocessing: may be called again, as the end of the block does
