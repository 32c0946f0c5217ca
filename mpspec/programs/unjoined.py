"""Starts three children and joins none of them."""

from mpspec import programs
from mpspec.work import processes as work

if __name__ == "__main__":
    mp = programs.implementation()
    for number in (1, 2, 3):
        mp.Process(target=work.stay_inside, args=(programs.probe(f"worker {number}"),)).start()
    programs.probe("main").note("main is through")
