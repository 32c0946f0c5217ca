"""Attaches to the block of shared memory whose name it reads, and closes it.

A second line that it reads, `untracked`, has it attach with `track=False`.
"""

import sys

from mpspec import programs

if __name__ == "__main__":
    name, *untracked = sys.stdin.read().split()
    options = {"track": False} if untracked else {}
    shared_memory = programs.implementation().module("shared_memory")
    block = shared_memory.SharedMemory(name=name, **options)
    block.buf[0] = 7
    block.close()
