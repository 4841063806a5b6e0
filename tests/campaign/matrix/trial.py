"""One cell of the matrix: a group of its own, with a worker, a queue and a log of its own, and one fault."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.service import RPCError

from allornone import wire
from allornone.client.start import start
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.result import GroupResult
from tests.campaign.ledger import read_ledger
from tests.campaign.matrix.operator import Operator, trigger
from tests.campaign.matrix.points import WRITING, Case, Fault, Scenario
from tests.campaign.matrix.stall import stall
from tests.campaign.matrix.strike import Site, healed_at_last, strike
from tests.campaign.matrix.times import alone, in_wave
from tests.campaign.matrix.wave import Surge
from tests.campaign.plans import LOST, REFUSED, four
from tests.campaign.rig.crew import Hand
from tests.campaign.rig.disk import REFUSED as NO_SPACE
from tests.campaign.rig.disk import TORN
from tests.campaign.rig.installation import Rig
from tests.campaign.rig.line import line
from tests.campaign.rig.spec import WorkerSpec
from tests.campaign.verdict import examined, gather, log_problems, violations

ENDS = {
    Scenario.SUCCESS: {GroupStatus.COMPLETED},
    Scenario.REFUSED_2: {GroupStatus.ROLLED_BACK},
    Scenario.REFUSED_4: {GroupStatus.ROLLED_BACK},
    Scenario.CANCEL: {GroupStatus.ROLLED_BACK},
    # A fault may hold the group until the deadline has passed before anything took effect.
    Scenario.DEADLINE: {GroupStatus.ROLLED_BACK, GroupStatus.FAILED},
}
"""The only honest ends. `blocked` and `partial` are in none: all four venues enforce an expiry and can be asked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one cell: what is broken, and what is odd.

    Odd is an honest end that the scenario does not have, or a fault that did not strike: both come of a machine that
    is too slow for the cell's timeouts, so such a cell is run again with longer ones, and counts if it stays odd.
    """

    broken: tuple[str, ...]
    odd: tuple[str, ...]
    seconds: float
    before: tuple[str, ...] = ()
    """What was odd in the tries before this one."""

    @property
    def note(self) -> str:
        """Everything that was seen, also in tries that do not count: a cell that held at its third says so."""
        tries = (f"odd before: {each}" for each in self.before)
        return "; ".join((*self.broken, *self.odd, *tries))[:2000]

    def after(self, other: Self | None) -> Self:
        """Return this try as the one after another."""
        return self if other is None else replace(self, before=(*other.before, *other.odd))


class Trial:
    """Runs one case, once.

    `late` heals a stopped or cut-off worker only after the group's end; `pace` stretches every timeout.
    """

    def __init__(
        self, rig: Rig, case: Case, number: int, *, late: bool = False, wave: Surge | None = None, pace: float = 1
    ) -> None:
        self._rig = rig
        self._case = case
        self._wave = wave
        self._name = f"{number:05}"
        self._target = rig.server.target
        folder = rig.folder / self._name
        folder.mkdir()
        outlasts = case.fault in {Fault.WORKER_STOP, Fault.CUT_SERVER} and late
        self._times = in_wave(pace) if wave is not None else alone(pace)
        self._site = Site(rig, self._name, folder, self._hire, outlasts, self._times.outage_s)
        self._plan = _plan(case, f"cell-{self._name}", self._times.deadline_s)
        self._awaited = self._plan.atomic_group_id
        self._hands: list[Hand] = []
        self._operator = Operator(rig.client, case, self._plan.atomic_group_id)
        self._struck = self._fired = self._triggered = False
        self.seen: list[str] = []
        self.points: tuple[str, ...] = (case.point, trigger(case) or "", TORN, NO_SPACE)

    @property
    def folder(self) -> Path:
        """The cell's folder, with its log and what its workers said."""
        return self._site.folder

    async def run(self) -> Finding:
        """Run the group to its end, heal what was broken, and judge what is left."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        async with self._manned():
            status = await self._ended()
        broken = await self._judged()
        return Finding(tuple(broken), tuple(self._odd(status)), loop.time() - begun)

    @asynccontextmanager
    async def _manned(self) -> AsyncGenerator[None]:
        """Have workers meanwhile; then heal, and let each finish what it does: a zombie's late send is judged too."""
        async with healed_at_last(self._site), line(self._rig.server) as road:
            if self._case.fault is Fault.CUT_SERVER:
                self._site.line, self._target = road, road.target
            try:
                await self._hire()
                self._target = self._rig.server.target
                yield
            finally:
                self._site.ended.set()
                if self._wave is not None:
                    self._wave.absent(self._name)
                await asyncio.gather(*self._site.healing)
                self._operator.leave()
                await asyncio.gather(*(hand.leave() for hand in self._hands))
                await self._rig.gate.quiet(self._name)
                for hand in self._hands:
                    self._rig.listeners.pop(hand.spec.name, None)

    async def _hire(self) -> Hand:
        name = f"{self._name}-{len(self._hands)}"
        self._rig.listeners[name] = lambda point: self._reached(name, point)
        spec = WorkerSpec(
            name=name,
            target=self._target,
            task_queue=f"queue-{self._name}",
            folder=str(self.folder),
            venues_url=self._rig.gate.address(self._name, name),
            control=self._rig.control,
            points=self.points,
            send_s=self._times.send_s,
            window_s=self._times.send_s,
        )
        hand = await self._rig.crew.hire(spec)
        self._hands.append(hand)
        return hand

    async def _reached(self, worker: str, point: str) -> str:
        """Do what is due at a point, the worker waiting: first the operator's command, then the fault."""
        self.seen.append(point)
        if point == TORN:
            self._fired = True
            await self._hire()
        if point == NO_SPACE and not self._fired:
            self._fired = True
            self._site.heal(self._site.switches.empty)
        if point == trigger(self._case) and not self._triggered:
            self._triggered = True
            await self._operator.heard()
        if point != self._case.point or self._struck:
            return "go"
        self._struck = True
        self._fired = self._case.fault not in WRITING
        if self._wave is not None:
            self._fired = await self._wave.arrive(self._name)
            return "go"
        hand = next(hand for hand in self._hands if hand.spec.name == worker)
        return await strike(self._case.fault, self._site, hand)

    def _handle(self) -> WorkflowHandle[object, GroupResult]:
        return self._rig.client.get_workflow_handle(self._plan.atomic_group_id, result_type=GroupResult)

    async def _ended(self) -> GroupStatus | str:
        """Start the group and wait for its end; for a sweep's points, sweep."""
        queue = f"queue-{self._name}"
        try:
            async with asyncio.timeout(self._times.bound_s):
                await start(self._rig.client, queue, self._plan)
                status = (await _patient(self._handle().result)).status
                self._site.ended.set()
                if self._case.point.startswith("sweep"):
                    await self._swept(queue)
                return status
        except TimeoutError:
            for hand in self._hands:
                hand.show_stacks()
            waits = await stall(self._rig.client, self._awaited, self.folder)
            return f"not ended after {self._times.bound_s:.0f} s, {waits}"
        except WorkflowFailureError as failure:
            return f"the workflow failed: {failure.cause}"

    async def _swept(self, queue: str) -> None:
        self._awaited = name = f"sweep-{self._name}"
        await self._rig.client.start_workflow(wire.SWEEP_WORKFLOW, id=name, task_queue=queue)
        await _patient(self._rig.client.get_workflow_handle(name).result)

    def _odd(self, status: GroupStatus | str) -> Iterator[str]:
        if status not in ENDS[self._case.scenario]:
            yield f"ended {status}" if isinstance(status, GroupStatus) else status
        if self._fired is not self._case.reachable:
            yield "never fired" if not self._fired else "fired, though it was declared unreachable"

    async def _judged(self) -> list[str]:
        group_id, log = self._plan.atomic_group_id, self.folder / "logs"
        accounts = read_ledger(self._rig.folder, group_id)
        broken = log_problems(log)
        broken += await examined(log, self._rig.folder, self._rig.client, f"queue-{self._name}", group_id)
        for left in gather([self._plan], log, accounts):
            broken += violations(left)
        broken += [
            f"worker {hand.spec.name} ended with {hand.code}" for hand in self._hands if hand.code not in (0, -9)
        ]
        return broken

    def forget(self) -> None:
        """Remove the cell's folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


async def _patient(ask: Callable[[], Awaitable[GroupResult]]) -> GroupResult:
    """Ask until the server answers: it may be down."""
    while True:
        try:
            return await ask()
        except RPCError:
            await asyncio.sleep(0.1)


def _plan(case: Case, group_id: str, deadline_s: float) -> AtomicGroup:
    names = {Scenario.REFUSED_2: {2: REFUSED}, Scenario.REFUSED_4: {4: REFUSED}}.get(case.scenario, {})
    if case.point.startswith(("look", "revoked")):
        names = {**names, 1: LOST}
    late = {"deadline": datetime.now(UTC) + timedelta(seconds=deadline_s)} if case.scenario is Scenario.DEADLINE else {}
    return four(group_id, names, **late)
