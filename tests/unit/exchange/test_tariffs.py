"""What the exchanges' documentation says, and that every call can be had at all."""

from decimal import Decimal

import pytest

from allornone.venues.exchange.tariff import Counted, Limit, Tariff
from allornone.venues.exchange.tariffs import BINANCE_SPOT, BINANCE_USDM, COINBASE, KRAKEN, UNKNOWN, tariff_of

ALL = [BINANCE_SPOT, BINANCE_USDM, KRAKEN, COINBASE, UNKNOWN]


@pytest.mark.parametrize("tariff", ALL)
def test_forward_work_can_have_each_call(tariff: Tariff) -> None:
    for limit in tariff.limits:
        for cost in (tariff.usual, *tariff.costs.values()):
            assert cost.get(limit.counts, 0) <= limit.allowed(urgent=False)


@pytest.mark.parametrize("tariff", ALL)
def test_no_call_is_free_of_every_limit(tariff: Tariff) -> None:
    counted = {limit.counts for limit in tariff.limits}
    for cost in (tariff.usual, *tariff.costs.values()):
        assert any(amount > 0 for kind, amount in cost.items() if kind in counted)


def test_an_order_counts_as_a_request_and_as_an_order() -> None:
    assert BINANCE_SPOT.cost("privatePostOrder") == {Counted.WEIGHT: 1, Counted.ORDERS: 1}


def test_a_call_that_nobody_priced_is_taken_for_a_dear_one() -> None:
    assert BINANCE_SPOT.cost("privateGetSomethingNew") == {Counted.WEIGHT: 20}


def test_an_exchange_that_is_not_known_is_asked_once_a_second() -> None:
    assert tariff_of("mexc", "spot").limits == (Limit("calls-10s", Counted.WEIGHT, 10, 10_000),)


def test_a_desk_of_two_hosts_gives_each_half() -> None:
    assert [limit.amount for limit in BINANCE_USDM.scaled(Decimal("0.5")).limits] == [1_200, 150, 600, 90_000]


def test_a_share_too_small_for_a_call_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="a call costs 8 of calls-1s, which would have 5"):
        COINBASE.scaled(Decimal("0.5"))
