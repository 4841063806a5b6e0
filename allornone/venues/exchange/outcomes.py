"""What an exchange's answer to a write proves: a table a exchange, read from top to bottom, the first row wins.

Never an exception class of the client's: those mix what never left with what may have acted. A row looks at the
transport's phase, the HTTP status, the exchange's own code and its text. What no row fits is unknown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from allornone.venues.exchange.wire import Leg, Phase


class Outcome(StrEnum):
    """What is proven about a write."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    LOOK_UP = "look_up"
    """Something is there under this id: this write's effect or an earlier one's."""
    BACK_OFF = "back_off"
    """Not taken; nobody may ask again before the time that the answer names."""
    SILENCED = "silenced"
    """Nothing is proven, and nobody may ask again for a while: it need not be the exchange that says so."""
    RESYNC = "resync"
    """Not taken, because the time in it was wrong or over."""


UNREADABLE = "unreadable"
"""The code of an answer that is none of the exchange's own form: a proxy's page, or nothing."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An exchange's own words: its code, and its text."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One rule. What is not named fits anything; `statuses` is a range or the statuses themselves."""

    outcome: Outcome
    statuses: Sequence[int] = ()
    code: str | None = None
    text: str | None = None
    says: bool | None = None
    """Whether the exchange says that something is wrong."""
    error: str = "EXEC-001"

    def fits(self, leg: Leg, problem: Problem | None) -> bool:
        """Tell whether the rule speaks of this answer."""
        if self.statuses and leg.status not in self.statuses:
            return False
        if self.says is not None and self.says is (problem is None):
            return False
        if problem is None:
            return self.code is None and self.text is None
        return self.code in (None, problem.code) and (self.text is None or self.text in problem.text)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The table of one exchange, and how its answers say that something is wrong (None: nothing is)."""

    rows: tuple[Row, ...]
    problem: Callable[[Leg], Problem | None]
    others: Mapping[str, "Outcomes"] = field(default_factory=dict[str, "Outcomes"])
    """The tables of endpoints that are another interface's, by how ccxt's names of them begin."""

    def at(self, method: str) -> "Outcomes":
        """Return the table of the endpoint that ccxt calls `method`."""
        return next((table for begin, table in self.others.items() if method.startswith(begin)), self)

    def of(self, leg: Leg) -> tuple[Outcome, Problem | None, str]:
        """Return what the answer proves, what the exchange said, and the code of our own for it."""
        if leg.phase is Phase.NOTHING_LEFT:
            return Outcome.NOT_SENT, None, "EXEC-002"
        problem = self.problem(leg) if leg.phase is Phase.ANSWERED else None
        for row in self.rows:
            if leg.phase is Phase.ANSWERED and row.fits(leg, problem):
                return row.outcome, problem, row.error
        return Outcome.UNKNOWN, problem, "EXEC-002"
