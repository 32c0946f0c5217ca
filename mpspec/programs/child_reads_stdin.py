"""Starts a child that reads its standard input; the parent reads what is left of it."""

import sys

from mpspec import programs


def read(who: str) -> None:
    """Show what can be read."""
    print(who, "read", repr(sys.stdin.read()), flush=True)


if __name__ == "__main__":
    child = programs.implementation().Process(target=read, args=("child",))
    child.start()
    child.join()
    read("parent")
