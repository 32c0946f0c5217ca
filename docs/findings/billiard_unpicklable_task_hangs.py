"""A task that cannot be pickled hangs, where multiprocessing raises what pickle raises."""

import billiard

if __name__ == "__main__":
    with billiard.Pool(1) as pool:
        result = pool.apply_async(lambda: 42)
        try:
            result.get(timeout=5)  # multiprocessing: PicklingError
        except billiard.TimeoutError:
            print("no result, no error")
