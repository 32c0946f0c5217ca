"""Tasks are dealt out to the workers in turn: one waits for a busy worker while another is idle."""

import time

from ray.util.multiprocessing import Pool

if __name__ == "__main__":
    with Pool(2) as pool:
        pool.map(time.sleep, [0, 0])
        begin = time.monotonic()
        slow = pool.apply_async(time.sleep, (5,))
        others = [pool.apply_async(time.sleep, (0,)) for _ in range(2)]
        for other in others:
            other.wait()
        print(f"{time.monotonic() - begin:.1f} s")  # multiprocessing: 0.0 s
