"""Amounts off the step and prices off the tick, at each exchange: what is recorded is what is sent, and judged so."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from allornone.eventlog import OperationExecutionEvent
from allornone.eventlog.reader import EventReader
from allornone.models.execution import ExecutionRequest, ExecutionStatus
from allornone.models.group import GroupStatus
from allornone.models.reconciliation import Verdict
from allornone.models.result import GroupResult, OperationState
from allornone.testexchange.engine.order import Order
from allornone.testexchange.serving import ACCOUNT, Served, serving
from allornone.venues.exchange import open_venue
from tests.exchange.desk import SHORT_ETH, Desk, options
from tests.plans import Leg, leg

pytestmark = pytest.mark.asyncio(loop_scope="session")

STEP, TICK = Decimal("0.001"), Decimal("0.01")
NAMES = ["binance", "kraken", "coinbase"]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="session")
async def exchange(tmp_path: Path, name: str) -> AsyncIterator[Served]:
    async with serving(tmp_path / "exchange", (name,)) as served:
        for market in served.engines[name].markets.values():
            if (market.base, market.quote) == ("ETH", "USDT"):
                market.step, market.minimum = STEP, STEP
        yield served


@pytest.fixture
def desk(tmp_path: Path, client: Client, task_queue: str, exchange: Served, name: str) -> Iterator[Desk]:
    opened = Desk(tmp_path / "desk", client, task_queue, exchange)
    more = {"exchange": name, "credentials_file": str(exchange.credentials_file(name))}
    opened.options = {name: {**options(exchange), **more}}
    if name == "binance":
        opened.options["binance.usdm"] = {**options(exchange, "usdm"), **more}
    yield opened
    opened.check()


def trade(venue: str, side: str, amount: str, **details: str) -> Leg:
    base, quote = ("-", "") if side == "sell" else ("", "-")
    return leg(
        side,
        "spot_trade",
        f"{venue}>{venue}",
        "ETH>USDT" if side == "sell" else "USDT>ETH",
        {f"{venue}:ETH": f"{base}{amount}", f"{venue}:USDT": f"{quote}{Decimal(amount) * 2000}"},
        pair="ETH/USDT",
        side=side,
        amount=amount,
        **details,
    )


def too_much(venue: str) -> Leg:
    """More than the account has: the exchange refuses it."""
    return {**trade(venue, "sell", "70"), "operation_id": "too-much"}


@pytest.mark.parametrize("name", ["binance"], indirect=True)
async def test_a_contract_too_is_recorded_as_it_is_sent_and_undone_so(desk: Desk) -> None:
    details = {**SHORT_ETH["operation_details"], "amount": "1.0009", "max_slippage_bps": "3.33"}
    short = {**SHORT_ETH, "expected_deltas": {"binance.usdm:ETHUSDT": "-1.0009"}, "operation_details": details}

    result = await desk.run(desk.plan(short, too_much("binance")))

    told = [(each["amount"], each.get("price")) for each in intents(desk)]
    assert told == [("1", "1999.24"), ("70", None), ("1", "2020.1")]
    assert [order.amount for order in sent(desk, "binance")] == [1, 1]
    assert result.operations[0].verdict is Verdict.WITHIN
    assert result.status is GroupStatus.ROLLED_BACK


def dust_of(desk: Desk, name: str, plan: Leg, result: GroupResult) -> dict[str, Decimal]:
    """Return what the venue calls dust of what an operation came to. It asks nobody for that."""
    request = ExecutionRequest.model_validate({**plan, "client_ref": "a" * 32, "not_after": datetime.now(UTC)})
    return open_venue(name, desk.options[name]).inverse(request, result.operations[0].handshakes[-1]).dust


def sent(desk: Desk, name: str) -> list[Order]:
    return list(desk.exchange.engines[name].books.orders.values())


def intents(desk: Desk) -> list[dict[str, str]]:
    """Return what the log says was to be sent."""
    return [
        dict(event.prepared)
        for event in EventReader(desk.settings.log_dir).events()
        if isinstance(event, OperationExecutionEvent) and event.outcome == "pending" and event.prepared is not None
    ]


@pytest.mark.parametrize(
    ("side", "limit", "price"),
    [("sell", "1999.87654", "1999.88"), ("buy", "2000.12999", "2000.12")],  # never worse than the plan's
)
async def test_the_intent_has_the_amount_and_the_price_that_are_sent(
    desk: Desk, name: str, side: str, limit: str, price: str
) -> None:
    result = await desk.run(desk.plan(trade(name, side, "1.0009", order_type="limit", limit_price=limit)))

    ((intent,), (order,)) = intents(desk), sent(desk, name)
    assert (Decimal(intent["amount"]), Decimal(intent["price"])) == (Decimal(1), Decimal(price))
    assert (order.amount, order.price) == (Decimal(1), Decimal(price))
    assert result.status is GroupStatus.COMPLETED


async def test_what_rounding_leaves_out_is_no_partial_fill_and_no_breach(desk: Desk, name: str) -> None:
    result = await desk.run(desk.plan(trade(name, "sell", "1.0009")))

    (operation,) = result.operations
    assert operation.verdict is Verdict.WITHIN
    assert operation.handshakes[-1].actual_deltas[f"{name}:BaseToken:ETH"] == -1
    assert operation.handshakes[-1].executed_amount == 1
    assert result.residual_deltas == {}


async def test_what_filled_less_than_was_sent_is_partial_however_it_was_rounded(desk: Desk, name: str) -> None:
    desk.exchange.inject({"kind": "order", "behaviour": "partial", "ratio": "0.999"})

    result = await desk.run(desk.plan(trade(name, "sell", "1.0009")))

    assert result.operations[0].verdict is Verdict.PARTIAL
    assert result.status is GroupStatus.ROLLED_BACK


async def test_a_slippage_off_the_tick_is_a_bound_on_it(desk: Desk, name: str) -> None:
    await desk.run(desk.plan(trade(name, "sell", "1.0009", max_slippage_bps="3.33")))

    ((intent,), (order,)) = intents(desk), sent(desk, name)
    assert intent["price"] == "1999.24"  # 1999.9 less 0.66597
    assert order.price == Decimal("1999.24")


async def test_what_an_undo_cannot_sell_is_told_as_friction(desk: Desk, name: str) -> None:
    market = next(each for each in desk.exchange.engines[name].markets.values() if each.name.startswith("ETH"))
    desk.exchange.inject({"kind": "order", "behaviour": "partial", "ratio": "0.002"})
    market.minimum = Decimal("0.003")

    result = await desk.run(desk.plan(trade(name, "buy", "1.0009")))

    assert result.status is GroupStatus.ROLLED_BACK
    assert [operation.state for operation in result.operations] == [OperationState.ROLLED_BACK]
    left = result.friction[f"{name}:BaseToken:ETH"]
    assert left == desk.exchange.engines[name].ledger.total(ACCOUNT, "spot", "ETH") - 50
    assert dust_of(desk, name, trade(name, "buy", "1.0009"), result) == {"ETH": left}
    assert Decimal("0.0019") < left <= Decimal("0.002")
    assert result.residual_deltas == {}
    assert len(sent(desk, name)) == 1


async def test_the_rest_below_the_step_is_dust_and_the_undo_is_of_the_step(desk: Desk, name: str) -> None:
    result = await desk.run(desk.plan(trade(name, "buy", "1.0119"), too_much(name)))

    assert result.status is GroupStatus.ROLLED_BACK
    assert result.operations[0].undo_handshakes[-1].status is ExecutionStatus.ROLLED_BACK  # at once: the rest is dust
    undo = sent(desk, name)[-1]
    assert undo.amount == {"binance": Decimal("1.009")}.get(name, Decimal("1.011"))
    left = result.friction.get(f"{name}:BaseToken:ETH", Decimal(0))
    assert left == {"binance": Decimal("0.000989")}.get(name, Decimal(0))  # 1.011 less a commission of 0.1 %
    assert left == desk.exchange.engines[name].ledger.total(ACCOUNT, "spot", "ETH") - 50
