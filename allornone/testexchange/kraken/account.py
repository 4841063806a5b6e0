"""What an account has and what it traded, as Kraken tells it."""

from collections.abc import Iterable, Iterator
from typing import Any

from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.order import Fill
from allornone.testexchange.engine.reading import Balance
from allornone.testexchange.keys import Key
from allornone.testexchange.kraken.forms import at_least, trade_form
from allornone.testexchange.kraken.names import TRADE, asset_id, lettered, numbered
from allornone.testexchange.kraken.params import Params
from allornone.units import total

WALLET = "spot"
PAGE = 50
"""Trades on one page."""
_PLACES = 8


def balance(engine: Engine, account: str) -> dict[str, str]:
    """Return what there is of each asset, locked or not."""
    return {name: parts["balance"] for name, parts in balance_ex(engine, account).items()}


def balance_ex(engine: Engine, account: str) -> dict[str, dict[str, str]]:
    """Return what there is of each asset, and how much of it is held for orders."""
    return {
        asset_id(asset): {
            "balance": at_least(total((shown.free, shown.locked)), _PLACES),
            "hold_trade": at_least(shown.locked, _PLACES),
        }
        for asset, shown in _shown(engine, account)
    }


def trades_history(engine: Engine, account: str, params: Params) -> dict[str, Any]:
    """Return a page of trades, newest first."""
    found = [fill for fill in engine.reading.fills(account) if _between(fill, params)][::-1]
    return {"trades": _forms(engine, found[params.offset() : params.offset() + PAGE]), "count": len(found)}


def trades_queried(engine: Engine, account: str, params: Params) -> dict[str, Any]:
    """Return the trades of the ids given; an id that is nobody's is left out."""
    asked = {numbered(TRADE, text) for text in params.text("txid").split(",")}
    return _forms(engine, (fill for fill in engine.reading.fills(account) if fill.fill_id in asked))


def _shown(engine: Engine, account: str) -> Iterator[tuple[str, Balance]]:
    for holder, wallet, asset in engine.ledger.balances():
        if (holder, wallet) == (account, WALLET):
            yield asset, engine.reading.balance(account, wallet, asset)


def _between(fill: Fill, params: Params) -> bool:
    start, end = params.moment("start"), params.moment("end")
    return (start is None or fill.at_ms / 1000 > start) and (end is None or fill.at_ms / 1000 <= end)


def _forms(engine: Engine, fills: Iterable[Fill]) -> dict[str, Any]:
    return {
        lettered(TRADE, fill.fill_id): trade_form(fill, engine.books.orders[fill.order_id], engine.markets[fill.symbol])
        for fill in fills
    }


_MAY = {
    "read": ("query-funds", "query-open-trades", "query-closed-trades"),
    "trade": ("modify-trades", "close-trades"),
    "withdraw": ("withdraw-funds",),
}


def key_info(key: Key) -> dict[str, Any]:
    """Return what a key may do."""
    return {
        "api_key_name": key.account,
        "api_key": key.api_key,
        "permissions": [name for may, names in _MAY.items() if may in key.permissions for name in names],
        "valid_until": "0",
    }
