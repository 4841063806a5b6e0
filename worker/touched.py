"""What a worker may touch, a line a venue, so that nobody takes paper for money or money for paper."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

from allornone.errors import BadSettingsError
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


async def key_lines(settings: Settings) -> list[str]:
    """Return what each exchange says of the key that it is given, a line a venue; all are asked at once.

    Raises BadSettingsError for those that turn it down, or say that it may not do what the entry is for. One that does
    not answer is no reason not to start: the line says so.
    """
    entries = {name: venue for name, venue in configured_venues(settings).items() if venue.adapter == "ccxt"}
    if not entries:
        return []
    from allornone.venues.exchange.checking import checked  # noqa: PLC0415 (on first use: it brings a client)

    own = {"data_dir": str(settings.data_dir)}
    asked = (checked(name, {**own, **venue.plain()}) for name, venue in entries.items())
    told = await asyncio.gather(*asked, return_exceptions=True)
    wrong = [each for each in told if isinstance(each, BaseException)]
    unforeseen = [each for each in wrong if not isinstance(each, BadSettingsError)]
    if wrong:
        raise unforeseen[0] if unforeseen else BadSettingsError("\n".join(map(str, wrong)))
    return [f"key       {name}: {said}" for name, said in zip(entries, told, strict=True)]


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
