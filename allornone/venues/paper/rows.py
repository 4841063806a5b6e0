"""The rows of the paper ledger: an order that reached a venue, and an effect it had."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

FeeKind = Literal["commission", "gas", "withdrawal", "premium"]


class OrderState(StrEnum):
    """Where an order stands at its venue."""

    IN_FLIGHT = "in_flight"
    """Sent and not yet at the venue: no look-up shows it. It arrives at `due_at`."""
    OPEN = "open"
    CLOSED = "closed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Effect:
    """One balance change before it is written. `price` is the trade's, on the row of the traded token."""

    position_key: str
    token: str
    delta: Decimal
    kind: Literal["principal", "fee"] = "principal"
    fee_kind: FeeKind | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One balance change that happened."""

    effect_id: int
    order_id: int
    venue: str
    client_ref: str
    group_id: str
    effect: Effect
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order. `terms` and `request` are the JSON that came with it; `reason` tells why it was refused."""

    order_id: int
    venue: str
    client_ref: str
    group_id: str
    operation_id: str
    operation_type: str
    direction: str
    requested: Decimal
    filled: Decimal
    state: OrderState
    received_at: datetime
    visible_from: datetime
    due_at: datetime | None
    not_after: datetime
    drift_bps: Decimal
    reason: str
    terms: str
    request: str
