"""A Binance with its keys and its opening balances."""

from collections.abc import Callable
from pathlib import Path

from allornone.testexchange.binance.door import BinanceDoor
from allornone.testexchange.binance.world import OPENING, binance_engine
from allornone.testexchange.keys import SUFFIXES, Keys, key_of


def open_binance(folder: Path, now: Callable[[], int], account: str) -> BinanceDoor:
    """Return the exchange: the key of `account` may do everything, those of `SUFFIXES` less."""
    engine = binance_engine(now)
    for (wallet, asset), amount in OPENING.items():
        engine.endow(account, wallet, asset, amount)
    keys = Keys(key_of(folder, BinanceDoor.name, account + suffix, may) for suffix, may in SUFFIXES.items())
    return BinanceDoor(engine, keys)
