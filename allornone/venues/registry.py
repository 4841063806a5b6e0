"""Which venues an installation has: found by adapter name, opened from the settings."""

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from allornone.errors import BadSettingsError
from allornone.settings import Settings, VenueSettings
from allornone.venues import Venue
from allornone.venues.paper import PAPER_VENUES
from allornone.venues.plan import check_plan, warnings

__all__ = ["check_limits", "check_plan", "close_venues", "configured_venues", "open_venues", "warnings"]

GROUP = "allornone.venues"
"""The entry-point group of adapters; each is a function `(name, options) -> Venue`."""

OpenVenue = Callable[[str, Mapping[str, str]], Venue]


@runtime_checkable
class Closable(Protocol):
    """A venue that holds connections."""

    async def aclose(self) -> None:
        """Give them back."""
        ...


def open_venues(settings: Settings) -> dict[str, Venue]:
    """Return the configured venues by name, an account being a venue of its own (`binance.usdm`).

    Raises BadSettingsError when no installed package brings an adapter.
    """
    return {name: _open(name, venue, settings) for name, venue in configured_venues(settings).items()}


def configured_venues(settings: Settings) -> dict[str, VenueSettings]:
    """Return what the settings say, the paper venues when they name none."""
    return settings.venues or {name: VenueSettings() for name in PAPER_VENUES}


def check_limits(settings: Settings) -> None:
    """Raise BadSettingsError where the limits list a venue that the settings do not have: no worker could touch it."""
    there = configured_venues(settings).keys()
    unknown = sorted(settings.limits.venues - there) if settings.limits is not None else []
    if unknown:
        raise BadSettingsError(
            f"ALLORNONE_LIMITS at venues: this worker has no venue {', '.join(map(repr, unknown))}; "
            f"it has {', '.join(sorted(there))}"
        )


async def close_venues(venues: Iterable[Venue]) -> None:
    """Close those that hold connections."""
    for venue in venues:
        if isinstance(venue, Closable):
            await venue.aclose()


def _open(name: str, venue: VenueSettings, settings: Settings) -> Venue:
    return _adapter(name, venue.adapter)(name, {**_own_options(venue.adapter, settings), **venue.plain()})


def _own_options(adapter: str, settings: Settings) -> dict[str, str]:
    """Return what the adapters of this package learn of the installation."""
    if adapter == "paper":
        return _paper_options(settings)
    return {"data_dir": str(settings.data_dir)} if adapter == "ccxt" else {}


def _paper_options(settings: Settings) -> dict[str, str]:
    """Paper venues live in their own process when it is known where, else in this one."""
    return {"url": settings.paper_url} if settings.paper_url else {"data_dir": str(settings.data_dir)}


def _adapter(venue: str, adapter: str) -> OpenVenue:
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if adapter not in found:
        raise BadSettingsError(
            f"ALLORNONE_VENUES at {venue}.adapter: no installed package brings the adapter {adapter!r}; "
            f"installed are {', '.join(sorted(found)) or 'none'}"
        )
    opened: OpenVenue = found[adapter].load()
    return opened
