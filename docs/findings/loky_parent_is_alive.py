"""A child that asks whether its parent lives gets a ValueError: it was told no sentinel."""

from multiprocessing import parent_process

from loky.backend import get_context


def ask() -> None:
    """Ask in the child."""
    print(parent_process().is_alive())  # multiprocessing: True


if __name__ == "__main__":
    child = get_context("loky").Process(target=ask)
    child.start()
    child.join()
