"""Books as JSON: every record whole, amounts as decimal strings."""

import dataclasses
from decimal import Decimal
from typing import TYPE_CHECKING

from allornone.testexchange.engine.exchange import Engine

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = dict[str, object]


def shown(record: "DataclassInstance") -> Row:
    """Return one record."""
    return {field.name: _value(getattr(record, field.name)) for field in dataclasses.fields(record)}


def everything(engine: Engine) -> dict[str, list[Row]]:
    """Return all that an exchange has written down, and its balances."""
    books = engine.books
    return {
        "markets": [shown(market) for market in engine.markets.values()],
        "balances": _balances(engine),
        "orders": [shown(order) for order in books.orders.values()],
        "fills": [shown(fill) for fill in books.fills],
        "positions": [shown(position) for position in books.positions.values()],
        "fundings": [shown(paid) for paid in books.fundings],
        "transfers": [shown(moved) for moved in books.transfers],
        "withdrawals": [shown(gone) for gone in books.withdrawals.values()],
        "deposits": [shown(came) for came in books.deposits.values()],
    }


def _balances(engine: Engine) -> list[Row]:
    return [
        {
            "account": account,
            "wallet": wallet,
            "asset": asset,
            "total": _value(total),
            "locked": _value(engine.ledger.locked(account, wallet, asset)),
        }
        for (account, wallet, asset), total in sorted(engine.ledger.balances().items())
    ]


def _value(value: object) -> object:
    return format(value, "f") if isinstance(value, Decimal) else value
