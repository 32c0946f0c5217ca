"""An executable specification of Python's multiprocessing.

Every child that a test starts imports this package, so it imports nothing itself; unless a fault is
asked for, which then is on in every process of the spec.
"""

import os

__version__ = "0.1.0"

if "MPSPEC_FAULT" in os.environ:
    from mpspec import faults

    faults.switch_on(os.environ["MPSPEC_FAULT"])
