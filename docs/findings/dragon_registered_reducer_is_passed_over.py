"""send does not ask the ForkingPickler how a type is to be pickled."""

# ruff: noqa: I001 - its manual has it imported first
import dragon  # noqa: F401 - adds the start method
import multiprocessing as mp
from multiprocessing.reduction import ForkingPickler


class Number:
    """Anything, of which a reducer makes the number 3."""


if __name__ == "__main__":
    mp.set_start_method("dragon")
    ForkingPickler.register(Number, lambda _: (int, (3,)))
    receiver, sender = mp.Pipe(duplex=False)
    sender.send(Number())
    print(receiver.recv())  # multiprocessing: 3
