"""`join` raises what the child has raised."""

from lithops.multiprocessing import Process


def fail():
    """Fail in the child."""
    raise ValueError("no")


if __name__ == "__main__":
    child = Process(target=fail)
    child.start()
    child.join()  # multiprocessing: returns
    print("exit code", child.exitcode)  # multiprocessing: 1
