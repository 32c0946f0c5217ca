"""A pool that is closed takes a task without a word, and does not do it."""

import billiard

if __name__ == "__main__":
    pool = billiard.Pool(1)
    pool.close()
    print(pool.apply_async(int))  # multiprocessing: ValueError: Pool not running
    pool.join()
