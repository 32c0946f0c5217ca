"""Has children run by another executable than its own."""

import os

from mpspec import programs
from mpspec.work import methods as work

if __name__ == "__main__":
    mp = programs.implementation()
    mp.set_executable(os.environ["MPSPEC_EXECUTABLE"])
    child = mp.Process(target=work.print_variable, args=("COLOUR_OF_THE_DAY",))
    child.start()
    child.join()
