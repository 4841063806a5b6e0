"""The venues of this installation, opened by who submits."""

from collections.abc import Mapping

from allornone.client.address import with_running_paper
from allornone.settings import Settings
from allornone.venues import Venue

Venues = Mapping[str, Venue]


def installed(settings: Settings) -> Venues:
    """Open the venues: only a plan needs them, and they bring every transport along."""
    from allornone.venues.registry import open_venues  # noqa: PLC0415 (on first use)

    return open_venues(with_running_paper(settings))
