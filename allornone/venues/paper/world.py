"""One paper world: the ledger, the quotes, the faults and the clock that its venues share."""

from datetime import UTC, datetime
from pathlib import Path

from allornone.venues.paper.faults import FILE, PaperFaults
from allornone.venues.paper.ledger import PaperLedger
from allornone.venues.paper.matching import Clock, Matching
from allornone.venues.paper.quotes import QuotesFile
from allornone.venues.paper.venue import PaperVenue


def utc_now() -> datetime:
    """Return the time: the venues' clock where no other is given."""
    return datetime.now(UTC)


class PaperWorld:
    """The paper venues of one data directory, in this process.

    `paper.db`, `quotes.yaml` and `paper-faults.yaml` lie in `data_dir`; without one the ledger is in memory,
    the quotes are the packaged ones and nothing misbehaves.
    """

    def __init__(self, data_dir: Path | None = None, clock: Clock = utc_now) -> None:
        self.ledger = PaperLedger(None if data_dir is None else data_dir / "paper.db")
        self.quotes = QuotesFile(None if data_dir is None else data_dir / "quotes.yaml")
        self.faults = PaperFaults(self.ledger, None if data_dir is None else data_dir / FILE)
        self.matching = Matching(self.ledger, self.quotes, clock)
        self._clock = clock

    def venue(self, name: str) -> PaperVenue:
        """Return the venue `name` of this world. Raises LookupError where there is no such paper venue."""
        return PaperVenue(name, self.ledger, self.quotes, self.faults, self._clock)

    def close(self) -> None:
        """Close the ledger. Nothing of this world can be used after it."""
        self.ledger.close()
