"""The smallest plans: operations of two units of one token pair, told apart by their ids alone."""

from collections.abc import Sequence
from random import Random
from typing import Any

from allornone.models.group import AtomicGroup

AMOUNT = 2
"""Every operation asks for two units, so that one unit is a part and three are a breach."""


def operation(number: int, **how: Any) -> dict[str, Any]:
    """Return operation `number` as it stands in a group's file; `how` adds to it or replaces."""
    return {
        "operation_id": f"op{number}",
        "operation_type": "stake",
        "source_venue": "binance",
        "target_venue": "lido",
        "source_token": "ETH",
        "target_token": "stETH",
        "expected_deltas": {"binance:BaseToken:ETH": -AMOUNT, "lido:StakingToken:stETH": AMOUNT},
        "operation_details": {"amount": AMOUNT},
        **how,
    }


def group(*operations: dict[str, Any], **policy: Any) -> AtomicGroup:
    """Return a plan of one operation for each dictionary, under `policy`."""
    return AtomicGroup.model_validate(
        {
            "atomic_group_id": "g1",
            "operations": [operation(number, **how) for number, how in enumerate(operations)],
            "policy": policy,
        }
    )


def plain(count: int, **policy: Any) -> AtomicGroup:
    """Return a plan of `count` operations with nothing special about them."""
    nothing: dict[str, Any] = {}
    return group(*[nothing] * count, **policy)


def random_operation(random: Random, timeouts_s: Sequence[int]) -> dict[str, Any]:
    """Return some of the things that an operation may declare."""
    how: dict[str, Any] = {"timeout_s": random.choice(timeouts_s)}
    if random.random() < 0.12:
        how["pivot"] = True
    if random.random() < 0.1:
        how["rollback"] = "none"
    if random.random() < 0.3:
        how["independent"] = True
    if random.random() < 0.2:
        how["min_fill"] = "0.5"
    return how
