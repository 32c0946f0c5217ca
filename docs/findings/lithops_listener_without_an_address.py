"""A Listener wants an address, and raises TypeError without one."""

from lithops.multiprocessing.connection import Listener

if __name__ == "__main__":
    Listener()  # multiprocessing: takes a free one
