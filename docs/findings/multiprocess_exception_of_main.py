"""Under fork an exception class of the main program comes back from a pool as another class."""

import multiprocess


class MineError(Exception):
    """An error of the main program's own."""


def fail(_):
    """Fail by it."""
    raise MineError


if __name__ == "__main__":
    with multiprocess.get_context("fork").Pool(1) as pool:
        try:
            pool.map(fail, [1])
        except Exception as error:  # noqa: BLE001 - of what class it is, is the question
            print(isinstance(error, MineError), type(error))  # multiprocessing: True
