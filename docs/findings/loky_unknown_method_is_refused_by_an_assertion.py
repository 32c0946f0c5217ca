"""Whether loky refuses a start method that there is not depends on whether assertions are on."""

import subprocess
import sys

PROGRAM = """
from loky.backend.context import get_start_method, set_start_method
set_start_method("thread")  # AssertionError; multiprocessing: ValueError
print("settled:", get_start_method())  # under python -O: settled: thread
"""

for option in ([], ["-O"]):
    subprocess.run([sys.executable, *option, "-c", PROGRAM], check=False)
