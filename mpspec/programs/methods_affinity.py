"""Counts the processors before and after it may use only one of them."""

import os

from mpspec import programs

if __name__ == "__main__":
    mp = programs.implementation()
    before = mp.cpu_count()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print("as before:", mp.cpu_count() == before)
    print("as os.cpu_count:", mp.cpu_count() == os.cpu_count())
