"""Puts a large item that nobody gets, and comes to its end."""

from mpspec import programs
from mpspec.work import queues as work

if __name__ == "__main__":
    work.put_large(programs.implementation().Queue(), programs.probe("main"))
