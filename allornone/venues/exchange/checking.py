"""Whether a venue is reached, and its key may do what the settings want of it: said at a worker's start."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from allornone.errors import BadSettingsError, VenueUnavailableError
from allornone.venues.exchange.client import Answer
from allornone.venues.exchange.errand import Errand, on_errand
from allornone.venues.exchange.key import KeyInfo, Right, needed
from allornone.venues.exchange.opening import Entry, read_entry
from allornone.venues.exchange.outcomes import Outcome
from allornone.venues.exchange.readable import readable

LONGEST_S = 15
"""How long a start waits for one venue: three answers, where each takes the usual five seconds."""
NOT_CHECKED = "NOT CHECKED"


async def checked(name: str, given: Mapping[str, str]) -> str:
    """Return in words what the key may do, or why that is not known: the venue may answer later.

    Sends nothing that acts. Raises BadSettingsError where the exchange itself turns the key down, or tells that it
    may not do what the entry is for.
    """
    entry = read_entry(name, given)
    if entry.account.key is None:
        return f"{NOT_CHECKED}: nobody here knows how {entry.options.exchange} tells what a key may do"
    try:
        async with asyncio.timeout(LONGEST_S):
            with on_errand(Errand()):
                answer = await entry.account.key.ask(entry.client)
        return _told(entry, answer)
    except VenueUnavailableError as problem:
        return f"{NOT_CHECKED}: {problem}"
    except TimeoutError:
        return f"{NOT_CHECKED}: no answer within {LONGEST_S} s"
    finally:
        await entry.client.aclose()


def _told(entry: Entry, answer: Answer) -> str:
    if answer.outcome is Outcome.REFUSED:
        raise BadSettingsError(f"{entry.place}: the key is turned down: {answer.told}")
    if answer.outcome is Outcome.NOT_SENT and answer.failure and not answer.leg.method:
        # No connection was tried: what signs could not be made into a signature.
        raise BadSettingsError(f"{entry.place}: nothing can be signed with what is given as key and secret")
    shown = answer.shown()
    with readable("what the key may do"):
        return _judged(entry, entry.account.key.read(shown)) if entry.account.key is not None else ""


def _judged(entry: Entry, info: KeyInfo) -> str:
    if info.until is not None and info.until <= datetime.now(UTC):
        raise BadSettingsError(f"{entry.place}: the key ended at {info.until:%Y-%m-%d %H:%M} UTC")
    missing = needed(entry.options) - info.may
    if missing:
        raise BadSettingsError(
            f"{entry.place}: the key may not {_listed(missing)}, which this entry is for; it may {_listed(info.may)}"
        )
    until = "" if info.until is None else f", until {info.until:%Y-%m-%d}"
    return f"may {_listed(info.may)}{until}"


def _listed(rights: frozenset[Right]) -> str:
    return ", ".join(right.value for right in Right if right in rights) or "do nothing"
