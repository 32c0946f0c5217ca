"""A partial cannot be given to `map`: it is asked for a `__name__`."""

from functools import partial

from lithops.multiprocessing import Pool

if __name__ == "__main__":
    with Pool(1) as pool:
        print(pool.map(partial(pow, 2), [3]))  # multiprocessing: [8]
