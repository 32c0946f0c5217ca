"""`BoundedSemaphore()` raises TypeError: its number has no default."""

from loky.backend import get_context

if __name__ == "__main__":
    get_context("loky").Semaphore()
    get_context("loky").BoundedSemaphore()  # multiprocessing: one seat
