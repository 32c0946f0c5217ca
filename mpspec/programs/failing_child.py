"""Starts a child, called `failing worker`, that fails."""

from mpspec import programs
from mpspec.work import processes as work

if __name__ == "__main__":
    child = programs.implementation().Process(target=work.fail, name="failing worker")
    child.start()
    child.join()
