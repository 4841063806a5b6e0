"""The exchange's own books held against the desk's event log: what each says happened, to the last digit."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

from allornone.eventlog.reader import EventReader
from allornone.events import ExecutionDeltaEvent, OperationExecutionEvent
from allornone.testexchange.binance.world import OPENING
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.serving import ACCOUNT
from allornone.units import EXACT, ZERO


def sent_twice(engine: Engine) -> dict[str, int]:
    """Return the client ids that took effect more than once, and how often."""
    counts = Counter(order.client_id for order in engine.books.orders.values() if order.filled)
    return {client_id: times for client_id, times in counts.items() if times > 1}


def filled(engine: Engine) -> set[str]:
    """Return the client ids that took effect at the exchange."""
    return {order.client_id for order in engine.books.orders.values() if order.filled}


def changed(engine: Engine) -> dict[str, Decimal]:
    """Return by asset what the books say that the account's spot wallet has more than at first, or less."""
    assets = [asset for wallet, asset in OPENING if wallet == "spot"]
    return {asset: engine.ledger.total(ACCOUNT, "spot", asset) - OPENING["spot", asset] for asset in assets}


def logged(log_dir: Path) -> dict[str, Decimal]:
    """Return by asset what the log says that all of its effects changed at the spot wallet."""
    sums = {asset: ZERO for wallet, asset in OPENING if wallet == "spot"}
    for event in EventReader(log_dir).events():
        if isinstance(event, ExecutionDeltaEvent):
            for row in event.deltas:
                asset = str(row["position_key"]).rpartition(":")[2]
                sums[asset] = EXACT.add(sums.get(asset, ZERO), Decimal(row["delta_amount"]))
    return sums


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
