"""Starts a child that ends by sys.exit with a text."""

from mpspec import programs
from mpspec.work import processes as work

if __name__ == "__main__":
    child = programs.implementation().Process(target=work.exit_with, args=("no more work",))
    child.start()
    child.join()
    print("exit code", child.exitcode)
