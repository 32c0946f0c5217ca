"""A program that has not ended its pool never ends."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    pool = mp.Pool(1)
    print(pool.apply(abs, (-1,)))  # multiprocessing: with the program the pool ends as well
