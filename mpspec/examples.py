"""How many examples a claim that says "for any input" is tried with.

A few by default, the same ones in each run, so that a verdict does not depend on luck; as many as
the environment variable `MPSPEC_EXAMPLES` says, chosen anew each time, for who looks for trouble.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

EXAMPLES_VARIABLE = "MPSPEC_EXAMPLES"
FEW = 6

_told = os.environ.get(EXAMPLES_VARIABLE)

for_any_input = settings(
    max_examples=int(_told or FEW),
    derandomize=_told is None,
    database=None,  # nothing is left behind
    deadline=None,  # no clock decides a verdict
    # A failing example is reported as it is: looking for a smaller one may hang again and again.
    phases=[Phase.explicit, Phase.generate],
    # One implementation, observer or pool serves all examples of a test, as it does in a program.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""Decorates a test, above its `@given`."""
