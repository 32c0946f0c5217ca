"""An input of `imap` that raises ends the results early, and nobody is told."""

import billiard


def numbers():
    """Give one number, and fail."""
    yield 1
    raise ValueError("why")


if __name__ == "__main__":
    with billiard.Pool(1) as pool:
        print(list(pool.imap(abs, numbers())))  # multiprocessing: raises the ValueError
