"""Binance's spot wallet."""

from collections.abc import Mapping
from decimal import Decimal

from allornone.models.details import OperationType
from allornone.venues.capabilities import OperationCapability, UndoClass
from allornone.venues.exchange.addresses import read_addresses
from allornone.venues.exchange.binance.key import KEY
from allornone.venues.exchange.binance.orders import BinanceOrders, Endpoints
from allornone.venues.exchange.binance.outcomes import SPOT
from allornone.venues.exchange.binance.signed import Signed
from allornone.venues.exchange.binance.transfer import Transfers
from allornone.venues.exchange.binance.withdrawal import Withdrawals
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.dialect import Account, Dialect
from allornone.venues.exchange.trade import Trades

TRADE = OperationCapability(
    id_scope="open",  # "a new order with the same newClientOrderId is accepted only when the previous one is filled"
    expiry="enforced",  # timestamp and recvWindow are pinned so that they end at not_after
    lookup="full",
    partial_fills=True,
    recall=True,
    undo=UndoClass.AT_MARKET,
    # How long a look-up may go on showing nothing of an order that was taken: our own figure, in no document. Live
    # orders were reported as -2013 for more than ten seconds (ccxt #6615).
    settle_s=Decimal(60),
)

ORDERS = Endpoints(
    place="privatePostOrder",
    order="privateGetOrder",
    cancel="privateDeleteOrder",
    orders="privateGetAllOrders",
    trades="privateGetMyTrades",
    cost="cummulativeQuoteQty",
    contract=False,
)


def _dialects(client: Client) -> Mapping[OperationType, Dialect]:
    signed = Signed(client, "publicGetTime")
    listed = read_addresses(client.name, client.options.addresses)
    return {
        OperationType.SPOT_TRADE: Trades(client, TRADE, BinanceOrders(signed, ORDERS)),
        OperationType.TRANSFER: Transfers(signed),
        OperationType.WITHDRAW: Withdrawals(signed, listed),
    }


ACCOUNT = Account(
    outcomes=SPOT,
    dialects=_dialects,
    key=KEY,
    ccxt_options={
        "defaultType": "spot",
        "fetchMarkets": {"types": ["spot"]},
        "fetchMargins": False,
        "fetchCurrencies": False,
    },
)
