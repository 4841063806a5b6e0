"""The paper venues' own ledger, read as what it is: a SQLite file that somebody else writes."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Order:
    """One order that reached a venue."""

    order_id: int
    venue: str
    client_ref: str
    operation_id: str
    direction: str
    requested: Decimal
    filled: Decimal
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One balance change that happened."""

    order_id: int
    client_ref: str
    position_key: str
    delta: Decimal
    at: datetime


@dataclass(slots=True)
class Account:
    """What one group left in the ledger."""

    orders: list[Order] = field(default_factory=list[Order])
    effects: list[Effect] = field(default_factory=list[Effect])


ORDERS = """
    SELECT group_id, order_id, venue, client_ref, operation_id, direction, requested, filled, state, reason
    FROM orders WHERE ?1 IS NULL OR group_id = ?1 ORDER BY order_id
"""
EFFECTS = """
    SELECT group_id, order_id, client_ref, position_key, delta, at
    FROM effects WHERE ?1 IS NULL OR group_id = ?1 ORDER BY effect_id
"""


def read_ledger(folder: Path, group_id: str | None = None) -> dict[str, Account]:
    """Return the rows of one group, or of every group, oldest first. Changes nothing."""
    accounts: defaultdict[str, Account] = defaultdict(Account)
    with closing(sqlite3.connect(f"file:{folder / 'paper.db'}?mode=ro", uri=True, timeout=30)) as ledger:
        for group, number, venue, ref, operation, direction, asked, filled, state, why in ledger.execute(
            ORDERS, (group_id,)
        ):
            order = Order(number, venue, ref, operation, direction, Decimal(asked), Decimal(filled), state, why)
            accounts[group].orders.append(order)
        for group, number, ref, key, delta, at in ledger.execute(EFFECTS, (group_id,)):
            accounts[group].effects.append(Effect(number, ref, key, Decimal(delta), datetime.fromisoformat(at)))
    return accounts


def balances(folder: Path) -> dict[str, Decimal]:
    """Return the balance that the venues keep of every position."""
    with closing(sqlite3.connect(f"file:{folder / 'paper.db'}?mode=ro", uri=True, timeout=30)) as ledger:
        return {key: Decimal(amount) for key, amount in ledger.execute("SELECT position_key, amount FROM balances")}
