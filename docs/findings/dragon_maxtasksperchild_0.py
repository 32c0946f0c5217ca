"""A pool takes any maxtasksperchild; by a wrong one each worker fails and is replaced."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp

if __name__ == "__main__":
    mp.set_start_method("dragon")
    with mp.Pool(1, maxtasksperchild=0) as pool:  # multiprocessing: ValueError
        result = pool.apply_async(abs, (-1,))
        result.wait(5)
        print(result.ready())
