"""Tells each time it is run, and has two children tell under which name they know it."""

from mpspec import programs

print("running as", __name__, flush=True)


def tell() -> None:
    """Tell the name of the module that this function belongs to."""
    print("child of", __name__, flush=True)


if __name__ == "__main__":
    mp = programs.implementation()
    for _ in range(2):
        child = mp.Process(target=tell)
        child.start()
        child.join()
