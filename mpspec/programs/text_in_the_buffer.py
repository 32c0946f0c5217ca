"""Prints, which waits in the buffer of stdout, and starts a process that prints as well."""

from mpspec import programs


def work() -> None:
    """Print, and so flush at the end of the process whatever the buffer holds."""
    print("from the child")


if __name__ == "__main__":
    print("from the parent")
    child = programs.implementation().Process(target=work)
    child.start()
    child.join()
