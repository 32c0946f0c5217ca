"""`maxtasksperchild=0` is accepted, and means nothing."""

from ray.util.multiprocessing import Pool

if __name__ == "__main__":
    with Pool(1, maxtasksperchild=0) as pool:  # multiprocessing: ValueError
        print(pool.map(abs, [-1, -2]))
