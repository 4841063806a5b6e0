"""Binance's own SDKs at the test exchange: typed answers, every declared field looked at."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.fidelity.conftest import Exchange
from tests.fidelity.fields import beyond, has_rows, lacking
from tests.fidelity.peers import peer

spot_sdk = peer("binance_sdk_spot.spot")
wallet_sdk = peer("binance_sdk_wallet.wallet")
usdm_sdk = peer("binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures")
configuration = peer("binance_common.configuration")
errors = peer("binance_common.errors")

ADDRESS = f"0x{'1' * 40}"
SPOT, USDM = "https://api.binance.com", "https://fapi.binance.com"
NOT_OURS = {
    "pegOffsetType", "pegOffsetValue", "pegPriceType", "peggedPrice", "preventedMatchId", "preventedQuantity",
    "strategyId", "strategyType", "trailingDelta", "trailingTime", "usedSor", "workingFloor", "expiryReason",
}  # fmt: skip
"""Fields of orders of a sort that this exchange does not take, and of those that did not expire."""
CONDITIONAL = {"activatePrice", "priceRate"}
"""Of trailing orders."""
COIN_MARGINED = {"baseQty", "marginAsset", "pair", "cumBase"}
"""Of contracts that are margined in a coin; the SDK has one model for both."""


@dataclass(frozen=True, slots=True)
class Desk:
    spot: Any
    wallet: Any
    usdm: Any


def desk_of(key: dict[str, str]) -> Desk:
    def settings(base_path: str) -> Any:
        return configuration.ConfigurationRestAPI(
            api_key=key["apiKey"], api_secret=key["secret"], base_path=base_path, timeout=30_000, retries=0
        )

    return Desk(
        spot_sdk.Spot(config_rest_api=settings(SPOT)).rest_api,
        wallet_sdk.Wallet(config_rest_api=settings(SPOT)).rest_api,
        usdm_sdk.DerivativesTradingUsdsFutures(config_rest_api=settings(USDM)).rest_api,
    )


@pytest.fixture
def desk(exchange: Exchange, caplog: pytest.LogCaptureFixture) -> Iterator[Desk]:
    """Give the clients; an answer that does not fit its declared type is a warning of theirs, and fails."""
    with caplog.at_level(logging.WARNING):
        yield desk_of(exchange.key("binance"))
    assert [record.getMessage() for record in caplog.records if "typ" in record.getMessage()] == []
    assert [record.getMessage() for record in caplog.records if "parse" in record.getMessage()] == []


def prepared(desk: Desk, exchange: Exchange) -> None:
    """Do something of everything, so that every list has rows."""
    spot, wallet, usdm = desk.spot, desk.wallet, desk.usdm
    spot.new_order("BTCUSDT", "BUY", "MARKET", quantity=0.5, new_client_order_id="filled")
    spot.new_order("BTCUSDT", "BUY", "LIMIT", "GTC", quantity=0.1, price=40000, new_client_order_id="open")
    usdm.new_order("BTCUSDT", "BUY", "MARKET", quantity=0.5, new_client_order_id="filled")
    usdm.new_order("BTCUSDT", "BUY", "LIMIT", None, "GTC", quantity=0.1, price=40000, new_client_order_id="open")
    wallet.user_universal_transfer("MAIN_UMFUTURE", "USDT", 100)
    wallet.user_universal_transfer("MAIN_FUNDING", "USDT", 100)
    exchange.control("binance/times", {"withdrawal_ms": 0, "deposit_ms": 0})
    wallet.withdraw("ETH", ADDRESS, 1, "w", "ETH")
    exchange.control("binance/deposits", {"asset": "ETH", "amount": "1"})


Ask = Callable[[Desk], Any]
READS: dict[str, tuple[Ask, set[str], set[str]]] = {
    "spot time": (lambda d: d.spot.time(), set(), set()),
    "spot exchangeInfo": (
        lambda d: d.spot.exchange_info(),
        {"rateLimits.count", "sors", *(f"symbols.filters.{of}Exponent" for of in ("multiplier", "price", "qty"))},
        set(),
    ),
    "spot depth": (lambda d: d.spot.depth("BTCUSDT"), set(), set()),
    "spot price": (lambda d: d.spot.ticker_price(symbol="BTCUSDT"), set(), set()),
    "spot bookTicker": (lambda d: d.spot.ticker_book_ticker(symbol="BTCUSDT"), set(), set()),
    "spot 24hr": (lambda d: d.spot.ticker24hr(symbol="BTCUSDT"), set(), set()),
    "spot account": (lambda d: d.spot.get_account(), set(), set()),
    "spot order": (lambda d: d.spot.get_order("BTCUSDT", orig_client_order_id="filled"), NOT_OURS, set()),
    "spot openOrders": (lambda d: d.spot.get_open_orders("BTCUSDT"), NOT_OURS, set()),
    "spot allOrders": (lambda d: d.spot.all_orders("BTCUSDT"), NOT_OURS, set()),
    "spot myTrades": (lambda d: d.spot.my_trades("BTCUSDT"), set(), set()),
    "system status": (lambda d: d.wallet.system_status(), set(), set()),
    "coins": (lambda d: d.wallet.all_coins_information(), set(), set()),
    "funding wallet": (lambda d: d.wallet.funding_wallet(), set(), set()),
    "key permissions": (lambda d: d.wallet.get_api_key_permission(), set(), set()),
    "transfers": (lambda d: d.wallet.query_user_universal_transfer_history("MAIN_UMFUTURE"), set(), set()),
    "withdrawals": (lambda d: d.wallet.withdraw_history(), set(), set()),
    "deposit address": (lambda d: d.wallet.deposit_address("ETH"), set(), set()),
    "deposits": (lambda d: d.wallet.deposit_history(), set(), set()),
    "usdm time": (lambda d: d.usdm.check_server_time(), set(), set()),
    "usdm depth": (lambda d: d.usdm.order_book("BTCUSDT"), set(), set()),
    "usdm brackets": (lambda d: d.usdm.notional_and_leverage_brackets(symbol="BTCUSDT"), set(), set()),
    "usdm order": (lambda d: d.usdm.query_order("BTCUSDT", orig_client_order_id="filled"), CONDITIONAL, set()),
    "usdm openOrder": (
        lambda d: d.usdm.query_current_open_order("BTCUSDT", orig_client_order_id="open"), CONDITIONAL, set(),
    ),
    "usdm openOrders": (lambda d: d.usdm.current_all_open_orders(), CONDITIONAL, set()),
    "usdm allOrders": (lambda d: d.usdm.all_orders("BTCUSDT"), CONDITIONAL | {"cumBase", "pair"}, set()),
    "usdm userTrades": (lambda d: d.usdm.account_trade_list("BTCUSDT"), COIN_MARGINED - {"cumBase"}, set()),
    # The SDK's model lacks a flag of the documented balance that version 2 has.
    "usdm account": (lambda d: d.usdm.account_information_v3(), set(), {"assets.marginAvailable"}),
    "usdm balance 2": (lambda d: d.usdm.futures_account_balance_v2(), set(), set()),
    "usdm balance 3": (lambda d: d.usdm.futures_account_balance_v3(), set(), set()),
    "usdm positionRisk": (lambda d: d.usdm.position_information_v3(), set(), set()),
    "usdm income": (lambda d: d.usdm.get_income_history(), set(), set()),
    "usdm position mode": (lambda d: d.usdm.get_current_position_mode(), set(), set()),
    "usdm premiumIndex": (lambda d: d.usdm.mark_price(symbol="BTCUSDT"), set(), set()),
    "usdm price": (lambda d: d.usdm.symbol_price_ticker(symbol="BTCUSDT"), set(), set()),
    "usdm price 2": (lambda d: d.usdm.symbol_price_ticker_v2(symbol="BTCUSDT"), set(), set()),
    "usdm bookTicker": (lambda d: d.usdm.symbol_order_book_ticker(symbol="BTCUSDT"), set(), set()),
    "usdm 24hr": (lambda d: d.usdm.ticker24hr_price_change_statistics(symbol="BTCUSDT"), set(), set()),
}  # fmt: skip
"""By name: how it is asked for, what it has not of the SDK's declared fields, and what it has beyond them."""


def test_every_read_has_the_fields_that_the_sdk_declares_and_no_others(desk: Desk, exchange: Exchange) -> None:
    prepared(desk, exchange)

    found = {name: ask(desk).data() for name, (ask, _, _) in READS.items()}

    assert {name for name, read in found.items() if not has_rows(read)} == set()
    assert {name: (lacking(read), beyond(read)) for name, read in found.items()} == {
        name: (less, more) for name, (_, less, more) in READS.items()
    }


def test_a_new_order_tells_its_fills_with_their_commission(desk: Desk) -> None:
    placed = desk.spot.new_order("BTCUSDT", "BUY", "MARKET", quantity=0.5, new_client_order_id="a").data()

    fill = placed.fills[0]
    assert (placed.status, placed.executed_qty, placed.cummulative_quote_qty) == (
        "FILLED",
        "0.50000000",
        "25000.50000000",
    )
    assert (fill.price, fill.qty, fill.commission, fill.commission_asset) == (
        "50001.00000000",
        "0.50000000",
        "0.00050000",
        "BTC",
    )
    assert (lacking(placed), beyond(placed)) == (set(), set())


def test_what_an_ioc_order_does_not_fill_expires(desk: Desk) -> None:
    placed = desk.spot.new_order("ETHUSDT", "BUY", "LIMIT", "IOC", quantity=40, price=2000.1).data()

    assert (placed.status, placed.executed_qty) == ("EXPIRED", "30.00000000")
    # The model of a new order does not declare it, that of a query does.
    assert placed.additional_properties == {"expiryReason": "UNFILLED_IOC_QUANTITY_EXPIRED"}


def test_a_cancelled_order_gives_its_money_back(desk: Desk) -> None:
    desk.spot.new_order("BTCUSDT", "BUY", "LIMIT", "GTC", quantity=0.1, price=40000, new_client_order_id="a")
    locked = {each.asset: each.locked for each in desk.spot.get_account().data().balances}
    cancelled = desk.spot.delete_order("BTCUSDT", orig_client_order_id="a").data()
    after = {each.asset: (each.free, each.locked) for each in desk.spot.get_account().data().balances}

    assert (locked["USDT"], after["USDT"]) == ("4000.00000000", ("100000.00000000", "0.00000000"))
    assert (cancelled.status, cancelled.orig_client_order_id) == ("CANCELED", "a")


def test_a_perpetual_is_traded_and_its_position_shown(desk: Desk) -> None:
    desk.usdm.new_order("BTCUSDT", "BUY", "MARKET", quantity=0.5)
    (trade,) = desk.usdm.account_trade_list("BTCUSDT").data()
    (position,) = desk.usdm.position_information_v3().data()

    assert (trade.qty, trade.price, trade.commission, trade.commission_asset) == (
        "0.500",
        "50001.0",
        "12.50025000",
        "USDT",
    )
    assert (position.position_amt, position.entry_price) == ("0.500", "50001.00000000")


def test_a_transfer_is_in_the_history_under_its_number(desk: Desk) -> None:
    moved = desk.wallet.user_universal_transfer("MAIN_UMFUTURE", "USDT", 100).data()
    rows = desk.wallet.query_user_universal_transfer_history("MAIN_UMFUTURE").data().rows

    assert [(row.tran_id, row.asset, row.amount, row.status) for row in rows] == [
        (moved.tran_id, "USDT", "100.00000000", "CONFIRMED")
    ]


def test_a_withdrawal_is_in_the_history_less_its_fee(desk: Desk) -> None:
    sent = desk.wallet.withdraw("ETH", ADDRESS, 1, "w1", "ETH").data()
    (row,) = desk.wallet.withdraw_history(withdraw_order_id="w1").data()

    assert (row.id, row.amount, row.transaction_fee, row.withdraw_order_id) == (
        sent.id,
        "0.99950000",
        "0.00050000",
        "w1",
    )


def refusals(desk: Desk, exchange: Exchange) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield calls that the exchange turns down, with the rule that makes it do so already in force."""
    spot = desk.spot

    def order(**more: Any) -> Callable[[], Any]:
        return lambda: spot.new_order("BTCUSDT", "BUY", "LIMIT", "GTC", **({"quantity": 0.1, "price": 40000} | more))

    yield "insufficient", order(quantity=9)
    yield "unknown", lambda: spot.get_order("BTCUSDT", orig_client_order_id="never")
    yield "not open", lambda: spot.delete_order("BTCUSDT", orig_client_order_id="never")
    yield "step", order(quantity=0.100001)
    yield "symbol", lambda: spot.depth("NOPE")
    order(new_client_order_id="a")()
    yield "duplicate", order(new_client_order_id="a")
    exchange.fault(exchange="binance", kind="order", behaviour="rate_limited", delay_s=7)
    yield "too much", order()
    exchange.fault(exchange="binance", kind="order", behaviour="banned", delay_s=9)
    yield "banned", order()
    exchange.control("clock", {"offset_ms": 3_600_000})
    yield "late", order()


def test_a_refusal_raises_the_sdks_own_error_with_binances_code(desk: Desk, exchange: Exchange) -> None:
    seen: dict[str, tuple[str, int]] = {}
    for name, call in refusals(desk, exchange):
        with pytest.raises(errors.Error) as refused:
            call()
        seen[name] = (type(refused.value).__name__, refused.value.status_code)

    assert seen == {
        "insufficient": ("BadRequestError", -2010),
        "unknown": ("BadRequestError", -2013),
        "not open": ("BadRequestError", -2011),
        "step": ("BadRequestError", -1013),
        "symbol": ("BadRequestError", -1121),
        "duplicate": ("BadRequestError", -2010),
        "too much": ("TooManyRequestsError", -1003),
        "banned": ("RateLimitBanError", -1003),
        "late": ("BadRequestError", -1021),
    }


@pytest.mark.parametrize(("delay_s", "behaviour"), [(7, "rate_limited"), (9, "banned")])
def test_the_sdk_reads_when_to_come_back(desk: Desk, exchange: Exchange, delay_s: int, behaviour: str) -> None:
    exchange.fault(exchange="binance", kind="balance", behaviour=behaviour, delay_s=delay_s)

    with pytest.raises(errors.Error) as refused:
        desk.spot.get_account()

    assert refused.value.retry_after == delay_s


def test_a_wrong_secret_is_refused(exchange: Exchange) -> None:
    key = exchange.key("binance")
    stranger = desk_of(key | {"secret": key["secret"][::-1]})

    for read in (stranger.spot.get_account, stranger.usdm.account_information_v3):
        with pytest.raises(errors.BadRequestError) as refused:
            read()
        assert refused.value.status_code == -1022
