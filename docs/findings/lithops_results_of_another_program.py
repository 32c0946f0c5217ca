"""A program and one that it has started take each other's results, as both count on from one id."""

import subprocess
import sys

from lithops.multiprocessing import Process

if __name__ == "__main__":
    target = max if "other" in sys.argv else print  # max() fails
    first = Process(target=target)
    first.start()
    if "other" in sys.argv:
        sys.exit()
    first.join()
    subprocess.run([sys.executable, __file__, "other"], check=False)
    second = Process(target=print)
    second.start()
    second.join()  # multiprocessing: returns; here it raises what is none of its own
