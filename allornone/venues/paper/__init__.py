"""Paper venues: the real venues' names and habits over a ledger of their own, for demos and tests."""

from collections.abc import Mapping
from pathlib import Path

from allornone.errors import BadGroupError
from allornone.venues import Venue
from allornone.venues.paper.capability import PAPER_VENUES, paper_capabilities
from allornone.venues.paper.quotes import QuotesFile
from allornone.venues.paper.remote import RemotePaperVenue
from allornone.venues.paper.server import PaperServer, run_paper, serve_paper
from allornone.venues.paper.venue import PaperVenue
from allornone.venues.paper.world import PaperWorld

__all__ = [
    "PAPER_VENUES",
    "PaperServer",
    "PaperVenue",
    "PaperWorld",
    "RemotePaperVenue",
    "open_venue",
    "paper_capabilities",
    "run_paper",
    "serve_paper",
]


def open_venue(name: str, settings: Mapping[str, str]) -> Venue:
    """Open the paper venue `name`: the factory of the entry-point group `allornone.venues`.

    `settings` has `url` (a paper server's address; `timeout_s` may say how long to wait for it) or `data_dir`
    (in this process; beside `url` it only lends its quotes). Raises BadGroupError where the name is no paper
    venue's, or neither is given.
    """
    if paper_capabilities(name) is None:
        raise BadGroupError(f"no paper venue {name!r}; there are {', '.join(PAPER_VENUES)}")
    data_dir = Path(settings["data_dir"]) if "data_dir" in settings else None
    if "url" in settings:
        quotes = None if data_dir is None else QuotesFile(data_dir / "quotes.yaml").current()
        return RemotePaperVenue(name, settings["url"], quotes, float(settings.get("timeout_s", "5")))
    if data_dir is None:
        raise BadGroupError(f"paper venue {name!r} needs the setting 'url' or 'data_dir', was {sorted(settings)}")
    return PaperWorld(data_dir).venue(name)
