"""A Barrier cannot be given to a child: its memory is pickled as it is, by a plain pickle."""

from loky.backend import get_context

if __name__ == "__main__":
    context = get_context("loky")
    barrier = context.Barrier(2)
    child = context.Process(target=barrier.wait)
    child.start()  # multiprocessing: the child comes to the barrier
    barrier.wait(5)
    child.join()
