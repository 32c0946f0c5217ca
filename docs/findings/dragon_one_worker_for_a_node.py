"""By default a pool has one worker for each node, not for each processor."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    with mp.Pool() as pool:
        print(len(pool._pool), "of", mp.cpu_count())  # multiprocessing: the same number twice
