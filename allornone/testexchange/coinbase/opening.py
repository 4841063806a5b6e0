"""A Coinbase with its keys and its opening balances."""

from collections.abc import Callable
from pathlib import Path

from allornone.testexchange.coinbase.door import CoinbaseDoor
from allornone.testexchange.coinbase.keys import coinbase_key
from allornone.testexchange.coinbase.world import OPENING, coinbase_engine


def open_coinbase(folder: Path, now: Callable[[], int], account: str) -> CoinbaseDoor:
    """Return the exchange: `account` may do everything, the key of `account`-readonly may only look."""
    engine = coinbase_engine(now)
    for (wallet, asset), amount in OPENING.items():
        engine.endow(account, wallet, asset, amount)
    only_looks = coinbase_key(folder, f"{account}-readonly", frozenset({"read"}))
    return CoinbaseDoor(engine, [coinbase_key(folder, account), only_looks])
