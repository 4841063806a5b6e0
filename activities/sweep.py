"""The sweep: puts groups that lost their workflow before an operator, and effects that appeared after an end."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.desk import Desk
from activities.operations import server_clock
from activities.sweep_due import OwedLook
from activities.sweep_late import LateEffect, late_effects, record_late
from allornone import wire
from allornone.client.recovery import Fate, Found, Recovery, last_life
from allornone.client.start import start
from allornone.errors import BadGroupError
from allornone.eventlog import EventLog
from allornone.events import GroupTransitionEvent
from allornone.events.transition import TransitionKind
from allornone.ids import event_id
from allornone.units import UtcTime
from allornone.venues import Venue


class SweepTask(BaseModel):
    """When the last sweep was, None where there was none: what has become due since then is looked at.

    And the looks that it owed: what was due then, and could not be made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: UtcTime | None = None
    owed: tuple[OwedLook, ...] = ()


class SweepAnswer(BaseModel):
    """What this sweep found, and when it was.

    Groups whose workflow was refused and that are not taken up, groups that lost theirs and were put before an
    operator, how many this server never had (`allornone recover` takes those up), and the runs of late effects.
    `owed` is what was due and could not be looked up; the next sweep makes it up. `unseen` counts looks that no sweep
    makes up any more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    abandoned: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()
    lost: int = 0
    late: tuple[str, ...] = ()
    swept_at: UtcTime | None = None
    owed: tuple[OwedLook, ...] = ()
    unseen: int = 0


class SweepActivities:
    """Compares the event log with Temporal, and with what the venues show."""

    def __init__(self, client: Client, log: EventLog, venues: Mapping[str, Venue]) -> None:
        self._client = client
        self._log = log
        self._venues = venues

    @activity.defn(name=wire.SWEEP)
    async def sweep_groups(self, task: SweepTask = SweepTask()) -> SweepAnswer:  # noqa: B008 (frozen)
        """Record what is found, once, and start a run for each late effect. May be called again."""
        desk = Desk(self._venues, self._log, server_clock(), os.getpid())
        swept_at = desk.now()
        fates = await self._fates()
        lost = [found.group_id for found in fates if found.fate is Fate.LOST]
        if lost:
            activity.logger.warning(
                "%d open groups of the event log are unknown to this server, such as %s; `allornone recover` goes on "
                "with them",
                len(lost),
                lost[0],
            )
        looked = await late_effects(desk, task.before, task.owed)
        for each in looked.found:
            await record_late(desk, each)
            await self._start(each, desk.now())
        if looked.owed or looked.unseen:
            activity.logger.warning(
                "%d references that are due could not be looked up, and are owed to the next sweep; %d are given up",
                len(looked.owed),
                looked.unseen,
            )
        return SweepAnswer(
            abandoned=tuple(found.group_id for found in fates if found.fate is Fate.REFUSED),
            recovered=tuple(found.group_id for found in fates if found.fate is Fate.STOPPED),
            lost=len(lost),
            late=tuple(each.plan.atomic_group_id for each in looked.found),
            swept_at=swept_at,
            owed=looked.owed,
            unseen=looked.unseen,
        )

    async def _start(self, late: LateEffect, now: datetime) -> None:
        """Put a late effect before an operator: a run of its own on this queue, whose workers can ask its venue."""
        try:
            await start(self._client, activity.info().task_queue, late.plan, late.carried(now))
        except WorkflowAlreadyStartedError:
            return

    async def _fates(self) -> tuple[Found, ...]:
        """Put before an operator each group that lost its workflow here; what another server lost is left to them."""
        recovery, fates = Recovery(self._client, activity.info().task_queue, self._log), list[Found]()
        for group_id in await self._log.open_groups():
            try:
                fates.append(await self._followed(recovery, await recovery.find(group_id)))
            except BadGroupError as unreadable:
                # One plan that this release cannot read must not keep the others from being looked after.
                activity.logger.warning("group %s: %s", group_id, unreadable)
        return tuple(fates)

    async def _followed(self, recovery: Recovery, found: Found) -> Found:
        if found.fate is Fate.REFUSED:
            await self._record(found)
        return await recovery.take_up(found, actor="sweep") if found.fate is Fate.STOPPED else found

    async def _record(self, found: Found) -> None:
        life = last_life(found.events)
        if life is None:
            return
        event = GroupTransitionEvent(
            timestamp=life.timestamp,
            real_utc_time=datetime.now(UTC).isoformat(),
            correlation_id=life.correlation_id,
            pid=os.getpid(),
            atomic_group_id=found.group_id,
            kind=TransitionKind.ABANDONED,
            reason=found.why,
            # One a life: a group may be taken up again all the same, and be refused again.
            event_id=event_id(found.group_id, "abandoned", life.event_id),
            simulated=life.simulated,
        )
        await self._log.record((event,), found.events[-1].seq)
