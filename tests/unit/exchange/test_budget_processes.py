"""Real worker processes on one budget."""

import asyncio
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from allornone.venues.exchange.limits.budget import Budget
from allornone.venues.exchange.limits.budget_file import BudgetFile
from allornone.venues.exchange.limits.spending import Ticket
from allornone.venues.exchange.limits.tariff import Counted, Limit, Tariff

ROOT = Path(__file__).parents[3]


@contextmanager
def worker(path: Path, *given: int) -> Generator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.unit.exchange.budget_worker", str(path), *map(str, given)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_three_workers_at_once_have_no_more_in_any_second_than_one(tmp_path: Path) -> None:
    path = tmp_path / "budgets.db"
    with (
        worker(path, 20, 0, 1, 20, 1_000) as a,
        worker(path, 20, 0, 1, 20, 1_000) as b,
        worker(path, 20, 0, 1, 20, 1_000) as c,
    ):
        told = [each.communicate(timeout=120)[0].split() for each in (a, b, c)]

    assert [each[-1] for each in told] == ["done", "done", "done"]
    granted = sorted(int(at) for each in told for at in each[:-1])
    assert len(granted) == 60
    assert max(sum(first <= at <= first + 1_000 for at in granted) for first in granted) <= 16


async def test_a_worker_that_is_killed_while_its_undo_waits_holds_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "budgets.db"
    file = BudgetFile(path)
    budget = Budget(file, "binance", "spot", Tariff(limits=(Limit("tight", Counted.WEIGHT, 100, 300_000),)))
    await forward(budget, 70)
    with worker(path, 1, 1, 30, 100, 300_000):
        await somebody_urgent_waits(budget)

    assert await forward(budget, 1, left_s=60)
    budget.close()


async def forward(budget: Budget, cost: int, left_s: float = 60) -> Ticket:
    return await budget.turn({Counted.WEIGHT: cost}, urgent=False, left_s=left_s)


async def somebody_urgent_waits(budget: Budget) -> None:
    async with asyncio.timeout(60):
        while True:
            if (await budget.state()).urgent_waiting:
                return
            await asyncio.sleep(0.02)
