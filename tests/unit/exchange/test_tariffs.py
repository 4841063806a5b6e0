"""What the exchanges' documentation says, and that every call can be had at all."""

import importlib
import re
from decimal import Decimal
from pathlib import Path

import pytest

from allornone.testexchange.binance.endpoints import every_endpoint
from allornone.testexchange.binance.limits import Limits
from allornone.testexchange.binance.problem import API_HOST, USDM_HOST
from allornone.testexchange.serving import serving
from allornone.venues.exchange.limits.tariff import Counted, Limit, Tariff
from allornone.venues.exchange.limits.tariffs import BINANCE_SPOT, BINANCE_USDM, COINBASE, KRAKEN, UNKNOWN, tariff_of

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
    assert [limit.amount for limit in BINANCE_USDM.scaled(Decimal("0.5")).limits] == [1_200, 150, 600]


def test_a_share_too_small_for_a_call_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="a call costs 6 of public-1s, which would have 5"):
        COINBASE.scaled(Decimal("0.5"))


@pytest.mark.parametrize(
    ("name", "tariff"),
    [("binance", BINANCE_SPOT), ("binance", BINANCE_USDM), ("kraken", KRAKEN), ("coinbase", COINBASE)],
)
def test_every_priced_call_is_one_of_ccxts(name: str, tariff: Tariff) -> None:
    kind = getattr(importlib.import_module("ccxt.async_support"), name)

    assert [method for method in tariff.costs if not hasattr(kind, method)] == []


@pytest.mark.parametrize(
    ("tariff", "host", "folder", "known"),
    [(BINANCE_SPOT, API_HOST, "/api/v3/", 8), (BINANCE_USDM, USDM_HOST, "/fapi/v[123]/", 9)],
)
async def test_no_call_is_cheaper_here_than_at_the_test_exchange(
    tariff: Tariff, host: str, folder: str, known: int, tmp_path: Path
) -> None:
    limits = {each: Limits(weight_1m=6_000, orders_10s=100) for each in (API_HOST, USDM_HOST)}
    async with serving(tmp_path) as served:
        endpoints = every_endpoint(served.engines["binance"], limits)
    priced = {
        name.lower(): endpoint.weight
        for (at, method, path), endpoint in endpoints.items()
        if at == host and (found := re.fullmatch(f"{folder}(.*)", path))
        for name in (f"{method}{found[1].replace('/', '')}",)
    }

    compared = {
        method: (cost.get(Counted.WEIGHT, 0), priced[bare])
        for method, cost in tariff.costs.items()
        if (bare := re.sub("^(fapi)?(public|private)(v[23])?", "", method.lower())) in priced
    }

    assert len(compared) >= known
    assert [method for method, (here, there) in compared.items() if here < there] == []
