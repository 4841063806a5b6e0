"""A host's clock that tests move, and budgets that sleep by it."""

from dataclasses import dataclass, field
from pathlib import Path

from allornone.venues.exchange.limits.budget import Budget
from allornone.venues.exchange.limits.budget_file import BudgetFile
from allornone.venues.exchange.limits.host_clock import HostClock
from allornone.venues.exchange.limits.tariff import Counted, Limit, Tariff

WEIGHT = Limit("weight-1m", Counted.WEIGHT, 100, 60_000, "x-mbx-used-weight-1m")
TARIFF = Tariff(limits=(WEIGHT,))


@dataclass
class Host:
    """One host: its uptime and wall clock in milliseconds, and how long its budgets slept, in seconds."""

    folder: Path
    boot: str = "first boot"
    uptime: int = 5_000
    wall: int = 1_800_000_000_000
    slept: list[float] = field(default_factory=list[float])
    _files: list[BudgetFile] = field(default_factory=list[BudgetFile])
    _budgets: list[Budget] = field(default_factory=list[Budget])

    @property
    def path(self) -> Path:
        """Where its budgets lie."""
        return self.folder / "budgets.db"

    def clock(self) -> HostClock:
        return HostClock(self.boot, lambda: self.uptime, lambda: self.wall)

    def file(self) -> BudgetFile:
        """Open the budgets as one more process does."""
        file = BudgetFile(self.path, self.clock())
        self._files.append(file)
        return file

    def close(self) -> None:
        """Close what was opened."""
        for budget in self._budgets:
            budget.close()
        for file in self._files:
            file.close()

    def worker(self, exchange: str = "binance", account: str = "spot", tariff: Tariff = TARIFF) -> Budget:
        """Return one more worker's budget of an account."""
        budget = Budget(self.file(), exchange, account, tariff, self.sleep)
        self._budgets.append(budget)
        return budget

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passes(seconds)

    def passes(self, seconds: float) -> None:
        """Let time go by."""
        self.uptime += round(seconds * 1_000)
        self.wall += round(seconds * 1_000)

    def reboots(self, down_s: float, wall_jumps_s: float = 0) -> None:
        """Begin another boot: the uptime starts again."""
        self.boot, self.uptime = f"after {self.boot}", 1_000
        self.wall += round((down_s + wall_jumps_s) * 1_000)
