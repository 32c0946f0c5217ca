"""The benchmark of what it costs to hand something to another process: each way works."""

from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path

import pytest

from benchmarks import costs


@pytest.mark.parametrize("name", costs.WAYS)
@pytest.mark.parametrize("size", [costs.SMALL, 100_000])
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_each_way_takes_some_time(name: str, size: int, tmp_path: Path) -> None:
    way, _ = costs.WAYS[name]
    assert way(costs.Ways(get_context("fork"), tmp_path), 2, size) > 0


def test_a_ways_ratio_is_the_median_of_those_within_a_round() -> None:
    rounds = [dict.fromkeys(costs.WAYS, speed) for speed in (1.0, 2.0, 30.0)]
    for each, factor in zip(rounds, (3, 5, 4), strict=True):
        each["Queue"] *= factor
    figures, ratios = costs.medians(rounds)
    assert (figures["Queue"], ratios["Queue"], ratios[costs.BESIDE]) == (10.0, 4.0, 1.0)
