"""Which fault befalls which write at which exchange, and how its group has to end: the whole table.

One venue stands for one fault at one exchange; the writes at it are told apart by kind, market and asset.
"""

from collections.abc import Mapping
from typing import Any

from tests.exchange.table import binance, coinbase, kraken
from tests.exchange.table.cell import Cell, Write
from tests.exchange.table.faults import RULES

RESOLVE_SOON = {"resolve_budget_s": "1"}
TRIES_S = "600"
"""No group gives up trying because the machine is slow."""

TABLES = {"binance": binance, "kraken": kraken, "coinbase": coinbase}
WRITES: dict[str, Mapping[str, Write]] = {name: table.WRITES for name, table in TABLES.items()}
ABSENT: dict[str, Mapping[str, str]] = {name: table.ABSENT for name, table in TABLES.items()}
"""What an exchange does not have, by `fault-write`, and why."""
CELLS: tuple[Cell, ...] = tuple(cell for table in TABLES.values() for cell in table.CELLS)
SITES: dict[str, tuple[Cell, ...]] = {
    site: tuple(cell for cell in CELLS if cell.site == site) for site in dict.fromkeys(cell.site for cell in CELLS)
}
"""The cells of each venue."""


def write_of(cell: Cell) -> Write:
    """Return what a fault befalls."""
    return WRITES[cell.exchange][cell.write]


def rules(site: str) -> list[dict[str, Any]]:
    """Return the fault rules of one venue."""
    return [{**write_of(cell).matches, **rule} for cell in SITES[site] for rule in RULES[cell.fault]]
