"""Has a child make a block of shared memory, and looks for it when the child has ended.

What keeps the child's standard error open beyond its end is a resource tracker of its own. When
that has ended as well, nobody will remove the block any more.
"""

import os

from mpspec import programs
from mpspec.work import state as work

if __name__ == "__main__":
    mp = programs.implementation()
    shared_memory = mp.module("shared_memory")
    name = f"mpspec-{os.getpid()}"
    errors, error = mp.Pipe(duplex=False)
    child = mp.Process(target=work.make_block, args=(mp, name, error))
    child.start()
    error.close()
    child.join()
    while os.read(errors.fileno(), 4096):
        pass
    try:
        block = shared_memory.SharedMemory(name=name)
    except FileNotFoundError:
        print("it is gone")
    else:
        print("it is there")
        block.close()
        block.unlink()
