"""The venues of the table: an exchange for each, its accounts as settings say them."""

import json
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from pathlib import Path

from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.engine.movement import Withdrawal
from allornone.testexchange.kraken.world import NAMED_ADDRESS
from allornone.testexchange.serving import ACCOUNT, Served, serving
from tests.exchange.cells import SITES
from tests.exchange.desk import options
from tests.exchange.table.legs import WALLET


def served(folder: Path, site: str) -> AbstractAsyncContextManager[Served]:
    """Serve the exchange of one venue."""
    return serving(folder / site, (SITES[site][0].exchange,))


def engine(served: Served) -> Engine:
    """Return the books of the one exchange that is served."""
    (engine,) = served.engines.values()
    return engine


def accounts(site: str, exchange: Served) -> dict[str, dict[str, str]]:
    """Return what the settings say of an exchange's accounts, by the venue's name."""
    ((name, _),) = exchange.engines.items()
    more = {
        "exchange": name,
        "credentials_file": str(exchange.credentials_file(name)),
        "timeout_s": "8",
        "addresses": str(_listed(exchange.folder)),
    }
    spot = {site: {**options(exchange), **more}}
    return spot | {f"{site}.usdm": {**options(exchange, "usdm"), **more}} if name == "binance" else spot


def _listed(folder: Path) -> Path:
    """Return a file that lists the addresses that the table's withdrawals go to."""
    to_wallet = {"asset": "ETH", "address": WALLET}
    rows = [
        {**to_wallet, "network": "ETH"},
        {**to_wallet, "network": "ethereum"},
        {"asset": "ETH", "network": "Ethereum", "address": NAMED_ADDRESS, "key": "desk-wallet"},
    ]
    path = folder / "addresses.json"
    path.write_text(json.dumps(rows))
    return path


def named(withdrawal: Withdrawal) -> str:
    """Return what tells a withdrawal from others: Kraken's have no id of the client's."""
    return withdrawal.client_id or str(withdrawal.withdrawal_id)


def everything(books: Engine) -> dict[str, Decimal]:
    """Return what the account has by the books of an exchange."""
    held = {
        f"{wallet}:{asset}": amount
        for (account, wallet, asset), amount in books.ledger.balances().items()
        if account == ACCOUNT
    }
    return held | {
        f"usdm:{symbol.removesuffix('.P')}": position.amount
        for (account, symbol), position in books.books.positions.items()
        if account == ACCOUNT
    }
