"""Price, then time: which offers an incoming order meets. Decides only; changes nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from allornone.testexchange.engine.market import Market, Side
from allornone.testexchange.engine.order import Order, OrderType, Ticket
from allornone.units import EXACT, ZERO, times

SelfTrade = Literal["resting", "arriving"]
"""Which of two orders of one account that would meet gives way; nobody trades with himself."""


@dataclass(frozen=True, slots=True)
class Offer:
    """So much at this price, by a resting order or by the house."""

    price: Decimal
    amount: Decimal
    maker: Order | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an order would take, and who gives way where it meets orders of the same account: those, or what is left."""

    matches: tuple[Offer, ...]
    displaced: tuple[Order, ...] = ()
    gives_way: bool = False

    @property
    def amount(self) -> Decimal:
        """What fills, in base."""
        return sum((match.amount for match in self.matches), ZERO)

    @property
    def cost(self) -> Decimal:
        """What fills, in quote."""
        return sum((times(match.amount, match.price) for match in self.matches), ZERO)


def offers(market: Market, side: Side, resting: Iterable[Order]) -> list[Offer]:
    """Return what an order of `side` can meet, best first; at one price orders stand before the house."""
    asked = [Offer(order.price, order.left, order) for order in resting if order.side is side.other]
    found = asked + [Offer(price, amount) for price, amount in market.ladder(side)]
    return sorted(found, key=lambda offer: (side.sign * offer.price, offer.maker is None))


def planned(market: Market, ticket: Ticket, resting: Iterable[Order], gives_way: SelfTrade) -> Plan:
    """Walk the book for `ticket` as far as its amount, its money and its price reach."""
    matches: list[Offer] = []
    displaced: list[Order] = []
    left, money = ticket.amount, ticket.spend
    for offer in _within(ticket, offers(market, ticket.side, resting)):
        wanted = left if not ticket.spend else market.floored(EXACT.divide(money, offer.price))
        taken = min(offer.amount, wanted)
        if taken <= 0:
            break
        if offer.maker is not None and offer.maker.account == ticket.account:
            if gives_way == "arriving":
                return Plan(tuple(matches), gives_way=True)
            displaced.append(offer.maker)
            continue
        matches.append(Offer(offer.price, taken, offer.maker))
        left -= taken
        money -= times(taken, offer.price)
    return Plan(tuple(matches), tuple(displaced))


def _within(ticket: Ticket, found: Iterable[Offer]) -> Iterator[Offer]:
    for offer in found:
        if ticket.type is not OrderType.MARKET and ticket.side.sign * (offer.price - ticket.price) > 0:
            return
        yield offer
