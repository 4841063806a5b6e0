"""A Binance with its keys and its opening balances."""

from collections.abc import Callable
from pathlib import Path

from allornone.testexchange.binance.door import BinanceDoor
from allornone.testexchange.binance.world import OPENING, binance_engine
from allornone.testexchange.keys import key_of


def open_binance(folder: Path, now: Callable[[], int], account: str) -> BinanceDoor:
    """Return the exchange: `account` may do everything, the key of `account`-readonly may only look."""
    engine = binance_engine(now)
    for (wallet, asset), amount in OPENING.items():
        engine.endow(account, wallet, asset, amount)
    only_looks = key_of(folder, BinanceDoor.name, f"{account}-readonly", frozenset({"read"}))
    return BinanceDoor(engine, [key_of(folder, BinanceDoor.name, account), only_looks])
