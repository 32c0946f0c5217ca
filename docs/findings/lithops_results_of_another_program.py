"""A program and one that it has started take each other's results, as both count on from one id."""

import subprocess
import sys

from lithops.multiprocessing import Process


def fail() -> None:
    """Fail in the other program's child."""
    raise ValueError("of the other program")


if __name__ == "__main__":
    if "other" in sys.argv:
        Process(target=fail).start()
        sys.exit()
    first = Process(target=print)
    first.start()
    first.join()
    subprocess.run([sys.executable, __file__, "other"], check=False)
    second = Process(target=print)
    second.start()
    second.join()  # multiprocessing: returns; here it raises what is none of its own
