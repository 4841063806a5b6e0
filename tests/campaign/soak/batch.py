"""One batch of the soak: its own log and queue, a crew, a nemesis and an operator; and its judgement."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal

from temporalio.client import WorkflowFailureError
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities.sweep import SweepAnswer
from allornone import wire
from allornone.client.start import start
from allornone.eventlog.reader import EventReader
from allornone.events.transition import GroupTransitionEvent, TransitionKind
from allornone.models.group import AtomicGroup
from allornone.models.result import GroupResult
from tests.campaign.book import ROOT
from tests.campaign.ledger import balances, read_ledger
from tests.campaign.rig.installation import Rig
from tests.campaign.rig.spec import WorkerSpec
from tests.campaign.soak.nemesis import Nemesis, Shift
from tests.campaign.soak.operator import Operator
from tests.campaign.soak.plans import plan
from tests.campaign.verdict import examined, gather, late_news, log_problems, violations

AT_ONCE = 40
"""Groups that are open at a time."""
BOUND_S = 300
"""Every group of a batch has ended so long after the last fault was healed."""
SWEEPS_MAX = 5
BROKEN = ROOT / ".allornone" / "campaign"


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one batch."""

    broken: tuple[str, ...]
    summary: str
    seconds: float


class Batch:
    """Runs once, under at most `strikes` faults."""

    def __init__(self, rig: Rig, seed: int, number: int, size: int, strikes: int) -> None:
        self._rig = rig
        self._name = f"soak{number:03}"
        self._queue = f"queue-{self._name}"
        self.folder = rig.folder / self._name
        self.folder.mkdir()
        self._plans = [plan(seed, number * 100_000 + each, f"{self._name}-{each:04}") for each in range(size)]
        self._shift = Shift(rig, self._spec)
        self._nemesis = Nemesis(rig, self._shift, self.folder, f"{seed} nemesis {number}", strikes)
        self._operator = Operator(rig.client, rig.folder, f"{seed} operator {number}")
        self._ends: Counter[str] = Counter()
        self._wrong: list[str] = []

    def _spec(self, number: str) -> WorkerSpec:
        name = f"{self._name}-{number}"
        return WorkerSpec(
            name=name,
            target=self._rig.server.target,
            task_queue=self._queue,
            folder=str(self.folder),
            venues_url=self._rig.gate.address(self._name, name),
            control=self._rig.control,
            points=(),
            send_s=5.0,
            window_s=4.0,
        )

    async def run(self) -> Found:
        """Run every group to its end under fire, heal, sweep, and judge."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await self._shift.fill()
        async with self._background():
            raging = asyncio.create_task(self._nemesis.rage(lambda: not self._operator.open and self._submitted()))
            await self._all_ended(self._plans)
            under_fire = loop.time() - begun
            await raging
            self._operator.playful = False
            late = await self._swept()
        await self._shift.leave()
        await self._rig.gate.quiet(self._name)
        broken = [*self._wrong, *self._judged(late)]
        broken += await examined(self.folder / "logs", self._rig.folder, self._rig.client, self._queue)
        self._put_away(broken)
        return Found(tuple(broken), self._summary(under_fire, late), loop.time() - begun)

    def _submitted(self) -> bool:
        return sum(self._ends.values()) >= len(self._plans)

    @asynccontextmanager
    async def _background(self) -> AsyncGenerator[None]:
        tasks = [asyncio.create_task(self._shift.keep_filled()), asyncio.create_task(self._operator.work())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task

    async def _all_ended(self, plans: list[AtomicGroup]) -> None:
        room = asyncio.Semaphore(AT_ONCE)

        async def one(group: AtomicGroup) -> None:
            async with room:
                await self._submit(group)
                self._operator.open.add(group.atomic_group_id)
                await self._ended(group.atomic_group_id)
                self._operator.open.discard(group.atomic_group_id)

        await asyncio.gather(*(one(group) for group in plans))

    async def _submit(self, group: AtomicGroup) -> None:
        while True:
            try:
                await start(self._rig.client, self._queue, group)
            except WorkflowAlreadyStartedError:
                return
            except RPCError:
                await asyncio.sleep(0.2)
            else:
                return

    async def _ended(self, group_id: str) -> None:
        handle = self._rig.client.get_workflow_handle(group_id, result_type=GroupResult)
        try:
            async with asyncio.timeout(BOUND_S):
                while True:
                    try:
                        self._ends[(await handle.result()).status.value] += 1
                    except RPCError:
                        await asyncio.sleep(0.2)
                    else:
                        return
        except TimeoutError:
            self._wrong.append(f"L1: {group_id} not ended after {BOUND_S} s")
        except WorkflowFailureError as failure:
            self._wrong.append(f"L7: {group_id} failed: {failure.cause}")
        self._ends["none"] += 1

    async def _swept(self) -> set[str]:
        """Sweep until nothing new shows; the runs of late effects are ended by the operator."""
        known: set[str] = set()
        for number in range(SWEEPS_MAX):
            name = f"sweep-{self._name}-{number}"
            client = self._rig.client
            handle = await client.start_workflow(
                wire.SWEEP_WORKFLOW, id=name, task_queue=self._queue, result_type=SweepAnswer
            )
            answer: SweepAnswer = await handle.result()
            self._wrong += [f"L7: {group_id} was found abandoned" for group_id in answer.abandoned]
            new = set(answer.late) - known
            if not new:
                return known
            known |= new
            self._operator.open |= new
            await asyncio.gather(*(self._ended(group_id) for group_id in new))
            self._operator.open -= new
        self._wrong.append(f"sweeps go on finding: {sorted(known)}")
        return known

    def _judged(self, late: set[str]) -> list[str]:
        log = self.folder / "logs"
        broken = log_problems(log)
        accounts = read_ledger(self._rig.folder)
        news: dict[str, dict[str, Decimal]] = {}
        plans = [*self._plans, *self._late_plans(late)]
        for left in gather(plans, log, accounts):
            news |= late_news(left)
        for left in gather(plans, log, accounts):
            group_id = left.plan.atomic_group_id
            carried = news.get(group_id)
            broken += [f"{group_id} {each}" for each in violations(left, blocked=True, carried=carried)]
        ours = {group.atomic_group_id for group in plans}
        strangers = {group_id for group_id in accounts if group_id.startswith(self._name)} - ours
        broken += [f"rows of a group that nobody started: {group_id}" for group_id in sorted(strangers)]
        return [*broken, *self._conserved()]

    def _late_plans(self, late: set[str]) -> list[AtomicGroup]:
        started = EventReader(self.folder / "logs").events(kind=TransitionKind.STARTED.value)
        return [
            AtomicGroup.model_validate(event.facts["plan"])
            for event in started
            if isinstance(event, GroupTransitionEvent) and event.atomic_group_id in late
        ]

    def _conserved(self) -> list[str]:
        """Hold the venues' balances against the sum of all rows."""
        sums: dict[str, Decimal] = {}
        for account in read_ledger(self._rig.folder).values():
            for effect in account.effects:
                sums[effect.position_key] = sums.get(effect.position_key, Decimal(0)) + effect.delta
        kept = balances(self._rig.folder)
        return [
            f"S13: {key} is {kept.get(key)}, its rows {amount}"
            for key, amount in sums.items()
            if kept.get(key) != amount
        ]

    def _summary(self, seconds: float, late: set[str]) -> str:
        def counted(what: Counter[str]) -> str:
            return ", ".join(f"{count} {name}" for name, count in sorted(what.items()))

        rate = len(self._plans) / seconds
        return (
            f"{counted(self._ends)}; {len(late)} late effects; {counted(self._nemesis.struck)}; "
            f"commands: {counted(self._operator.given)}; {rate:.2f} groups/s under fire"
        )

    def _put_away(self, broken: list[str]) -> None:
        if broken:
            shutil.rmtree(BROKEN / self._name, ignore_errors=True)
            shutil.copytree(self.folder, BROKEN / self._name)
            shutil.copy(self._rig.folder / "paper.db", BROKEN / self._name)
        shutil.rmtree(self.folder, ignore_errors=True)
