"""Money that is taken from Coinbase to Binance: the legs of it, the chain between them, and what each has."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from typing import Any

from temporalio.client import WorkflowHandle

from allornone.models.result import GroupResult, GroupView
from allornone.testexchange.serving import ACCOUNT, Served
from tests.exchange.desk import PATIENCE_S
from tests.plans import Leg, leg

SENT, ARRIVES = Decimal(2), "2"
"""What Coinbase sends is what arrives; its fee comes on top."""


def from_coinbase(address: str) -> Leg:
    return leg(
        "from-coinbase",
        "withdraw",
        "coinbase>binance",
        "ETH>ETH",
        {"coinbase:ETH": "-2"},
        amount=ARRIVES,
        address=address,
        network="ethereum",
    )


def to_binance(address: str, **more: str) -> Leg:
    awaited = leg(
        "to-binance",
        "transfer",
        "binance.deposits>binance",
        "ETH>ETH",
        {"binance:ETH": ARRIVES},
        amount=ARRIVES,
        address=address,
    )
    return {**awaited, **more}


SELL = leg(
    "sell",
    "spot_trade",
    "binance>binance",
    "ETH>USDT",
    {"binance:ETH": "-2", "binance:USDT": "4000"},
    pair="ETH/USDT",
    side="sell",
    amount="2",
)


@asynccontextmanager
async def a_chain(exchanges: Served) -> AsyncGenerator[None]:
    """Bring to Binance what leaves Coinbase, under the transaction that Coinbase tells."""

    async def bring() -> None:
        brought: set[str] = set()
        while True:
            for gone in list(exchanges.engines["coinbase"].books.withdrawals.values()):
                if gone.tx_id and gone.tx_id not in brought:
                    brought.add(gone.tx_id)
                    exchanges.engines["binance"].moving.arrive(
                        ACCOUNT, gone.asset, gone.amount - gone.fee, tx_id=gone.tx_id
                    )
            await asyncio.sleep(0.05)

    bringing = asyncio.create_task(bring())
    try:
        yield
    finally:
        bringing.cancel()
        with suppress(asyncio.CancelledError):
            await bringing


async def blocked(handle: WorkflowHandle[Any, GroupResult], fence: str | None = None) -> GroupView:
    """Wait until the group needs an operator, and until no more than `fence` can be known."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            view: GroupView = await handle.query("status", result_type=GroupView)
            effort = view.operations[0].effort
            if view.needs_operator and (fence is None or (effort is not None and effort.fence == fence)):
                return view
            await asyncio.sleep(0.1)


def has(served: Served, exchange: str) -> Decimal:
    return served.engines[exchange].ledger.total(ACCOUNT, "spot", "ETH")
