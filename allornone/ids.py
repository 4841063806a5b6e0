"""Ids that are functions of their cause: the same cause, asked twice, on any machine, has the same id.

Never an attempt number, a run id, a clock or a uuid: each of those makes a second send out of a retry.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

Json = Mapping[str, object] | Sequence[object] | str | int | None


def digest(cause: Json) -> str:
    """Return the SHA-256 of `cause` in canonical JSON, as 64 hex characters.

    `cause` holds only strings, integers, booleans, None, and maps and lists of them; amounts are normalised strings.
    """
    text = json.dumps(cause, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def client_ref(group_id: str, plan_hash: str, operation_id: str, direction: str, epoch: int) -> str:
    """Return the reference of one attempt at an operation or its undo: 32 hex characters.

    Short enough for Binance (36 of `[.A-Z:/a-z0-9_-]`), OKX and Bybit (32 alphanumerics) and Hyperliquid (128 bits).
    """
    return digest([group_id, plan_hash, operation_id, direction, epoch])[:32]


def event_id(*cause: str | int) -> str:
    """Return the id of the record that `cause` leaves in the event log: 32 hex characters."""
    return digest(["event", *cause])[:32]


def loose_group_id(correlation_id: str, timestamp: str, operation_id: str) -> str:
    """Return the group id of an operation that belongs to no group."""
    return "loose-" + digest([correlation_id, timestamp, operation_id])[:24]
