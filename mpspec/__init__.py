"""An executable specification of Python's multiprocessing.

Every child that a test starts imports this package, so it imports nothing itself.
"""

__version__ = "0.1.0"
