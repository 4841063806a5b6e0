"""A Coinbase with its keys and its opening balances."""

from collections.abc import Callable
from pathlib import Path

from allornone.testexchange.coinbase.door import CoinbaseDoor
from allornone.testexchange.coinbase.keys import coinbase_key
from allornone.testexchange.coinbase.world import OPENING, coinbase_engine
from allornone.testexchange.keys import SUFFIXES, Keys


def open_coinbase(folder: Path, now: Callable[[], int], account: str) -> CoinbaseDoor:
    """Return the exchange: the key of `account` may do everything, those of `SUFFIXES` less."""
    engine = coinbase_engine(now)
    for (wallet, asset), amount in OPENING.items():
        engine.endow(account, wallet, asset, amount)
    keys = Keys(coinbase_key(folder, account + suffix, may) for suffix, may in SUFFIXES.items())
    return CoinbaseDoor(engine, keys)
