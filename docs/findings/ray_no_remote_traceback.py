"""The exception of a task comes back without the worker's traceback."""

import traceback

from ray.util.multiprocessing import Pool

if __name__ == "__main__":
    with Pool(1) as pool:
        try:
            pool.apply(int, ("no number",))
        except ValueError as error:
            print(error.__cause__)  # multiprocessing: the RemoteTraceback
            traceback.print_exc()
