"""A Kraken with its keys and its opening balances."""

from collections.abc import Callable
from pathlib import Path

from allornone.testexchange.keys import SUFFIXES, Keys, key_of
from allornone.testexchange.kraken.door import KrakenDoor
from allornone.testexchange.kraken.world import OPENING, kraken_engine, named_addresses


def open_kraken(folder: Path, now: Callable[[], int], account: str) -> KrakenDoor:
    """Return the exchange: the key of `account` may do everything, those of `SUFFIXES` less."""
    engine = kraken_engine(now)
    for (wallet, asset), amount in OPENING.items():
        engine.endow(account, wallet, asset, amount)
    keys = Keys(key_of(folder, KrakenDoor.name, account + suffix, may) for suffix, may in SUFFIXES.items())
    return KrakenDoor(engine, keys, named_addresses(account))
