"""Which deposit belongs to which reference: said once, for good, in a file that the workers of a host share."""

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from allornone.errors import VenueUnavailableError
from allornone.venues.exchange.clock import milliseconds

BUSY_TIMEOUT_S = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS claims (
    exchange TEXT NOT NULL, credit TEXT NOT NULL, reference TEXT NOT NULL, since INTEGER NOT NULL,
    PRIMARY KEY (exchange, credit), UNIQUE (exchange, reference)
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """The deposit of one reference, and the moment from which on it was looked for."""

    credit_id: str
    since: datetime


class Claims:
    """The claims at one exchange. One reference has one deposit, and one deposit one reference.

    May be used from any process and thread. Every call raises VenueUnavailableError where the file cannot be had:
    without it nobody can know whose a deposit is.
    """

    def __init__(self, path: Path, exchange: str) -> None:
        self._path = path
        self._exchange = exchange

    def of(self, reference: str) -> Claim | None:
        """Return what a reference has claimed."""
        with self._page() as page:
            return _claim(page, self._exchange, reference)

    def taken(self, credits_: Iterable[str], reference: str) -> frozenset[str]:
        """Return those that other references have claimed."""
        wanted = frozenset(credits_)
        with self._page() as page:
            rows = page.execute(
                "SELECT credit FROM claims WHERE exchange = ? AND reference <> ?", (self._exchange, reference)
            )
            return frozenset(str(credit) for (credit,) in rows if credit in wanted)

    def take(self, credit_id: str, reference: str, since: datetime) -> Claim | None:
        """Claim a deposit, and return what the reference then has: None where another one was quicker."""
        with self._page() as page:
            page.execute(
                "INSERT OR IGNORE INTO claims (exchange, credit, reference, since) VALUES (?, ?, ?, ?)",
                (self._exchange, credit_id, reference, milliseconds(since)),
            )
            return _claim(page, self._exchange, reference)

    @contextmanager
    def _page(self) -> Generator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(_TABLE)
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.close()  # what was not committed is not there
        except (sqlite3.Error, OSError) as problem:
            raise VenueUnavailableError(f"{self._path.name} cannot be used: {problem}") from None


def _claim(page: sqlite3.Connection, exchange: str, reference: str) -> Claim | None:
    row = page.execute(
        "SELECT credit, since FROM claims WHERE exchange = ? AND reference = ?", (exchange, reference)
    ).fetchone()
    if row is None:
        return None
    return Claim(str(row[0]), datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(row[1])))
