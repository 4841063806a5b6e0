"""Which exchanges ccxt knows, and which have a module of their own here: a line each."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from allornone.errors import BadSettingsError
from allornone.venues.exchange import binance, coinbase, kraken
from allornone.venues.exchange.dialect import Account

EXCHANGES: Mapping[str, Mapping[str, Account]] = {
    "binance": binance.ACCOUNTS,
    "coinbase": coinbase.ACCOUNTS,
    "kraken": kraken.ACCOUNTS,
}
"""By ccxt's name of the exchange, then by the account's."""


def check_exchange(place: str, name: str) -> None:
    """Raise BadSettingsError where ccxt is missing or has no exchange `name`. Loads none of it: that takes a second."""
    found = importlib.util.find_spec("ccxt")
    if found is None or not found.submodule_search_locations:
        raise BadSettingsError(f"{place} needs ccxt: install allornone[exchanges]")
    folder = Path(next(iter(found.submodule_search_locations))) / "async_support"
    if not (folder / f"{name}.py").is_file():
        raise BadSettingsError(f"{place}.exchange: ccxt has no exchange {name!r}")
