"""Whether another life of a group has gone on: the pure question that guards every send and every end."""

from dataclasses import dataclass
from typing import Self

from allornone.eventlog.groupindex import GroupIndex, Mark
from allornone.eventlog.layout import kind_of, reference_of
from allornone.events import Event
from allornone.events.transition import TransitionKind
from allornone.models.execution import ExecutionStatus

AFTER_THE_END = frozenset({TransitionKind.CONFLICT, TransitionKind.LATE_EFFECT, TransitionKind.COMMAND})
"""What still happens to a group that has ended."""

DECISIONS = frozenset(
    {
        "group",
        TransitionKind.STARTED,
        TransitionKind.ROLLING_BACK,
        TransitionKind.BLOCKED,
        TransitionKind.UNBLOCKED,
        TransitionKind.COMMAND,
        TransitionKind.JUDGED,
        TransitionKind.DEADLINE,
        TransitionKind.RECOVERED,
    }
)
"""What only the life that goes on may say. Everything else is evidence, and evidence is always kept."""

STEPS = DECISIONS | {ExecutionStatus.PENDING.value}
"""What shows that a life went on: its decisions and its intents. Evidence may come late, and of any life."""


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks: the references and events of the call, and the last record its workflow has seen.

    The reference that the workflow has in flight is among them: it may have records that it has not seen.
    """

    known_seq: int
    references: frozenset[str]
    event_ids: frozenset[str]
    kinds: frozenset[str]

    @classmethod
    def of(cls, events: tuple[Event, ...], known_seq: int, in_flight: str | None = None) -> Self:
        """Return the question that writing `events` asks."""
        references = (*(reference_of(event) for event in events), in_flight)
        return cls(
            known_seq=known_seq,
            references=frozenset(reference for reference in references if reference),
            event_ids=frozenset(event.event_id for event in events),
            kinds=frozenset(kind_of(event) for event in events),
        )

    def own(self, mark: Mark) -> bool:
        """Return whether a record belongs to what is asked."""
        return mark.client_ref in self.references or mark.event_id in self.event_ids


def superseded(group: GroupIndex, question: Question) -> bool:
    """Return whether the log holds a later record of another life of the group, or its end."""
    return _ended(group, question) or _went_on(group, question)


def _ended(group: GroupIndex, question: Question) -> bool:
    if not group.end_ids or question.kinds <= AFTER_THE_END:
        return False
    return not group.end_ids & question.event_ids


def _went_on(group: GroupIndex, question: Question) -> bool:
    for mark in reversed(group.marks):
        if mark.seq <= question.known_seq:
            return False
        if mark.kind in STEPS and not question.own(mark):
            return True
    return False
