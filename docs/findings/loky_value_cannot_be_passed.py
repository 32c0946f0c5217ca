"""A Value or an Array cannot be given to a child: its memory is pickled as it is."""

from loky.backend import get_context


def assign(number: object) -> None:
    """Assign in the child."""
    number.value = 2


if __name__ == "__main__":
    context = get_context("loky")
    number = context.Value("i", 1)
    child = context.Process(target=assign, args=(number,))
    child.start()  # loky: TypeError: cannot pickle 'mmap.mmap' object
    child.join()
    print(number.value)  # multiprocessing: 2
