"""multiprocess, which pickles with dill: https://github.com/uqfoundation/multiprocess."""

from mpspec.adapters import Adapter
from mpspec.implementations import Implementation

ADAPTER = Adapter(
    library="multiprocess",
    implementations=tuple(
        Implementation("multiprocess", method) for method in ("fork", "spawn", "forkserver")
    ),
    install="multiprocess",
)
