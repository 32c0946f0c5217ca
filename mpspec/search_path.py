"""How another interpreter finds this mpspec, installed or not."""

from __future__ import annotations

import os
from pathlib import Path


def search_path() -> str:
    """Return a `PYTHONPATH` for it: what the present one names, and behind that this package."""
    here = str(Path(__file__).parent.parent)
    return os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), here]))
