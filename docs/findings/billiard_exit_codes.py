"""`sys.exit` with a text, which means failure, gives exit code 0; with None, success, 1."""

import sys

import billiard

if __name__ == "__main__":
    for given in ("it failed", None, 3):
        child = billiard.Process(target=sys.exit, args=(given,))
        child.start()
        child.join()
        print(repr(given), "gives", child.exitcode)  # multiprocessing: 1, 0, 3
