"""The rules of one market: steps and minimums as the exchange states them, and prices of the moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Any

from allornone.errors import RefusedError
from allornone.models.details import Side
from allornone.units import EXACT, ZERO, normalised, times, total
from allornone.venues.exchange.client import Client

INVALID = "EXEC-007"
"""The registry's code of invalid parameters."""
BPS = Decimal("0.0001")
_DECIMAL_PLACES, _TICK_SIZE = 2, 4
"""ccxt's numbers for how an exchange states precision."""
_FINEST = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class Market:
    """One market. Amounts are of the base asset, `tick` and `least_cost` of the quote."""

    symbol: str
    venue_id: str
    base: str
    quote: str
    settle: str | None
    step: Decimal
    tick: Decimal
    least: Decimal
    least_cost: Decimal
    taker: Decimal

    def floored(self, amount: Decimal) -> Decimal:
        """Return `amount` rounded down to the step."""
        return to_grid(amount, self.step)

    def sellable(self, amount: Decimal, price: Decimal | None, *, reduces: bool = False) -> Decimal:
        """Return how much of `amount` an order can have, nothing where that is below a minimum."""
        return sellable(amount, self.step, self.least, ZERO if reduces else self.least_cost, price)


@dataclass(frozen=True, slots=True)
class Level:
    """One price of a book and what is there."""

    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Book:
    """The best prices of one moment."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]

    def against(self, side: Side) -> tuple[Level, ...]:
        """Return what an order of `side` meets, best first."""
        return self.asks if side is Side.BUY else self.bids


def to_grid(value: Decimal, grid: Decimal, *, up: bool = False) -> Decimal:
    """Return `value` rounded to a multiple of `grid`, down unless `up`."""
    if not grid:
        return normalised(value)
    units = EXACT.divide(value, grid).to_integral_value(ROUND_UP if up else ROUND_DOWN)
    return times(units, grid)


def sellable(amount: Decimal, step: Decimal, least: Decimal, least_cost: Decimal, price: Decimal | None) -> Decimal:
    """Return `amount` rounded down to the step; nothing below the least amount, or the least cost at `price`."""
    rounded = to_grid(amount, step)
    if rounded < max(least, step) or not rounded:
        return ZERO
    return ZERO if price is not None and times(rounded, price) < least_cost else rounded


def bounded(price: Decimal, bps: Decimal, side: Side, tick: Decimal) -> Decimal:
    """Return the worst price that is `bps` from `price`, on the tick and never beyond; of a sale it may be below 0."""
    slip = times(price, times(bps, BPS))
    worst = total((price, slip if side is Side.BUY else -slip))
    return to_grid(worst, tick, up=side is Side.SELL)


async def market_of(client: Client, pair: str, *, contract: bool) -> Market:
    """Return the market of `pair`, a perpetual contract or spot.

    Raises RefusedError where the exchange has none, VenueUnavailableError where it cannot be asked.
    """
    base, _, quote = pair.partition("/")
    symbol = f"{pair}:{quote}" if contract else pair
    found = (await client.markets()).get(symbol)
    if found is None:
        raise RefusedError(f"{client.name} has no market {symbol!r}", INVALID)
    mode = await client.precision_mode()
    limits: dict[str, dict[str, Any] | None] = found["limits"]
    return Market(
        symbol=symbol,
        venue_id=str(found["id"]),
        base=base,
        quote=quote,
        settle=found.get("settle"),
        step=_grid(found["precision"].get("amount"), mode),
        tick=_grid(found["precision"].get("price"), mode),
        least=_amount((limits.get("amount") or {}).get("min")),
        least_cost=_amount((limits.get("cost") or {}).get("min")),
        taker=_amount(found.get("taker")),
    )


async def book_of(client: Client, symbol: str, depth: int) -> Book:
    """Return the best `depth` prices. Raises VenueUnavailableError where they cannot be read."""
    shown = await client.read("fetch_order_book", symbol, depth)
    return Book(_levels(shown, "bids"), _levels(shown, "asks"))


def best(book: Book, side: Side, symbol: str, spread_bps: Decimal | None = None) -> Decimal:
    """Return the best price that an order of `side` meets. Raises RefusedError where nobody offers one.

    With `spread_bps` that price is to be measured from, and has to be one: a book without its other side, or whose
    sides are further apart, has the price of whoever is left in it.
    """
    met = book.against(side)
    if not met:
        raise RefusedError(_nobody(side, symbol))
    if spread_bps is None:
        return met[0].price
    other = Side.SELL if side is Side.BUY else Side.BUY
    if not book.against(other):
        raise RefusedError(f"{_nobody(other, symbol)}: {met[0].price:f} alone is no price to take a bound from")
    bid, ask = book.bids[0].price, book.asks[0].price
    apart = EXACT.divide(total((ask, -bid)), times(ask, BPS))
    if apart > spread_bps:
        raise RefusedError(
            f"{symbol} is bid {bid:f} and offered {ask:f}, which are {apart:.0f} bps apart: "
            "no price to take a bound from"
        )
    return met[0].price


def _nobody(side: Side, symbol: str) -> str:
    """Return that nobody stands where an order of `side` would meet him."""
    return f"nobody {'sells' if side is Side.BUY else 'buys'} {symbol} just now"


def _levels(shown: Mapping[str, Any], side: str) -> tuple[Level, ...]:
    rows: Sequence[Sequence[object]] = shown[side]
    return tuple(Level(_amount(row[0]), _amount(row[1])) for row in rows)


def _grid(precision: object, mode: int) -> Decimal:
    """Return the step that ccxt's precision means; the finest of any exchange where it says none."""
    if precision is None:
        return _FINEST
    if mode == _TICK_SIZE:
        return _amount(precision)
    if mode == _DECIMAL_PLACES:
        return normalised(Decimal(1).scaleb(-int(str(precision))))
    raise RefusedError("this exchange states precision in significant digits, which no step is", INVALID)


def _amount(value: object) -> Decimal:
    return ZERO if value is None else normalised(Decimal(str(value)))
