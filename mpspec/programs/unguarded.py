"""Starts a process without a main guard."""

from mpspec import programs


def work() -> None:
    """Show that the target ran."""
    print("the target ran", flush=True)


child = programs.implementation().Process(target=work)
child.start()
child.join()
print("exit code", child.exitcode)
