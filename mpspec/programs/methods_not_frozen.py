"""Calls freeze_support with the command line of a frozen program's child."""

import sys

from mpspec import programs

if __name__ == "__main__":
    sys.argv[1:] = ["--multiprocessing-fork"]
    programs.implementation().freeze_support()
    print("it goes on")
