"""A group that has ended in the office, with what it does not know of: hidden, or listed as a range."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from activities.sweep_due import OwedLook
from activities.sweep_late import LateEffect, Looked, late_effects, record_late
from activities.tasks import OperationTask
from allornone.core.answer import AnswerKind
from allornone.events import AtomicOperationGroupEvent, GroupTransitionEvent
from allornone.events.transition import TransitionKind
from tests.activities.office import GROUP, Office
from tests.gated import Gated
from tests.plans import SELL, SEND_OUT, Leg, group

HOUR = 3600.0
ALL = 999
"""A `known_seq` past every record."""
Wakes = Callable[[], Awaitable[None]]


def _common(office: Office) -> dict[str, Any]:
    now = office.now.isoformat()
    return {"timestamp": now, "real_utc_time": now, "correlation_id": "", "pid": 7, "atomic_group_id": GROUP}


async def notes(office: Office, kind: TransitionKind, **more: Any) -> None:
    """Record a transition of the group."""
    event = GroupTransitionEvent(**_common(office), kind=kind, event_id=f"{kind.value}-1", **more)
    await office.log.record((event,), ALL)


async def starts(office: Office, *legs: Leg, **more: Any) -> None:
    """Record the start, with the plan."""
    plan = group(GROUP, *legs, **more)
    await notes(office, TransitionKind.STARTED, facts={"plan": plan.model_dump(mode="json")})


async def sends(office: Office, leg: Leg) -> OperationTask:
    """Send a leg of the group that was started."""
    task = office.task(leg, known_seq=ALL)
    await office.sends(task)
    return task


async def ends(office: Office, *loose: OperationTask) -> None:
    """Record the end, with the references that it lists as ranges."""
    event = AtomicOperationGroupEvent(
        **_common(office),
        group_status="partial" if loose else "failed",
        total_operations=1,
        operations=[],
        execution_time_ms=1.0,
        rollback_triggered=False,
        unfenced=[{"client_ref": each.client_ref} for each in loose],
        event_id="the-end",
    )
    await office.log.record((event,), ALL)


def hides(office: Office) -> None:
    """Let the venues lose the next answer, and show nothing of what was asked for an hour."""
    (office.folder / "paper-faults.yaml").write_text(
        f"- {{behaviour: lose_answer}}\n- {{behaviour: stale_read, delay_s: '{HOUR}'}}\n"
    )


async def believed_absent(office: Office) -> OperationTask:
    """Let a group sell, find nothing behind the fence, and end."""
    await starts(office, SELL)
    hides(office)
    task = await sends(office, SELL)
    office.passes(40)
    assert (await office.resolves(task)).kind is AnswerKind.ABSENT
    await ends(office)
    return task


async def swept(office: Office, before: datetime | None = None) -> tuple[LateEffect, ...]:
    """Sweep as the activity does, but for the runs that it starts."""
    return (await looked(office, before)).found


async def looked(office: Office, before: datetime | None = None, owed: tuple[OwedLook, ...] = ()) -> Looked:
    """Sweep, making up what an earlier sweep owed; tell also what this one owes."""
    told = await late_effects(office.desk, before, owed)
    for each in told.found:
        await record_late(office.desk, each)
    return told


@asynccontextmanager
async def frozen(office: Office) -> AsyncGenerator[tuple[OperationTask, Wakes]]:
    """Freeze a worker while it sends 1 ETH out; whoever wakes it waits until it has recorded its answer."""
    await starts(office, SEND_OUT)
    gate = Gated(office.venues["kraken"], "execute")
    office.venues = {**office.venues, "kraken": gate}
    task = office.task(SEND_OUT, known_seq=ALL)
    zombie = asyncio.create_task(office.sends(task))
    await gate.reached()

    async def wakes() -> None:
        gate.opens.set()
        await zombie

    yield task, wakes
