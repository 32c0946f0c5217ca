"""Says how a class is to be pickled, in the way that it is told, and sends an object of it."""

import os
from types import SimpleNamespace
from typing import Any

from mpspec import programs
from mpspec.work import methods as work


class Candle:
    """An object that cannot be pickled, were it for itself alone."""

    def __reduce__(self) -> Any:
        raise TypeError("a candle cannot be pickled")


def as_words(_: Candle) -> Any:
    """Return what makes words of a candle where it arrives."""
    return str, ("light",)


def enlightened(pickler: Any) -> Any:
    """Return a pickler like this one that knows what to send for a candle."""

    class Pickler(pickler):  # type: ignore[misc]  # the library's own, whichever that is
        def reducer_override(self, thing: Any) -> Any:
            """Say how a candle is pickled, and of nothing else."""
            return as_words(thing) if isinstance(thing, Candle) else NotImplemented

    return Pickler


if __name__ == "__main__":
    mp = programs.implementation()
    context = mp.api
    reduction = context.reducer if hasattr(context, "reducer") else mp.module("reduction")
    here, there = context.Pipe()
    if os.environ["MPSPEC_REDUCER"] == "registered":
        reduction.ForkingPickler.register(Candle, as_words)
    else:
        told = {"ForkingPickler": enlightened(reduction.ForkingPickler)}
        context.reducer = SimpleNamespace(**vars(reduction) | told)
    print(work.outcome(here.send, Candle()))
    if there.poll():
        print(there.recv())
