"""A pool may be made with no worker at all; its tasks are never done."""

import billiard

if __name__ == "__main__":
    pool = billiard.Pool(0)  # multiprocessing: ValueError
    try:
        pool.apply_async(int).get(timeout=5)
    except billiard.TimeoutError:
        print("no worker, no error")
    pool.terminate()
