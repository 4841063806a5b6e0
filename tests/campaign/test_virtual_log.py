"""The log of the virtual world answers as the real one does: the same calls to both, in any order."""

from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from allornone.eventlog.jsonl import JsonlEventLog
from allornone.events import Event, OperationExecutionEvent
from allornone.events.transition import TransitionKind
from tests.campaign.virtual.journal import VirtualJournal, answer
from tests.unit.eventlog.story import (
    COMMAND,
    FIRST_REF,
    GROUP,
    SECOND_REF,
    STARTED,
    delta,
    end,
    intent,
    operation,
    revocation,
    transition,
)

REFERENCES = (FIRST_REF, SECOND_REF, "c" * 32)
CALLS = 40


def call(random: Random, seq: int) -> tuple[str, tuple[Any, ...]]:
    """Return one call, with a `known_seq` that is up to date or behind."""
    known = max(seq - random.choice((0, 0, 1, 3)), 0)
    ref = random.choice(REFERENCES)
    match random.randrange(10):
        case 0 | 1:
            return "intend", (intent(ref), known)
        case 2:
            return "revoke", (revocation(ref), known)
        case 3:
            return "reference", (GROUP, ref)
        case 4:
            return "references", (GROUP,)
        case 5:
            return "group", (GROUP,)
        case 6:
            return "history", (GROUP,)
        case 7:
            return "settle", (operation("confirmed", ref), partial(unless_known, ref), known)
        case _:
            return "record", (recorded(random, ref), known, random.choice((None, ref)))


def recorded(random: Random, ref: str) -> tuple[Event, ...]:
    """Return events to record together: an outcome, perhaps another than before, or what happens to the group."""
    choices: tuple[tuple[Event, ...], ...] = (
        (delta(ref), operation("confirmed", ref)),
        (operation("confirmed", ref, executed_amount="2"),),
        (operation("failed", ref),),
        (operation("unknown", ref),),
        (STARTED,),
        (COMMAND,),
        (transition(TransitionKind.BLOCKED, event_id=f"blocked-{random.randrange(3)}"),),
        (end(random.choice(("completed", "partial"))),),
    )
    return choices[random.randrange(len(choices) if random.random() < 0.2 else len(choices) - 1)]


def unless_known(ref: str, effect: OperationExecutionEvent | None) -> tuple[Event, ...]:
    """Return the deltas of a reference of which no effect is known."""
    return (delta(ref),) if effect is None else ()


async def told(log: JsonlEventLog, name: str, arguments: tuple[Any, ...]) -> object:
    try:
        return await getattr(log, name)(*arguments)
    except ValueError as refused:
        return str(refused)


def told_virtually(journal: VirtualJournal, name: str, arguments: tuple[Any, ...]) -> object:
    try:
        return answer(journal, name, arguments)
    except ValueError as refused:
        return str(refused)


@pytest.mark.parametrize("seed", range(30))
async def test_the_virtual_log_answers_as_the_real_one(tmp_path: Path, seed: int) -> None:
    random, real, virtual, seq = Random(seed), JsonlEventLog(tmp_path), VirtualJournal(), 0  # noqa: S311 (repeatable)
    for _ in range(CALLS):
        name, arguments = call(random, seq)
        expected = await told(real, name, arguments)
        assert told_virtually(virtual, name, arguments) == expected, name
        seq = (await real.group(GROUP)).seq


async def test_a_copy_is_written_on_by_itself() -> None:
    journal = VirtualJournal()
    answer(journal, "intend", (intent(), 0))
    twin = journal.copy()

    answer(twin, "record", ((operation("confirmed"),), 1))

    assert [len(each.events) for each in (journal, twin)] == [1, 2]
    assert journal.index.group(GROUP).last_seq == 1
