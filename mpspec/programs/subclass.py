"""Runs a process whose work is the `run` method of a class."""

from typing import Any

from mpspec import programs

Process: Any = programs.implementation().Process


class Greeter(Process):  # type: ignore[misc]  # whichever class is under test
    """A process that greets somebody."""

    def __init__(self, whom: str) -> None:
        super().__init__()
        self.whom = whom

    def run(self) -> None:
        """Greet, as the process's work."""
        print("hello,", self.whom, flush=True)


if __name__ == "__main__":
    greeter = Greeter("world")
    greeter.start()
    greeter.join()
