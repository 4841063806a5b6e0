"""What an order does to balances when it fills: pure arithmetic over its terms and the quotes."""

from decimal import Decimal

from allornone.errors import RefusedError
from allornone.models.details import OperationType, Side
from allornone.positions import PositionKey, PositionType, parse_key
from allornone.units import EXACT, ZERO, times, total
from allornone.venues.paper.capability import EXCHANGES, on_chain
from allornone.venues.paper.quotes import CommissionBps, Quotes, bps_of, placed_down, placed_up
from allornone.venues.paper.rows import Effect, FeeKind
from allornone.venues.paper.terms import Terms, held

GAS_KEY = str(PositionKey("wallet", PositionType.BASE, "ETH"))
"""Gas of every chain operation is paid from the one wallet, whichever protocol it calls."""

_ARRIVES = frozenset({OperationType.BORROW, OperationType.FLASH_BORROW})
_PLACES = 18


def effects_of(
    terms: Terms, venue: str, amount: Decimal, quotes: Quotes, drift_bps: Decimal = ZERO
) -> tuple[Effect, ...]:
    """Return every balance change of filling `amount` at `venue` now, principal first, then fees.

    `drift_bps` falsifies what the counterparty pays, for tests of reconciliation. Raises RefusedError where
    the terms' own bounds are not met.
    """
    if terms.operation_type in (OperationType.SPOT_TRADE, OperationType.PERP_TRADE):
        return _trade(terms, venue, amount, quotes, drift_bps)
    principal = _change(terms.principal_key, amount if terms.operation_type in _ARRIVES else -amount)
    counter = () if terms.counter_key is None else (_counter(terms, terms.counter_key, venue, amount, quotes),)
    rows = _drifted((principal, *counter), drift_bps)
    return (
        *rows,
        *_gas(terms, venue, quotes),
        *_premium(terms, venue, amount, quotes),
        *leaving(terms, quotes),
    )


def market_price(terms: Terms, quotes: Quotes) -> Decimal | None:
    """Return the price a trade fills at, None where there is none within its bound."""
    if terms.counter_key is None:
        return None
    price = quotes.price(_base(terms), _token(terms.counter_key))
    if price is None or terms.bound is None:
        return price
    crosses = price <= terms.bound if terms.side is Side.BUY else price >= terms.bound
    return price if crosses else None


def _trade(terms: Terms, venue: str, amount: Decimal, quotes: Quotes, drift_bps: Decimal) -> tuple[Effect, ...]:
    price = market_price(terms, quotes)
    if price is None or terms.counter_key is None:
        raise RefusedError(f"no_fill: no price for {terms.symbol} within {terms.bound}")
    buys = terms.side is Side.BUY
    base = Effect(terms.principal_key, _token(terms.principal_key), amount if buys else -amount, price=price)
    quote = _token(terms.counter_key)
    value = times(amount, price)
    if terms.operation_type is OperationType.PERP_TRADE:
        rows = _drifted((base,), drift_bps)
        return (*rows, *_commission(terms, venue, value, quotes))
    places = quotes.decimals(quote)
    paid = -placed_up(value, places) if buys else placed_down(value, places)
    return (
        *_drifted((base, _change(terms.counter_key, paid)), drift_bps),
        *_commission(terms, venue, value, quotes),
    )


def _counter(terms: Terms, key: str, venue: str, amount: Decimal, quotes: Quotes) -> Effect:
    if terms.operation_type is OperationType.BORROW:
        return _change(key, amount)
    if terms.operation_type is OperationType.REPAY:
        return _change(key, -amount)
    paid = quotes.converted(amount, _token(terms.principal_key), _token(key))
    if paid is None:
        raise RefusedError(f"no_rate: nothing tells what {terms.symbol} is worth; add it to quotes.yaml")
    cost = placed_up(bps_of(paid, _discount_bps(terms, venue, quotes)), quotes.decimals(_token(key)))
    out = total((paid, -cost))
    if terms.min_out is not None and out < terms.min_out:
        raise RefusedError(f"min_out: {out} is below the least accepted, {terms.min_out}")
    return _change(key, out)


def _discount_bps(terms: Terms, venue: str, quotes: Quotes) -> Decimal:
    """Return what the market keeps: a price, and so no fee row."""
    if terms.operation_type is OperationType.SWAP:
        return quotes.fees_bps.get(venue, CommissionBps()).swap
    if terms.operation_type is OperationType.UNSTAKE and terms.route == "market":
        return quotes.unstake_discount_bps
    return ZERO


def _commission(terms: Terms, venue: str, value: Decimal, quotes: Quotes) -> tuple[Effect, ...]:
    if terms.counter_key is None:
        return ()
    rates = quotes.fees_bps.get(venue, CommissionBps())
    fee = bps_of(value, rates.perp if terms.operation_type is OperationType.PERP_TRADE else rates.spot)
    asset, quote = _fee_asset(terms, venue, quotes), _token(terms.counter_key)
    price = quotes.price(asset, quote)
    if price is None or not price:
        asset, price = quote, Decimal(1)
    return _fee(held(venue, asset), placed_up(EXACT.divide(fee, price), quotes.decimals(asset)), "commission")


def _fee_asset(terms: Terms, venue: str, quotes: Quotes) -> str:
    asset = quotes.fee_asset.get(venue, "quote")
    if asset == "base" and terms.operation_type is OperationType.SPOT_TRADE:
        return _base(terms)
    return _token(terms.counter_key or "") if asset in ("base", "quote") else asset


def _gas(terms: Terms, venue: str, quotes: Quotes) -> tuple[Effect, ...]:
    return _fee(GAS_KEY, quotes.gas.get(terms.operation_type, ZERO), "gas") if on_chain(venue) else ()


def _premium(terms: Terms, venue: str, amount: Decimal, quotes: Quotes) -> tuple[Effect, ...]:
    if terms.operation_type is not OperationType.FLASH_REPAY:
        return ()
    premium = bps_of(amount, quotes.flash_premium_bps.get(venue, ZERO))
    return _fee(terms.principal_key, placed_up(premium, quotes.decimals(_token(terms.principal_key))), "premium")


def leaving(terms: Terms, quotes: Quotes) -> tuple[Effect, ...]:
    """Return the withdrawal fee, taken from what arrives, of a token that leaves an exchange.

    Raises RefusedError where nothing would be left.
    """
    if terms.operation_type not in (OperationType.WITHDRAW, OperationType.TRANSFER) or terms.counter_key is None:
        return ()
    house, destination = _house(terms.principal_key), _house(terms.counter_key)
    if house not in EXCHANGES or house == destination:
        return ()
    fee = quotes.withdrawal_fees.get(_token(terms.principal_key), ZERO)
    if fee >= terms.amount:
        raise RefusedError(f"amount must be above the withdrawal fee of {fee}, was {terms.amount}")
    return _fee(terms.counter_key, fee, "withdrawal")


def _drifted(rows: tuple[Effect, ...], drift_bps: Decimal) -> tuple[Effect, ...]:
    if not drift_bps:
        return rows
    *others, last = rows
    off = placed_down(total((last.delta, bps_of(last.delta, drift_bps))), _PLACES)
    return (*others, Effect(last.position_key, last.token, off, price=last.price))


def _change(key: str, delta: Decimal) -> Effect:
    return Effect(key, _token(key), delta)


def _fee(key: str, amount: Decimal, kind: FeeKind) -> tuple[Effect, ...]:
    return (Effect(key, _token(key), -amount, "fee", kind),) if amount else ()


def _base(terms: Terms) -> str:
    """Return the base token of a trade: its symbol without the quote."""
    return terms.symbol.removesuffix(_token(terms.counter_key or ""))


def _token(key: str) -> str:
    return parse_key(key).token if key else ""


def _house(key: str) -> str:
    return (parse_key(key).venue or "").partition(".")[0]
