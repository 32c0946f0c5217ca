"""billiard, the fork of multiprocessing that celery uses: https://github.com/celery/billiard."""

from mpspec.adapters import Adapter
from mpspec.implementations import Implementation

ADAPTER = Adapter(
    library="billiard",
    implementations=tuple(
        Implementation("billiard", method) for method in ("fork", "spawn", "forkserver")
    ),
    install="billiard",
)
