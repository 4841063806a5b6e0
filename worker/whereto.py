"""Where each venue's name leads, kept beside the log: an open group is never gone on with at another place.

What was sent to a paper venue, or to a test exchange, is not at the real one: there it would be found absent, and its
undo would trade.
"""

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from allornone.errors import BadSettingsError
from allornone.eventlog import EventLog
from allornone.models.group import AtomicGroup
from allornone.settings import Settings, VenueSettings
from allornone.venues.registry import configured_venues

FILE = "venues.json"
_PLACES = TypeAdapter(dict[str, str])


async def check_places(settings: Settings, log: EventLog) -> None:
    """Keep where each venue leads. Call before any work is taken; may be called again.

    Raises BadSettingsError where a venue of an open group led elsewhere when a worker last started here.
    """
    path = settings.data_dir / FILE
    before, now = _read(path), {name: place_of(venue) for name, venue in configured_venues(settings).items()}
    moved = {name for name, place in now.items() if before.get(name, place) != place}
    if moved:
        await _refuse_open(log, moved, before, now, path)
    _write(path, {**before, **now})


def place_of(venue: VenueSettings) -> str:
    """Return what an entry leads to, in words: never an address or a key, which may change while the place stays."""
    given = venue.plain()
    if venue.adapter != "ccxt":
        return venue.adapter
    whose = "a test exchange" if "connect_to" in given else "the real exchange"
    return f"{given.get('exchange', '')} ({given.get('account', 'spot')}), {whose}"


async def _refuse_open(log: EventLog, moved: set[str], before: dict[str, str], now: dict[str, str], path: Path) -> None:
    for group_id in await log.open_groups():
        started = (await log.group(group_id)).started
        plan = started.facts.get("plan") if started is not None else None
        held = moved.intersection(AtomicGroup.model_validate(plan).venues) if plan is not None else moved
        if held:
            name = min(held)
            raise BadSettingsError(
                f"ALLORNONE_VENUES at {name}: group {group_id!r} is open, and {name} was {before[name]} when it was "
                f"begun; now it is {now[name]}, where nothing of it would be found. Start with the entry of then and "
                f"end the group, or use another ALLORNONE_DATA_DIR. If it is the same account after all, delete {path}"
            )


def _read(path: Path) -> dict[str, str]:
    try:
        return _PLACES.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        raise BadSettingsError(f"{path} is not what a worker wrote there: delete it if no group is open") from error


def _write(path: Path, places: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(places, indent=1, sort_keys=True) + "\n", "utf-8")
    part.replace(path)
