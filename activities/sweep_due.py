"""Which references a sweep looks up: those whose group's age passed a look, and those that a sweep still owes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest

from pydantic import BaseModel, ConfigDict, ValidationError

from activities.desk import Desk
from allornone.core.late import WINDOW, is_due
from allornone.eventlog import EndedGroup, GroupTrace, SentReference
from allornone.events import GroupTransitionEvent
from allornone.models.group import AtomicGroup

OWED_FOR = 2 * WINDOW
"""How long after its end a group's references are owed a look that could not be made: a venue may be gone for good."""

OWED_MAX = 2_000
"""Owed looks that a sweep hands on, those of the oldest ends first: the younger ones become due again."""


class OwedLook(BaseModel):
    """A reference that was due and not looked up, None for all of its group's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group_id: str
    client_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A group that is to be looked at, or only some of its references."""

    group: EndedGroup
    only: frozenset[str] | None = None

    def owed(self) -> Iterator[OwedLook]:
        """Yield what is owed when it cannot have its turn."""
        for name in sorted(self.only) if self.only is not None else (None,):
            yield OwedLook(group_id=self.group.group_id, client_ref=name)


@dataclass(frozen=True, slots=True)
class Due:
    """A reference that is to be looked up."""

    started: GroupTransitionEvent
    plan: AtomicGroup
    reference: SentReference


async def turns(desk: Desk, before: datetime | None, owed: Iterable[OwedLook]) -> tuple[Turn, ...]:
    """Return what became due since the sweep at `before`, the newest ends first, and between it what is owed.

    Of that the oldest ends come first: neither waits for all of the other. What is owed for too long is left out.
    """
    now, wanted = desk.now(), _by_group(owed)
    since = (before or now) - WINDOW
    groups = await desk.log.ended_groups(min(since, now - OWED_FOR) if wanted else since)
    fresh = [Turn(group) for group in groups if is_due(group.ended_at, now, before)]
    taken = {turn.group.group_id for turn in fresh}
    left = (group for group in reversed(groups) if group.group_id in wanted and group.group_id not in taken)
    overdue = [Turn(group, wanted[group.group_id]) for group in left]
    return tuple(turn for turn in chain.from_iterable(zip_longest(fresh, overdue)) if turn is not None)


def _by_group(owed: Iterable[OwedLook]) -> dict[str, frozenset[str] | None]:
    wanted: dict[str, frozenset[str] | None] = {}
    for each in owed:
        others = wanted.get(each.group_id, frozenset())
        named = others is not None and each.client_ref is not None
        wanted[each.group_id] = (others or frozenset()) | {each.client_ref or ""} if named else None
    return wanted


async def due_of(desk: Desk, turn: Turn) -> tuple[Due, ...]:
    """Return the references whose turn it is, none of a simulated group or of one whose plan cannot be read."""
    trace = await desk.log.group(turn.group.group_id)
    plan = _plan(trace)
    if trace.started is None or plan is None or plan.simulated:
        return ()
    references = await desk.log.references(turn.group.group_id)
    return tuple(
        Due(trace.started, plan, each)
        for each in references
        if turn.only is None or each.intent.client_ref in turn.only
    )


def _plan(trace: GroupTrace) -> AtomicGroup | None:
    """Return the plan that the start holds, None for one that this release cannot read."""
    try:
        return AtomicGroup.model_validate(trace.started.facts.get("plan")) if trace.started is not None else None
    except ValidationError:
        return None
