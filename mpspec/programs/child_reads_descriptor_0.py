"""Starts a child that reads descriptor 0; the parent reads what is left there."""

import os

from mpspec import programs


def read(who: str) -> None:
    """Show what can be read."""
    print(who, "read", os.read(0, 100), flush=True)


if __name__ == "__main__":
    child = programs.implementation().Process(target=read, args=("child",))
    child.start()
    child.join()
    read("parent")
