"""Plans of operations of two units, and the patches that let the real activities run by hand, and fast."""

from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest

from allornone.core.answer import Answer
from allornone.models.group import AtomicGroup
from allornone.positions import parse_key
from tests.campaign.virtual import memory, sweeping
from tests.campaign.virtual.attempt import segment_clock
from tests.campaign.virtual.journal import forget
from tests.unit.core.plans import group

__all__ = ["group", "rigged"]

_PLAN_HASH: property = AtomicGroup.__dict__["plan_hash"]
_hashes: dict[int, tuple[AtomicGroup, str]] = {}


def _plan_hash(plan: AtomicGroup) -> str:
    """Return what the real property does, computed once a plan."""
    known = _hashes.get(id(plan))
    if known is None or known[0] is not plan:
        known = _hashes[id(plan)] = (plan, _PLAN_HASH.__get__(plan))
    return known[1]


_parse_key = lru_cache(10_000)(parse_key)


async def _to_its_end(sending: Coroutine[Any, Any, Answer]) -> Answer:
    """Go on in the same coroutine: here no activity is given up, and none is cut but by the world."""
    return await sending


def _no_clock() -> Any:
    return segment_clock


@contextmanager
def rigged() -> Generator[pytest.MonkeyPatch]:
    """Give the records the rig's clock, no second between two looks, and a plan's hash a memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AtomicGroup, "plan_hash", property(_plan_hash))
        patch.setattr("activities.records.server_clock", _no_clock)
        patch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)
        patch.setattr("activities.send._to_its_end", _to_its_end)
        for module in ("positions", "deltas", "core.ending"):
            patch.setattr(f"allornone.{module}.parse_key", _parse_key)
        sweeping.rig(patch)
        memory.hashable(patch)
        forget()
        yield patch
    forget()
