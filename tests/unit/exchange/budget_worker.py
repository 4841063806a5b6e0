"""A worker process that takes turns of a shared budget: `python -m ... FILE TURNS URGENT COST AMOUNT WINDOW_MS`.

Says when each was given, in the time that the workers share; the last line is `done`.
"""

import asyncio
import sys
from pathlib import Path

from allornone.venues.exchange.limits.budget import Budget
from allornone.venues.exchange.limits.budget_file import BudgetFile
from allornone.venues.exchange.limits.tariff import Counted, Limit, Tariff


async def take(path: Path, turns: int, cost: int, limit: Limit, *, urgent: bool) -> None:
    """Take `turns` turns, as soon as there is one."""
    budget = Budget(BudgetFile(path), "binance", "spot", Tariff(limits=(limit,)))
    for _ in range(turns):
        ticket = await budget.turn({Counted.WEIGHT: cost}, urgent=urgent, left_s=600)
        print(ticket.at, flush=True)  # noqa: T201
    print("done", flush=True)  # noqa: T201


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[2:]]
    tight = Limit("tight", Counted.WEIGHT, given[3], given[4])
    asyncio.run(take(Path(sys.argv[1]), given[0], given[2], tight, urgent=bool(given[1])))
