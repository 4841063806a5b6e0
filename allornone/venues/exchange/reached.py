"""Where the requests of one settings entry go, in words: what a worker says at its start."""

import asyncio
import importlib
from collections.abc import Mapping

from allornone.venues.exchange.exchanges import check_exchange
from allornone.venues.exchange.options import read_options
from allornone.venues.exchange.wire import hosts_of


async def reached(name: str, given: Mapping[str, str]) -> str:
    """Return the exchange, the account, and the hosts that are reached. Opens no connection, shows no key.

    Raises BadSettingsError as opening the venue does.
    """
    place = f"ALLORNONE_VENUES at {name}"
    options = read_options(place, given)
    check_exchange(place, options.exchange)
    what = f"ccxt {options.exchange} ({options.account})"
    if options.connect_to is not None:
        return f"{what}, every request goes to {options.connect_to}"
    return f"{what}, REAL: {', '.join(await _hosts(options.exchange))}"


async def _hosts(exchange: str) -> list[str]:
    # Importing ccxt takes over a second, which the first call of the venue then does not.
    module = await asyncio.to_thread(importlib.import_module, "ccxt.async_support")
    known = getattr(module, exchange)({})
    return sorted(set(hosts_of(known.urls.get("api"), known.hostname or "")))
