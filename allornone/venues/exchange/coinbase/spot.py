"""Coinbase's spot account."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from allornone.errors import VenueUnavailableError
from allornone.models.details import OperationType
from allornone.venues.capabilities import OperationCapability, UndoClass
from allornone.venues.exchange.addresses import read_addresses
from allornone.venues.exchange.client import Answer, Client
from allornone.venues.exchange.clock import VenueClock
from allornone.venues.exchange.coinbase.key import KEY
from allornone.venues.exchange.coinbase.orders import CoinbaseOrders
from allornone.venues.exchange.coinbase.outcomes import OUTCOMES
from allornone.venues.exchange.coinbase.timed import TIME, Timed
from allornone.venues.exchange.coinbase.token import Stamps
from allornone.venues.exchange.coinbase.withdrawal import Sends
from allornone.venues.exchange.dialect import Account, Dialect
from allornone.venues.exchange.readable import readable
from allornone.venues.exchange.trade import Trades

TRADE = OperationCapability(
    id_scope="all",  # "If the ID provided is not unique, the order will not be created"
    expiry="enforced",  # the token that an order comes with is over at not_after
    lookup="full",
    partial_fills=True,
    recall=True,
    undo=UndoClass.AT_MARKET,
    # How long a token may be taken past its end is in no document, nor how long an order that it let in may take: our
    # own figure.
    settle_s=Decimal(60),
)


def _dialects(client: Client) -> Mapping[OperationType, Dialect]:
    timed = Timed(client)
    return {
        OperationType.SPOT_TRADE: Trades(client, TRADE, CoinbaseOrders(timed), commission_in_quote=True),
        OperationType.WITHDRAW: Sends(timed, read_addresses(client.name, client.options.addresses)),
    }


async def _adjusted(exchange: Any, clock: VenueClock, ask: Callable[[str], Awaitable[Answer]]) -> None:
    exchange.seconds = Stamps(clock)
    # Reading the markets is signed already. Whatever is wrong with the time's answer shows at the call that needs it.
    with suppress(VenueUnavailableError), readable("the exchange's time"):
        clock.set(int((await ask(TIME)).shown()["epochMillis"]))


ACCOUNT = Account(outcomes=OUTCOMES, dialects=_dialects, adjusted=_adjusted, key=KEY)
