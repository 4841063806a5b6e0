"""Paper venues: the real venues' names and habits over a ledger of their own, for demos, development and tests."""

from collections.abc import Mapping
from pathlib import Path

from allornone.errors import BadGroupError
from allornone.venues import Venue
from allornone.venues.paper.capability import PAPER_VENUES, paper_capabilities
from allornone.venues.paper.faults import PaperFaults
from allornone.venues.paper.ledger import PaperLedger
from allornone.venues.paper.quotes import QuotesFile
from allornone.venues.paper.venue import PaperVenue, utc_now

__all__ = ["PAPER_VENUES", "PaperVenue", "open_paper_venue", "open_venue", "paper_capabilities"]


def open_paper_venue(name: str, data_dir: Path) -> PaperVenue:
    """Open a paper venue in this process: `paper.db`, `quotes.yaml` and `paper-faults.yaml` lie in `data_dir`."""
    ledger = PaperLedger(data_dir / "paper.db")
    quotes = QuotesFile(data_dir / "quotes.yaml")
    return PaperVenue(name, ledger, quotes, PaperFaults(ledger, data_dir / "paper-faults.yaml"), utc_now)


def open_venue(name: str, settings: Mapping[str, str]) -> Venue:
    """Open the paper venue `name`: the factory of the entry-point group `allornone.venues`.

    `settings` has `url` (the paper server's address), or `data_dir` (in this process). Raises BadGroupError where the
    name is no paper venue's or neither is given.
    """
    if paper_capabilities(name) is None:
        raise BadGroupError(f"no paper venue {name!r}; there are {', '.join(PAPER_VENUES)}")
    if "data_dir" not in settings:
        raise BadGroupError(f"paper venue {name!r} needs the setting 'url' or 'data_dir', was {sorted(settings)}")
    return open_paper_venue(name, Path(settings["data_dir"]))
