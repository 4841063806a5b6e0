"""Binance's USD-M wallet: perpetual contracts, their margin in the quote asset."""

from collections.abc import Mapping

from allornone.models.details import OperationType
from allornone.venues.exchange.binance.key import KEY
from allornone.venues.exchange.binance.orders import BinanceOrders, Endpoints
from allornone.venues.exchange.binance.outcomes import USDM
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.binance.spot import TRADE
from allornone.venues.exchange.binance.transfer import Transfers
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.dialect import Account, Dialect
from allornone.venues.exchange.trade import Trades

ORDERS = Endpoints(
    place="fapiPrivatePostOrder",
    order="fapiPrivateGetOrder",
    cancel="fapiPrivateDeleteOrder",
    orders="fapiPrivateGetAllOrders",
    trades="fapiPrivateGetUserTrades",
    cost="cumQuote",
    contract=True,
)


def _dialects(client: Client) -> Mapping[OperationType, Dialect]:
    signed = Signed(client, "fapiPublicGetTime")
    return {
        OperationType.PERP_TRADE: Trades(client, TRADE, BinanceOrders(signed, ORDERS)),
        OperationType.TRANSFER: Transfers(Signed(client, "publicGetTime")),  # of the wallet endpoints' own host
    }


ACCOUNT = Account(
    outcomes=USDM,
    dialects=_dialects,
    key=KEY,
    ccxt_options={
        "defaultType": "swap",
        "fetchMarkets": {"types": ["linear"]},
        "fetchMargins": False,
        "fetchCurrencies": False,
    },
)
