"""What an exchange took, and nothing can ask for by our id: watched by its own number until it is at its end.

The number is in the answer to the send and nowhere else, so that only who sent can watch. Temporal gives the activity
of a send up after 30 s; the send itself goes on to its end and records what it saw, and the resolver finds that. So
this may take as long as the exchange does.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from allornone.errors import VenueUnavailableError
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.errand import LOOK_PATIENCE_S, Errand, on_errand, present_errand

FIRST_S = 0.25
LONGEST_S = 30.0
"""Between two looks, doubling: soon enough for what takes seconds, and seldom enough for what takes an hour."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


async def watched(client: Client, what: str, look: Callable[[], Awaitable[T | None]]) -> T | None:
    """Return what `look` finds; None where the option `watch_s` is over, or the client closed, before it does.

    A look that cannot be had, such as while the exchange wants silence, found nothing. Changes nothing anywhere. `what`
    goes into the log of what takes longer: should this process end meanwhile, an operator has nothing else to go by.
    """
    until, closed = time.monotonic() + float(client.options.watch_s), client.closed
    found, wait = await _looked(look, present_errand()), FIRST_S
    if found is None:
        _log.warning("%s: %s; watched until its end", client.name, what)
    while found is None and (left := until - time.monotonic()) > 0 and await _rested(min(wait, left), closed):
        # Waiting is nothing urgent: undos and what is unknown go before it.
        found, wait = await _looked(look, Errand(patience_s=LOOK_PATIENCE_S)), min(2 * wait, LONGEST_S)
    return found


async def _rested(seconds: float, closed: asyncio.Event) -> bool:
    """Wait, and return whether to go on."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await closed.wait()
    return not closed.is_set()


async def _looked(look: Callable[[], Awaitable[T | None]], errand: Errand) -> T | None:
    try:
        with on_errand(errand):
            return await look()
    except VenueUnavailableError:
        return None
