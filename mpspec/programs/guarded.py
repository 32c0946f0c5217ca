"""Starts a process under the main guard."""

from mpspec import programs


def work() -> None:
    """Show that the target ran."""
    print("the target ran", flush=True)


if __name__ == "__main__":
    child = programs.implementation().Process(target=work)
    child.start()
    child.join()
    print("exit code", child.exitcode)
