"""References, each computed once a plan: hashing a plan takes longer than all that the core does in a turn."""

from collections.abc import Generator
from contextlib import contextmanager

import pytest

from allornone.core import facts, subject
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup

_known: dict[tuple[int, int, Direction, int], str] = {}


def remembered(plan: AtomicGroup, index: int, direction: Direction, epoch: int) -> str:
    """Return what `facts.reference` does, for plans that live as long as the process."""
    key = (id(plan), index, direction, epoch)
    if key not in _known:
        _known[key] = facts.reference(plan, index, direction, epoch)
    return _known[key]


@contextmanager
def remembering() -> Generator[None]:
    """Let the core's commands look references up instead of computing them."""
    _known.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "reference", remembered)
        yield
