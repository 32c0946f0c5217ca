"""torch.multiprocessing, in which tensors are shared: https://docs.pytorch.org/docs/stable/multiprocessing.html."""

from mpspec.adapters import Adapter
from mpspec.implementations import Implementation

ADAPTER = Adapter(
    library="torch",
    implementations=tuple(
        Implementation("torch.multiprocessing", method)
        for method in ("fork", "spawn", "forkserver")
    ),
    install="torch",
    deadline=60.0,  # each new interpreter imports torch, which takes seconds on a busy machine
)
