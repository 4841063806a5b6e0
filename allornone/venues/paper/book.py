"""The statements of the paper ledger, inside one transaction."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from allornone.models.execution import ExecutionRequest
from allornone.units import ZERO, total
from allornone.venues.paper.rows import Effect, EffectRow, OrderRow, OrderState
from allornone.venues.paper.terms import Terms

TABLES = """
CREATE TABLE IF NOT EXISTS orders (
    order_id INTEGER PRIMARY KEY AUTOINCREMENT, venue TEXT NOT NULL, client_ref TEXT NOT NULL,
    group_id TEXT NOT NULL, operation_id TEXT NOT NULL, operation_type TEXT NOT NULL, direction TEXT NOT NULL,
    requested TEXT NOT NULL, filled TEXT NOT NULL, state TEXT NOT NULL, received_at TEXT NOT NULL,
    visible_from TEXT NOT NULL, due_at TEXT, not_after TEXT NOT NULL, drift_bps TEXT NOT NULL,
    reason TEXT NOT NULL, terms TEXT NOT NULL, request TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS one_open_order ON orders (venue, client_ref) WHERE state = 'open';
CREATE INDEX IF NOT EXISTS orders_by_ref ON orders (client_ref, venue);
CREATE INDEX IF NOT EXISTS orders_by_due ON orders (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS effects (
    effect_id INTEGER PRIMARY KEY AUTOINCREMENT, order_id INTEGER NOT NULL REFERENCES orders (order_id),
    venue TEXT NOT NULL, client_ref TEXT NOT NULL, group_id TEXT NOT NULL, position_key TEXT NOT NULL,
    token TEXT NOT NULL, delta TEXT NOT NULL, kind TEXT NOT NULL, fee_kind TEXT, price TEXT, at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS effects_by_ref ON effects (client_ref, venue);
CREATE INDEX IF NOT EXISTS effects_by_group ON effects (group_id);
CREATE TABLE IF NOT EXISTS balances (position_key TEXT PRIMARY KEY, amount TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fault_counts (rule TEXT PRIMARY KEY, seen INTEGER NOT NULL);
"""


def stamp(moment: datetime) -> str:
    """Write a moment so that texts sort as the moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Book:
    """One transaction's view of the ledger. Made by `PaperLedger.transaction`, and of no use after it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add_order(
        self,
        venue: str,
        request: ExecutionRequest,
        terms: Terms,
        state: OrderState,
        *,
        received_at: datetime,
        visible_from: datetime,
        due_at: datetime | None = None,
        drift_bps: Decimal = ZERO,
        reason: str = "",
    ) -> OrderRow:
        """Write an order, unfilled yet. Raises sqlite3.IntegrityError on a second open one of its id."""
        written = self._connection.execute(
            "INSERT INTO orders VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, '0', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                venue,
                terms.client_ref,
                request.atomic_group_id or "",
                request.operation_id,
                request.operation_type.value,
                request.direction.value,
                str(terms.amount),
                state.value,
                stamp(received_at),
                stamp(visible_from),
                None if due_at is None else stamp(due_at),
                stamp(terms.not_after),
                str(drift_bps),
                reason,
                terms.model_dump_json(),
                request.model_dump_json(),
            ),
        )
        return self.order(written.lastrowid or 0)

    def order(self, order_id: int) -> OrderRow:
        """Return one order. Raises LookupError when there is none."""
        for row in self._connection.execute("SELECT * FROM orders WHERE order_id = ?", (order_id,)):
            return _order(row)
        raise LookupError(f"no paper order {order_id}; `GET /v1/orders` lists them")

    def orders_of(self, venue: str, client_ref: str) -> tuple[OrderRow, ...]:
        """Return every order under one reference at one venue, oldest first."""
        rows = self._connection.execute(
            "SELECT * FROM orders WHERE client_ref = ? AND venue = ? ORDER BY order_id", (client_ref, venue)
        )
        return tuple(_order(row) for row in rows)

    def orders_in(self, state: OrderState | None) -> tuple[OrderRow, ...]:
        """Return every order, or those in one state, oldest first."""
        wanted = None if state is None else state.value
        rows = self._connection.execute(
            "SELECT * FROM orders WHERE ?1 IS NULL OR state = ?1 ORDER BY order_id", (wanted,)
        )
        return tuple(_order(row) for row in rows)

    def orders_due(self, now: datetime) -> tuple[OrderRow, ...]:
        """Return the orders that something must happen to by `now`, in the order it does."""
        rows = self._connection.execute(
            "SELECT * FROM orders WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at, order_id",
            (stamp(now),),
        )
        return tuple(_order(row) for row in rows)

    def settle(
        self,
        order_id: int,
        state: OrderState,
        filled: Decimal,
        *,
        due_at: datetime | None = None,
        reason: str = "",
    ) -> OrderRow:
        """Set what became of an order."""
        self._connection.execute(
            "UPDATE orders SET state = ?, filled = ?, due_at = ?, reason = ? WHERE order_id = ?",
            (state.value, str(filled), None if due_at is None else stamp(due_at), reason, order_id),
        )
        return self.order(order_id)

    def arrive(self, order_id: int, moment: datetime) -> None:
        """Note when an order that was in flight reached its venue."""
        self._connection.execute(
            "UPDATE orders SET received_at = ?1, visible_from = ?1 WHERE order_id = ?2",
            (stamp(moment), order_id),
        )

    def add_effects(self, order: OrderRow, effects: Iterable[Effect], at: datetime) -> None:
        """Write what an order did, and the balances it leaves."""
        for effect in effects:
            self._connection.execute(
                "INSERT INTO effects VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    order.order_id,
                    order.venue,
                    order.client_ref,
                    order.group_id,
                    effect.position_key,
                    effect.token,
                    str(effect.delta),
                    effect.kind,
                    effect.fee_kind,
                    None if effect.price is None else str(effect.price),
                    stamp(at),
                ),
            )
            after = total((self.balance(effect.position_key), effect.delta))
            self._connection.execute("INSERT OR REPLACE INTO balances VALUES (?, ?)", (effect.position_key, str(after)))

    def effects_of(self, venue: str, client_ref: str) -> tuple[EffectRow, ...]:
        """Return what one reference did at one venue, oldest first."""
        rows = self._connection.execute(
            "SELECT * FROM effects WHERE client_ref = ? AND venue = ? ORDER BY effect_id", (client_ref, venue)
        )
        return tuple(_effect(row) for row in rows)

    def effects(self, group_id: str | None = None, client_ref: str | None = None) -> tuple[EffectRow, ...]:
        """Return every effect, or those of one group or reference, oldest first."""
        rows = self._connection.execute(
            "SELECT * FROM effects WHERE (?1 IS NULL OR group_id = ?1) AND (?2 IS NULL OR client_ref = ?2)"
            " ORDER BY effect_id",
            (group_id, client_ref),
        )
        return tuple(_effect(row) for row in rows)

    def balance(self, position_key: str) -> Decimal:
        """Return the sum of all effects on one key; starting balances are the quotes' business."""
        row = self._connection.execute("SELECT amount FROM balances WHERE position_key = ?", (position_key,)).fetchone()
        return ZERO if row is None else Decimal(row["amount"])

    def seen(self, rule: str) -> int:
        """Count one more call that a fault rule matches, and return how many came before."""
        row = self._connection.execute("SELECT seen FROM fault_counts WHERE rule = ?", (rule,)).fetchone()
        before = 0 if row is None else int(row["seen"])
        self._connection.execute("INSERT OR REPLACE INTO fault_counts VALUES (?, ?)", (rule, before + 1))
        return before


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _order(row: Any) -> OrderRow:
    return OrderRow(
        order_id=row["order_id"],
        venue=row["venue"],
        client_ref=row["client_ref"],
        group_id=row["group_id"],
        operation_id=row["operation_id"],
        operation_type=row["operation_type"],
        direction=row["direction"],
        requested=Decimal(row["requested"]),
        filled=Decimal(row["filled"]),
        state=OrderState(row["state"]),
        received_at=_moment(row["received_at"]),
        visible_from=_moment(row["visible_from"]),
        due_at=None if row["due_at"] is None else _moment(row["due_at"]),
        not_after=_moment(row["not_after"]),
        drift_bps=Decimal(row["drift_bps"]),
        reason=row["reason"],
        terms=row["terms"],
        request=row["request"],
    )


def _effect(row: Any) -> EffectRow:
    price = row["price"]
    effect = Effect(
        position_key=row["position_key"],
        token=row["token"],
        delta=Decimal(row["delta"]),
        kind=row["kind"],
        fee_kind=row["fee_kind"],
        price=None if price is None else Decimal(price),
    )
    return EffectRow(
        effect_id=row["effect_id"],
        order_id=row["order_id"],
        venue=row["venue"],
        client_ref=row["client_ref"],
        group_id=row["group_id"],
        effect=effect,
        at=_moment(row["at"]),
    )
