"""Gives a pool a task, waits for nothing, and comes to its end."""

from mpspec import programs
from mpspec.work import pools as work

if __name__ == "__main__":
    pool = programs.implementation().Pool(1)
    pool.apply_async(work.stay_inside, (programs.probe("worker"),))
    programs.probe("main").checkpoint("main is through")
