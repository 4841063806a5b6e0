"""python-binance, Coinbase's own client and python-kraken-sdk at the test exchange."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fidelity.conftest import Exchange
from tests.fidelity.peers import peer

python_binance = peer("binance.client")
binance_errors = peer("binance.exceptions")
coinbase_rest = peer("coinbase.rest")
kraken_spot = peer("kraken.spot")
kraken_errors = peer("kraken.exceptions")
requests = peer("requests")

ADDRESS = f"0x{'1' * 40}"


def binance(exchange: Exchange, **other: str) -> Any:
    key = exchange.key("binance") | other
    return python_binance.Client(key["apiKey"], key["secret"])


def coinbase(exchange: Exchange) -> Any:
    key = exchange.key("coinbase")
    return coinbase_rest.RESTClient(api_key=key["apiKey"], api_secret=key["secret"])


def kraken(of: str, exchange: Exchange, **other: str) -> Any:
    key = exchange.key("kraken") | other
    return getattr(kraken_spot, of)(key=key["apiKey"], secret=key["secret"])


def test_python_binance_trades_moves_and_withdraws(exchange: Exchange) -> None:
    client = binance(exchange)
    client.create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.5", newClientOrderId="a")
    client.make_universal_transfer(type="MAIN_UMFUTURE", asset="USDT", amount="100")
    client.futures_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.5")
    client.withdraw(coin="ETH", address=ADDRESS, amount="1", withdrawOrderId="w", network="ETH")

    assert client.get_order(symbol="BTCUSDT", origClientOrderId="a")["status"] == "FILLED"
    assert client.get_asset_balance(asset="USDT")["free"] == "74899.50000000"
    assert client.query_universal_transfer_history(type="MAIN_UMFUTURE")["total"] == 1
    assert client.futures_position_information()[0]["positionAmt"] == "0.500"
    assert client.get_withdraw_history()[0]["amount"] == "0.99950000"


def test_python_binance_pays_its_fees_in_bnb_once_it_said_so(exchange: Exchange) -> None:
    client = binance(exchange)
    client.toggle_bnb_burn_spot_margin(spotBNBBurn="true")

    placed = client.create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.5")

    assert (placed["fills"][0]["commissionAsset"], placed["fills"][0]["commission"]) == ("BNB", "0.03750075")


def refused_by_binance(call: Callable[[], Any]) -> tuple[int, int]:
    with pytest.raises(binance_errors.BinanceAPIException) as refused:
        call()
    return refused.value.status_code, refused.value.code


def test_python_binance_raises_with_the_code(exchange: Exchange) -> None:
    client = binance(exchange)
    limit = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "40000"}
    stranger = binance(exchange, secret="x" * 64)

    assert refused_by_binance(lambda: client.create_order(quantity="9", **limit)) == (400, -2010)
    assert refused_by_binance(lambda: client.get_order(symbol="BTCUSDT", origClientOrderId="z")) == (400, -2013)
    assert refused_by_binance(stranger.get_account) == (400, -1022)
    for behaviour, status in (("rate_limited", 429), ("banned", 418)):
        exchange.fault(exchange="binance", kind="balance", behaviour=behaviour, delay_s=7)
        assert refused_by_binance(client.get_account) == (status, -1003)
    exchange.control("clock", {"offset_ms": 3_600_000})
    assert refused_by_binance(client.get_account) == (400, -1021)


def test_coinbases_client_places_finds_and_cancels(exchange: Exchange) -> None:
    client = coinbase(exchange)
    bought = client.limit_order_ioc_buy("a", "BTC-USD", "0.1", "50001")
    resting = client.limit_order_gtc_buy("b", "BTC-USD", "0.1", "40000")
    (fill,) = client.get_fills(order_ids=[bought.success_response["order_id"]]).fills
    cancelled = client.cancel_orders([resting.success_response["order_id"]])

    found = client.get_order(bought.success_response["order_id"]).order
    assert (found.client_order_id, found.status, found.filled_size) == ("a", "FILLED", "0.1")
    assert (fill.price, fill.size, fill.commission) == ("50001", "0.1", "30.0006")
    assert cancelled.results[0].success is True
    asked = resting.order_configuration.limit_limit_gtc
    assert (asked["base_size"], asked["limit_price"], asked["post_only"]) == ("0.1", "40000", False)


def test_coinbases_client_reads_accounts_and_prices(exchange: Exchange) -> None:
    client = coinbase(exchange)

    held = {each.currency: each.available_balance["value"] for each in client.get_accounts().accounts}
    best = client.get_best_bid_ask(["BTC-USD"]).pricebooks[0]

    assert (held["USD"], held["BTC"]) == ("100000", "5")
    assert (best.bids[0].price, best.asks[0].price) == ("49999", "50001")


def test_an_order_that_coinbase_turns_down_is_no_error_of_its_client(exchange: Exchange) -> None:
    refused = coinbase(exchange).limit_order_gtc_buy("a", "BTC-USD", "100", "40000")

    assert (refused.success, refused.error_response["error"]) == (False, "INSUFFICIENT_FUND")


def test_coinbases_client_raises_where_the_token_came_late(exchange: Exchange) -> None:
    exchange.control("clock", {"offset_ms": 3_600_000})

    with pytest.raises(requests.exceptions.HTTPError) as refused:
        coinbase(exchange).get_accounts()

    assert refused.value.response.status_code == 401


def test_the_kraken_client_trades_and_cancels(exchange: Exchange) -> None:
    trade, user = kraken("Trade", exchange), kraken("User", exchange)
    order = {"side": "buy", "pair": "XBTUSD"}
    (bought,) = trade.create_order(ordertype="market", volume="0.5", **order)["txid"]
    (resting,) = trade.create_order(ordertype="limit", volume="0.1", price="40000", **order)["txid"]

    assert list(user.get_open_orders()["open"]) == [resting]
    assert trade.cancel_order(resting) == {"count": 1}
    (fill,) = user.get_trades_history()["trades"].values()
    assert (fill["ordertxid"], fill["cost"], fill["fee"]) == (bought, "25000.50000000", "65.00130000")
    assert user.get_account_balance()["XXBT"] == "5.50000000"


def test_the_kraken_client_withdraws_to_a_name(exchange: Exchange) -> None:
    funding = kraken("Funding", exchange)
    sent = funding.withdraw_funds("ETH", "desk-wallet", "1")
    (row,) = funding.get_recent_withdraw_status()

    assert (row["refid"], row["amount"], row["fee"]) == (sent["refid"], "0.9965000000", "0.0035000000")


def test_the_kraken_client_raises_its_own_errors(exchange: Exchange) -> None:
    trade = kraken("Trade", exchange)
    stranger = kraken("User", exchange, secret="AAAA" + exchange.key("kraken")["secret"][4:])

    with pytest.raises(kraken_errors.KrakenUnknownOrderError):
        trade.cancel_order("OAAAAA-AAAAA-AAAAAA")
    with pytest.raises(kraken_errors.KrakenInsufficientFundsError):
        trade.create_order(ordertype="limit", side="buy", pair="XBTUSD", volume="100", price="40000")
    with pytest.raises(kraken_errors.KrakenInvalidSignatureError):
        stranger.get_account_balance()
