"""Says how a class is to be pickled, in the way that it is told, and sends an object of it."""

import os
from multiprocessing import reduction
from types import SimpleNamespace
from typing import Any

from mpspec import programs
from mpspec.work import methods as work


class Candle:
    """An object that cannot be pickled, were it for itself alone."""

    def __reduce__(self) -> Any:
        raise TypeError("a candle cannot be pickled")


class Pickler(reduction.ForkingPickler):
    """A pickler that knows what to send for a candle."""

    def reducer_override(self, thing: Any) -> Any:
        """Say how a candle is pickled, and of nothing else."""
        return as_words(thing) if isinstance(thing, Candle) else NotImplemented


def as_words(_: Candle) -> Any:
    """Return what makes words of a candle where it arrives."""
    return str, ("light",)


if __name__ == "__main__":
    context = programs.implementation().api
    here, there = context.Pipe()
    if os.environ["MPSPEC_REDUCER"] == "registered":
        reduction.ForkingPickler.register(Candle, as_words)
    else:
        context.reducer = SimpleNamespace(**vars(reduction) | {"ForkingPickler": Pickler})
    print(work.outcome(here.send, Candle()))
    if there.poll():
        print(there.recv())
