"""Joins a child until Ctrl-C is pressed."""

from mpspec import programs
from mpspec.work import processes as work

if __name__ == "__main__":
    main = programs.probe("main")
    child = programs.implementation().Process(
        target=work.stay_inside_until_interrupted, args=(programs.probe("child"),)
    )
    child.start()
    try:
        main.note("joining")
        child.join()
    except KeyboardInterrupt:
        main.note("interrupted")
        child.join()
