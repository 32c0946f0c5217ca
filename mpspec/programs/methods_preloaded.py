"""A module that remembers which process has imported it."""

import os

importer = os.getpid()
