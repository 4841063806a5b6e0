"""What was asked of an exchange and what became of it, in words that two exchanges share."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

Book = dict[str, list[tuple[str, str]]]
"""`bids` and `asks`, best first, each (price, amount), as Binance's `depth` tells them."""


class Asked(NamedTuple):
    """An order in Binance's words. Amounts are in base; a market order has no price, and only a LIMIT has `lasting`."""

    side: str
    type: str
    amount: str
    price: str = ""
    lasting: str = ""


@dataclass(frozen=True, slots=True)
class Fill:
    """What filled at one price. `worth` is the commission in quote, whatever asset it was paid in."""

    price: Decimal
    amount: Decimal
    worth: Decimal
    maker: bool


@dataclass(frozen=True, slots=True)
class Done:
    """An order as its exchange tells it, in that exchange's own word for where it stands; `average` has 8 places."""

    status: str
    fills: tuple[Fill, ...] = ()
    left: Decimal = Decimal(0)
    average: Decimal = Decimal(0)

    def by_level(self) -> str:
        """Return the fills in their order as `amount@price`, those that follow each other at one price together."""
        levels: list[tuple[Decimal, Decimal]] = []
        for fill in self.fills:
            before = levels.pop() if levels and levels[-1][1] == fill.price else (Decimal(0), fill.price)
            levels.append((before[0] + fill.amount, fill.price))
        return " ".join(f"{plain(amount)}@{plain(price)}" for amount, price in levels)


def plain(number: Decimal) -> str:
    """Return a number without zeros at its end, never with an exponent."""
    return f"{number.normalize():f}"
