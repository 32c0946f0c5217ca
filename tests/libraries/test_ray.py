"""Ray's Pool on a cluster of two nodes: its tasks run on both, and its claims hold there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import ray
from ray.cluster_utils import Cluster
from ray.util.multiprocessing import Pool

from mpspec.observer import Observer
from mpspec.probe import Probe

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def two_nodes() -> Iterator[set[str]]:
    """Return the ids of the two nodes of a cluster, each with room for one worker."""
    cluster = Cluster(initialize_head=True, connect=True, head_node_args={"num_cpus": 1})
    cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    yield {node["NodeID"] for node in ray.nodes()}
    ray.shutdown()
    cluster.shutdown()


def test_map_keeps_the_order_of_its_input_on_two_nodes(
    observer: Observer, two_nodes: set[str]
) -> None:
    def work(item: tuple[int, Probe]) -> int:  # sent by value: no node can import this file
        number, probe = item
        probe.checkpoint("at work", ray.get_runtime_context().get_node_id())
        return number

    items: list[Any] = list(enumerate(observer.probes("item", 2)))
    # A worker that keeps its processor: otherwise both may come to one node.
    with Pool(2, ray_remote_args={"num_cpus": 1}) as pool:
        result = pool.map_async(work, items, chunksize=1)
        observer.expect("at work", count=2)  # both at the same time
        for _, probe in reversed(items):  # the second ends first
            observer.proceed("at work", of=probe)
        assert result.get() == [0, 1]
    assert set(observer.history.values("at work")) == two_nodes
