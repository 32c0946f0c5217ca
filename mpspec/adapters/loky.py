"""The context on which loky builds its executors: https://github.com/joblib/loky."""

from mpspec.adapters import Adapter
from mpspec.implementations import Implementation

ADAPTER = Adapter(
    library="loky",
    implementations=(Implementation("loky.backend", "loky", "fresh"),),
    install="loky",
)
