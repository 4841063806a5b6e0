"""The exchange's own books held against the desk's event log: what each says happened, to the last digit."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

from allornone.deltas import add, without_zero
from allornone.eventlog.reader import EventReader
from allornone.events import ExecutionDeltaEvent, OperationExecutionEvent
from allornone.testexchange.binance.world import OPENING
from allornone.testexchange.clock import Clock
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.serving import ACCOUNT, open_door
from allornone.testexchange.store import Store

_VENUES = {"spot": "binance", "usdm": "binance.usdm"}


def kept(folder: Path) -> Engine:
    """Return Binance's books as a test exchange left them in its folder."""
    engine = open_door(folder, "binance", Clock()).engine
    store = Store(folder)
    store.attach("binance", engine)
    store.close()
    return engine


def sent_twice(engine: Engine) -> dict[str, int]:
    """Return the client ids that took effect more than once, and how often."""
    counts = Counter(order.client_id for order in engine.books.orders.values() if order.filled)
    return {client_id: times for client_id, times in counts.items() if times > 1}


def filled(engine: Engine) -> set[str]:
    """Return the client ids that took effect at the exchange."""
    return {order.client_id for order in engine.books.orders.values() if order.filled}


def changed(engine: Engine) -> dict[str, Decimal]:
    """Return by position key what the books say that the account has more than at first, or less."""
    keys = [(wallet, asset, f"{_VENUES[wallet]}:BaseToken:{asset}") for wallet, asset in OPENING]
    sums = {key: engine.ledger.total(ACCOUNT, wallet, asset) - OPENING[wallet, asset] for wallet, asset, key in keys}
    for (account, symbol), position in engine.books.positions.items():
        if account == ACCOUNT:
            sums[f"binance.usdm:Perp:{engine.markets[symbol].name}"] = position.amount
    return without_zero(sums)


def logged(log_dir: Path) -> dict[str, Decimal]:
    """Return by position key what the log says that all effects at the exchange changed."""
    rows = [
        {str(row["position_key"]): Decimal(row["delta_amount"])}
        for event in EventReader(log_dir).events()
        if isinstance(event, ExecutionDeltaEvent)
        for row in event.deltas
    ]
    return {key: amount for key, amount in without_zero(add(*rows)).items() if key.startswith("binance")}


def effective(log_dir: Path) -> set[str]:
    """Return the references that the log says took effect."""
    return {
        event.client_ref
        for event in EventReader(log_dir).events()
        if isinstance(event, ExecutionDeltaEvent) and event.client_ref is not None
    }


def outcomes(log_dir: Path) -> Counter[str]:
    """Return how often the log has each status of an operation or an undo."""
    return Counter(
        event.status for event in EventReader(log_dir).events() if isinstance(event, OperationExecutionEvent)
    )
