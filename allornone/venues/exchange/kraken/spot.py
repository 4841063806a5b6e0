"""Kraken's spot account."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from allornone.models.details import OperationType
from allornone.venues.capabilities import OperationCapability, UndoClass
from allornone.venues.exchange.addresses import read_addresses
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.clock import VenueClock
from allornone.venues.exchange.dialect import Account, Dialect
from allornone.venues.exchange.kraken.key import KEY
from allornone.venues.exchange.kraken.keyed import Keyed, Nonces
from allornone.venues.exchange.kraken.orders import KrakenOrders
from allornone.venues.exchange.kraken.outcomes import OUTCOMES
from allornone.venues.exchange.kraken.withdrawal import Withdrawals
from allornone.venues.exchange.trade import Trades

TRADE = OperationCapability(
    id_scope="open",  # "Kraken verifies cl_ord_id uniqueness across open orders for each client"
    expiry="enforced",  # "deadline ... after which the matching engine should reject the new order request"
    lookup="full",
    partial_fills=True,
    recall=True,
    undo=UndoClass.AT_MARKET,
    # How long a look-up may go on showing nothing of an order that was taken: our own figure, in no document.
    settle_s=Decimal(60),
)


def _dialects(client: Client) -> Mapping[OperationType, Dialect]:
    keyed = Keyed(client)
    return {
        OperationType.SPOT_TRADE: Trades(client, TRADE, KrakenOrders(keyed), commission_in_quote=True),
        OperationType.WITHDRAW: Withdrawals(keyed, read_addresses(client.name, client.options.addresses)),
    }


async def _adjusted(exchange: Any, _clock: VenueClock, _ask: object) -> None:
    exchange.nonce = Nonces()  # ccxt's own repeats itself within a millisecond


ACCOUNT = Account(outcomes=OUTCOMES, dialects=_dialects, adjusted=_adjusted, key=KEY)
