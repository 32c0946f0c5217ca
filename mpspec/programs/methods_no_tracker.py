"""Starts two children before it has needed the resource tracker."""

from mpspec import programs
from mpspec.work import methods as work

if __name__ == "__main__":
    mp = programs.implementation()
    children = [
        mp.Process(target=work.report_tracker, args=(mp, programs.probe(f"child {number}")))
        for number in (1, 2)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
