"""Imports a module for itself, and has a child tell whether it is there too."""

from mpspec import programs
from mpspec.work import methods as work

if __name__ == "__main__":
    import colorsys

    child = programs.implementation().Process(
        target=work.print_module_loaded, args=(colorsys.__name__,)
    )
    child.start()
    child.join()
