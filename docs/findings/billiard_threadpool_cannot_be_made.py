"""A ThreadPool cannot be made: AttributeError."""

from billiard.pool import ThreadPool

if __name__ == "__main__":
    print(ThreadPool(1))
