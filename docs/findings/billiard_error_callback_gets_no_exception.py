"""An error callback of a pool is not given the exception but a record of it."""

import billiard

if __name__ == "__main__":
    given = []
    with billiard.Pool(1) as pool:
        pool.apply_async(int, ("x",), error_callback=given.append).wait()
        pool.close()
        pool.join()
    print(isinstance(given[0], ValueError), type(given[0]))  # multiprocessing: True, ValueError
