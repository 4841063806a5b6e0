"""What a server needs to know of one exchange's HTTP: a door reads a call, tells what it is, and serves it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from urllib.parse import parse_qsl

from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.rejection import Reason
from allornone.testexchange.keys import Keys


class Kind(StrEnum):
    """What a call is about; fault rules match by it."""

    MARKET = "market"
    ORDER = "order"
    CANCEL = "cancel"
    QUERY = "query"
    TRADES = "trades"
    BALANCE = "balance"
    TRANSFER = "transfer"
    TRANSFERS = "transfers"
    WITHDRAW = "withdraw"
    WITHDRAWALS = "withdrawals"
    DEPOSITS = "deposits"
    OTHER = "other"


class Trouble(StrEnum):
    """What an exchange says of itself, in words of its own."""

    TIMEOUT = "timeout"
    """It waited too long for its own back end: outcome unknown."""
    UNKNOWN_ERROR = "unknown_error"
    """Something went wrong: outcome unknown."""
    UNEXPECTED = "unexpected"
    """Its back end answered what it did not expect: outcome unknown."""
    UNAVAILABLE = "unavailable"
    """Not executed."""
    OVERLOADED = "overloaded"
    """Not executed."""
    RATE_LIMITED = "rate_limited"
    """Not executed; come back later."""
    TOO_MANY_ORDERS = "too_many_orders"
    """Not executed; come back later."""
    BANNED = "banned"
    """Not executed; came back too often."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request, as it came."""

    host: str
    method: str
    path: str
    query: str
    body: str
    headers: Mapping[str, str]

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the query and of a form body; those of the query count before those of the body."""
        form = "" if self.body.lstrip().startswith("{") else self.body
        return dict(parse_qsl(form, keep_blank_values=True) + parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; `body` is written as JSON."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def text(self) -> str:
        """The body as it is written."""
        return json.dumps(self.body, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Told:
    """What a call is: enough for a fault rule to know it. No check was made."""

    kind: Kind
    account: str | None = None
    client_id: str | None = None
    symbol: str | None = None
    """As it is on the wire."""
    name: str | None = None
    """The market's own symbol, where that is another one."""


class Door(Protocol):
    """The HTTP of one exchange over its engine. `serve` is one step: nothing else happens meanwhile."""

    name: str
    hosts: frozenset[str]
    engine: Engine
    keys: Keys

    def tell(self, call: Call) -> Told:
        """Return what the call is, by its path and parameters."""
        ...

    def serve(self, call: Call) -> Answer:
        """Check the call and do it. Every rejection is an answer in the exchange's own words."""
        ...

    def refuse(self, call: Call, reason: Reason) -> Answer:
        """Return how it words a rejection; nothing is done."""
        ...

    def trouble(self, call: Call, trouble: Trouble, retry_s: int) -> Answer:
        """Return how it words a trouble of its own; nothing is done. `retry_s`: when to come back, where it says so."""
        ...
