"""Many groups at once at the test exchange while answers and requests are lost: none is left half done."""

import asyncio
import time
from collections import Counter
from datetime import timedelta

import pytest

import workflows.calls
from allornone.client.start import start
from allornone.eventlog.verification import Verification
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.models.result import GroupResult
from allornone.testexchange.engine.conservation import problems
from tests.exchange.accounts import changed, effective, filled, logged, outcomes, sent_twice
from tests.exchange.desk import TOO_MUCH, Desk
from tests.plans import leg
from tests.verified import verified

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT_ONCE = 40
PATIENCE_S = 300
LONG_S = 7_200
PATIENT = {"timeout_s": "600"}
"""An order that is lost twice or three times is sent again: what is given up would end `failed`, with nothing done."""
LOST: tuple[dict[str, object], ...] = (
    {"kind": "order", "behaviour": "bad_gateway", "executed": False, "after": 11, "every": 29, "count": "always"},
    {"kind": "order", "behaviour": "reset", "executed": False, "after": 3, "every": 31, "count": "always"},
    {"behaviour": "reset", "after": 7, "every": 20, "count": "always"},
)
"""One in twenty answers of any call is lost, be it an order's or a look-up's; one in fifteen orders never arrives."""
SELL = PATIENT | leg(
    "sell-eth",
    "spot_trade",
    "binance>binance",
    "ETH>USDT",
    {"binance:ETH": "-0.01", "binance:USDT": "20"},
    pair="ETH/USDT",
    side="sell",
    amount="0.01",
)
BUY = PATIENT | leg(
    "buy-btc",
    "spot_trade",
    "binance>binance",
    "USDT>BTC",
    {"binance:BTC": "0.0005", "binance:USDT": "-25"},
    pair="BTC/USDT",
    side="buy",
    amount="0.0005",
)
HOPELESS_EVERY = 5
"""Of so many groups one has a second leg that the exchange refuses."""


@pytest.fixture
def unlucky(desk: Desk) -> Desk:
    """A desk whose exchange loses answers, and has limits that this many groups do not reach."""
    desk.exchange.inject(*LOST)
    for limits in vars(desk.exchange.doors["binance"])["limits"].values():
        limits.weight_1m = limits.orders_10s = 1_000_000
    desk.options = {"binance": {**desk.options["binance"], "limits_share": "1000"}}
    return desk


def plans(desk: Desk, count: int) -> list[AtomicGroup]:
    return [
        desk.plan(SELL, TOO_MUCH if number % HOPELESS_EVERY == 4 else BUY, atomic_group_id=f"many-{number}")
        for number in range(count)
    ]


async def ends(desk: Desk, groups: list[AtomicGroup], patience_s: float) -> list[GroupResult]:
    """Run groups, so many at once, to their ends."""
    places = asyncio.Semaphore(AT_ONCE)

    async def end(plan: AtomicGroup) -> GroupResult:
        async with places:
            return await (await start(desk.client, desk.settings.task_queue, plan)).result()

    async with desk.working(), asyncio.timeout(patience_s):
        return await asyncio.gather(*(end(plan) for plan in groups))


async def assert_sound(desk: Desk, results: list[GroupResult]) -> None:
    engine, log_dir = desk.exchange.engines["binance"], desk.settings.log_dir
    assert {result.status for result in results} == {GroupStatus.COMPLETED, GroupStatus.ROLLED_BACK}
    assert sent_twice(engine) == {}
    assert filled(engine) == effective(log_dir)
    assert not any(order.open for order in desk.orders())
    assert problems(engine) == []
    assert logged(log_dir) == changed(engine)
    assert list(Verification(log_dir).problems()) == []
    await verified(desk.settings.data_dir, desk.client.service_client.config.target_host, exchanges=[desk.books])
    assert outcomes(log_dir)["unknown"] >= len(results) // 20, "hardly an answer was lost"


async def test_forty_groups_that_lose_answers_and_requests_end_done_or_undone(
    unlucky: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What never arrived is proven absent once its window is over: here soon.
    monkeypatch.setattr(workflows.calls, "SEND_WINDOW", timedelta(seconds=6))

    results = await ends(unlucky, plans(unlucky, 40), 3 * PATIENCE_S)

    await assert_sound(unlucky, results)


@pytest.mark.long
async def test_a_thousand_groups_that_lose_answers_and_requests_end_done_or_undone(unlucky: Desk) -> None:
    began = time.monotonic()

    results = await ends(unlucky, plans(unlucky, 1_000), LONG_S)

    took_s, counts = time.monotonic() - began, Counter(result.status.value for result in results)
    print(f"{took_s:.0f} s, {len(results) / took_s:.2f} groups a second, {dict(counts)}")  # noqa: T201 (the measurement)
    print(dict(outcomes(unlucky.settings.log_dir)), f"{len(unlucky.orders())} orders")  # noqa: T201 (the measurement)
    await assert_sound(unlucky, results)
