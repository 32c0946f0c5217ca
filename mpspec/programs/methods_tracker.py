"""Needs the resource tracker at the times that it is told."""

import os

from mpspec import programs
from mpspec.work import methods as work

if __name__ == "__main__":
    mp, main = programs.implementation(), programs.probe("main")
    main.checkpoint("begun")
    memory = mp.module("shared_memory").SharedMemory(create=True, size=1)
    main.checkpoint("memory", memory.name)
    memory.close()
    memory.unlink()
    children = [
        mp.Process(target=work.report_tracker, args=(mp, programs.probe(f"child {number}")))
        for number in range(int(os.environ.get("MPSPEC_CHILDREN", "0")))
    ]
    for child in children:
        child.start()
    if children:
        work.report_tracker(mp, main)
    for child in children:
        child.join()
