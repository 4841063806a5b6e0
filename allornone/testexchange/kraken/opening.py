"""A Kraken with its keys and its opening balances."""

from collections.abc import Callable
from pathlib import Path

from allornone.testexchange.keys import key_of
from allornone.testexchange.kraken.door import KrakenDoor
from allornone.testexchange.kraken.world import OPENING, kraken_engine


def open_kraken(folder: Path, now: Callable[[], int], account: str) -> KrakenDoor:
    """Return the exchange: `account` may do everything, the key of `account`-readonly may only look."""
    engine = kraken_engine(now)
    for (wallet, asset), amount in OPENING.items():
        engine.endow(account, wallet, asset, amount)
    only_looks = key_of(folder, KrakenDoor.name, f"{account}-readonly", frozenset({"read"}))
    return KrakenDoor(engine, [key_of(folder, KrakenDoor.name, account), only_looks])
