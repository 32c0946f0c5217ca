"""Makes a block of shared memory, and forgets to unlink it."""

from mpspec import programs

if __name__ == "__main__":
    shared_memory = programs.implementation().module("shared_memory")
    block = shared_memory.SharedMemory(create=True, size=8)
    block.close()
    print(block.name)
