"""What a worker may touch, a line a venue, so that nobody takes paper for money or money for paper."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from allornone.settings import Settings, VenueSettings
from allornone.venues.registry import configured_venues


async def venue_lines(settings: Settings) -> list[str]:
    """Return name, adapter and hosts of each venue; never an option that may be a secret.

    Raises BadSettingsError for an entry that no venue can be opened by.
    """
    return [
        f"venue     {name}: {await _described(name, venue, settings)}"
        for name, venue in configured_venues(settings).items()
    ]


async def _described(name: str, venue: VenueSettings, settings: Settings) -> str:
    given = venue.plain()
    if venue.adapter == "paper":
        return f"paper, {_place_of_paper(given, settings)}"
    if venue.adapter == "ccxt":
        from allornone.venues.exchange.reached import reached  # noqa: PLC0415 (on first use: it brings a client)

        return await reached(name, given)
    return f"{venue.adapter}, an adapter of another package: what it reaches is not known here"


def _place_of_paper(given: Mapping[str, str], settings: Settings) -> str:
    """Return host and port alone: a URL may hold more."""
    url = given.get("url", settings.paper_url)
    if url is None:
        return "in this process"
    parts = urlsplit(url)
    host = parts.hostname or "nowhere"
    return host if parts.port is None else f"{host}:{parts.port}"
