"""An error callback is given a private PoolTaskError in place of the exception."""

from ray.util.multiprocessing import Pool

if __name__ == "__main__":
    with Pool(1) as pool:
        failed = pool.apply_async(int, ("no number",), error_callback=lambda e: print(type(e)))
        failed.wait()  # multiprocessing: <class 'ValueError'>
        pool.close()
        pool.join()
