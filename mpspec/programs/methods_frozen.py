"""Behaves like a program that was frozen into an executable, the script that it is told."""

import multiprocessing
import os
import sys

from mpspec.work import methods as work

if __name__ == "__main__":
    sys.frozen = True  # type: ignore[attr-defined]  # as the tools that freeze a program do
    sys.executable = os.environ["MPSPEC_EXECUTABLE"]
    multiprocessing.set_executable(sys.executable)
    multiprocessing.set_start_method("spawn")
    multiprocessing.freeze_support()
    if len(sys.argv) > 1:
        sys.exit("freeze_support has left a child to its fate")
    child = multiprocessing.Process(target=work.print_how_it_began, args=("the child", os.getpid()))
    child.start()
    child.join()
    print("exit code", child.exitcode)
