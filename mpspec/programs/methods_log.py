"""Starts a child with multiprocessing's logger set up as it is told."""

import logging
import os
import sys

from mpspec import programs
from mpspec.work import methods as work

if __name__ == "__main__":
    mp, how = programs.implementation(), os.environ["MPSPEC_LOG"]
    if how == "to stderr":
        mp.log_to_stderr(logging.INFO)
    elif how == "by a handler":
        mp.get_logger().addHandler(logging.StreamHandler(sys.stdout))
        mp.get_logger().setLevel(logging.INFO)
    elif how == "by the root logger":
        logging.basicConfig(level=logging.INFO, stream=sys.stdout)
        mp.get_logger().setLevel(logging.INFO)
    child = mp.Process(target=work.print_logger, args=(mp,), name="worker")
    child.start()
    child.join()
