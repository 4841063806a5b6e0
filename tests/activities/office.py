"""One worker's means without Temporal: venues and a log in a folder, and a clock that only the test moves."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from activities.desk import Desk
from activities.resolve import resolve
from activities.rollback import roll_back
from activities.send import send
from activities.tasks import GroupContext, OperationTask
from allornone.core.answer import Answer
from allornone.eventlog import EventLog
from allornone.eventlog.jsonl import JsonlEventLog
from allornone.halt import HaltFile
from allornone.ids import client_ref
from allornone.limits import Limits
from allornone.models.execution import Direction, ExecutionHandshake, ExecutionRequest
from allornone.models.operation import OperationCommand
from allornone.venues import Venue
from allornone.venues.paper import PAPER_VENUES, PaperWorld
from tests.plans import Leg
from tests.witness import Witness

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
GROUP = "group-1"
PLAN_HASH = "plan-1"


class Office:
    """A desk, and everything that it works with. `log` and `venues` may be replaced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOON
        self.world = PaperWorld(folder, lambda: self.now)
        self.venues: Mapping[str, Venue] = {name: self.world.venue(name) for name in PAPER_VENUES}
        self.log: EventLog = JsonlEventLog(folder / "logs")
        self.limits: Limits | None = None
        self.halt = HaltFile(folder)
        self.seen = Witness(folder / "logs", self.world, GROUP)

    def misbehave(self, behaviour: str, **more: str) -> None:
        """Script the one thing that goes wrong."""
        (self.folder / "paper-faults.yaml").write_text(yaml.safe_dump([{"behaviour": behaviour, **more}]))

    def passes(self, seconds: float) -> None:
        """Let time pass, for the desk and at the venues."""
        self.now += timedelta(seconds=seconds)

    def task(
        self,
        leg: Leg,
        epoch: int = 1,
        *,
        direction: Direction = Direction.FORWARD,
        simulated: bool = False,
        **more: Any,
    ) -> OperationTask:
        """Return the task of one reference, its request good for 30 s from now."""
        name, not_after = leg["operation_id"], self.now + timedelta(seconds=30)
        ref = client_ref(GROUP, PLAN_HASH, name, direction.value, epoch)
        asked = {key: value for key, value in leg.items() if key not in ("rollback", "tolerance")}
        sent = {"client_ref": ref, "epoch": epoch, "not_after": not_after, "atomic_group_id": GROUP}
        return OperationTask(
            context=GroupContext(atomic_group_id=GROUP, plan_hash=PLAN_HASH, simulated=simulated),
            operation=OperationCommand.model_validate(leg),
            request=ExecutionRequest.model_validate({**asked, **sent}),
            direction=direction,
            epoch=epoch,
            client_ref=ref,
            not_after=not_after,
            **more,
        )

    def undo(self, leg: Leg, effect: ExecutionHandshake | None, epoch: int = 1, **more: Any) -> OperationTask:
        """Return the task that undoes what `effect` shows."""
        return self.task(leg, epoch, direction=Direction.ROLLBACK, effect=effect, **more)

    async def sends(self, task: OperationTask) -> Answer:
        """Send a forward reference."""
        return await send(task, task.request, self.desk)

    async def resolves(self, task: OperationTask, **how: Any) -> Answer:
        """Find out what became of a reference; `how` is what the workflow adds to a look."""
        return await resolve(task.model_copy(update=how), self.desk)

    async def rolls_back(self, task: OperationTask) -> Answer:
        """Send an undo."""
        return await roll_back(task, self.desk)

    @property
    def desk(self) -> Desk:
        """The desk as it is equipped now."""
        return Desk(self.venues, self.log, lambda: self.now, pid=7, limits=self.limits, halt=self.halt)
