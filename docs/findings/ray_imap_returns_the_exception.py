"""`imap` hands out the exception of a task as if it were its result."""

from ray.util.multiprocessing import Pool

if __name__ == "__main__":
    with Pool(1) as pool:
        for result in pool.imap(int, ["1", "no number", "3"]):
            print(repr(result))  # multiprocessing: raises ValueError at the second
