"""A pool that has lost a worker is never repaired: each task that falls to it fails."""

import os
import signal

import ray
from ray.util.multiprocessing import Pool

if __name__ == "__main__":
    with Pool(1) as pool:
        os.kill(pool.apply(os.getpid), signal.SIGKILL)
        for _ in range(3):
            try:
                print(pool.apply(os.getpid))  # multiprocessing: a new worker's pid
            except ray.exceptions.RayError as error:
                print(type(error).__name__)
