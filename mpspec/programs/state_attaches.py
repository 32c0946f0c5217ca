"""Attaches to the block of shared memory that `MPSPEC_BLOCK` names, and closes it.

With `MPSPEC_UNTRACKED` it attaches with `track=False`.
"""

import os

from mpspec import programs

if __name__ == "__main__":
    options = {"track": False} if "MPSPEC_UNTRACKED" in os.environ else {}
    shared_memory = programs.implementation().module("shared_memory")
    block = shared_memory.SharedMemory(name=os.environ["MPSPEC_BLOCK"], **options)
    block.buf[0] = 7
    block.close()
