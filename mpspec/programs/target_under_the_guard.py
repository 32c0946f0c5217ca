"""Defines a process's target under the main guard, where the child's import does not come."""

from mpspec import programs

if __name__ == "__main__":

    def work() -> None:
        """Show that the target ran."""
        print("the target ran", flush=True)

    child = programs.implementation().Process(target=work)
    child.start()
    child.join()
    print("exit code", child.exitcode)
