"""What torch.multiprocessing adds to multiprocessing: a tensor is shared, not copied."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from mpspec.adapters.torch import ADAPTER
from mpspec.implementations import Implementation

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(params=ADAPTER.implementations, ids=lambda cell: cell.start_method)
def mp(request: pytest.FixtureRequest) -> Implementation:
    """Return torch's multiprocessing under one start method."""
    cell: Implementation = request.param
    return cell


def fill(tensor: Any) -> None:
    tensor.fill_(7)


def fill_what_arrives(queue: Any) -> None:
    fill(queue.get())


def test_a_child_writes_into_its_parents_tensor(mp: Implementation) -> None:
    tensor = torch.zeros(3).share_memory_()
    child = mp.Process(target=fill, args=(tensor,))
    child.start()
    child.join()
    assert tensor.tolist() == [7, 7, 7]


def test_a_tensor_put_on_a_queue_stays_one_tensor(mp: Implementation) -> None:
    tensor, queue = torch.zeros(3), mp.Queue()
    child = mp.Process(target=fill_what_arrives, args=(queue,))
    child.start()
    queue.put(tensor)
    child.join()
    assert tensor.tolist() == [7, 7, 7]
