"""Signed changes by position key: exact arithmetic, and the seed's structured rows of the event log.

Sums are by holding, not by spelling: `lido:stETH` and `lido:BaseToken:stETH` are added up under the first one
seen, typed. Keys are placed, that is they name their venue; `located` places the bare tokens of a plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from allornone.models.details import FROM_SOURCE
from allornone.models.execution import Evidence, Fee
from allornone.positions import PositionKey, PositionType, identity, parse_key, placed, typed
from allornone.units import EXACT, ZERO, exact, normalised, prorated, times, total

Changes = Mapping[str, Decimal]
"""Signed changes in whole units of each key's token."""

Identity = tuple[str, str, str]
"""What two spellings of one holding share: venue, class (asset, debt or perp) and token."""

Number = Decimal | float | int | str
"""An amount as callers have it. A float counts as the decimal it prints as."""

BALANCE_SLACK = Decimal("0.01")
"""How far a row times the price may be from another row and still be what was priced: fees and slippage."""


def identity_of(key: str) -> Identity:
    """Return the holding that a placed key names. Raises ValueError for a bare token."""
    return identity(parse_key(key))


def located(changes: Changes, source_venue: str, target_venue: str) -> dict[str, Decimal]:
    """Return `changes` per holding, bare tokens placed: what leaves at the source, the rest at the target."""
    return _net(
        (str(placed(parse_key(key), -1 if amount < 0 else 1, source_venue, target_venue)), amount)
        for key, amount in changes.items()
    )


def add(*changes: Changes) -> dict[str, Decimal]:
    """Return the sum per holding. Changes that cancel stay as zero; see `without_zero`."""
    return _net(entry for each in changes for entry in each.items())


def negate(changes: Changes) -> dict[str, Decimal]:
    """Return what takes `changes` back."""
    return {key: normalised(amount.copy_negate()) for key, amount in changes.items()}


def subtract(left: Changes, right: Changes) -> dict[str, Decimal]:
    """Return `left - right` per holding."""
    return add(left, negate(right))


def scaled(changes: Changes, ratio: Decimal) -> dict[str, Decimal]:
    """Return `changes` times `ratio`, exactly: 18 places times 18 places are 36."""
    return {key: times(amount, ratio) for key, amount in changes.items()}


def in_proportion(changes: Changes, part: Decimal, whole: Decimal) -> dict[str, Decimal]:
    """Return `changes` in the proportion of `part` to `whole`, each rounded to the places that an amount has."""
    return {key: prorated(amount, part, whole) for key, amount in changes.items()}


def without_zero(changes: Changes) -> dict[str, Decimal]:
    """Return `changes` without the keys on which nothing changed."""
    return {key: normalised(amount) for key, amount in changes.items() if amount != 0}


def by_identity(changes: Changes) -> dict[Identity, Decimal]:
    """Return the sum per holding, under the holding itself."""
    return {identity_of(key): amount for key, amount in add(changes).items()}


def _net(entries: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    spelling: dict[Identity, str] = {}
    net: dict[str, Decimal] = {}
    for text, amount in entries:
        key = typed(parse_key(text))
        name = spelling.setdefault(identity(key), str(key))
        net[name] = EXACT.add(net.get(name, ZERO), amount)
    return {name: normalised(amount) for name, amount in net.items()}


@dataclass(frozen=True, slots=True)
class _Row:
    key: PositionKey
    amount: Decimal
    source: str
    price: Decimal | None = None
    fee: Decimal = ZERO
    fee_currency: str | None = None


def convert_deltas_to_structured_format(  # noqa: PLR0917 (the seed's signature)
    deltas: Mapping[str, Number],
    operation_type: str,
    source_venue: str,
    target_venue: str,
    executed_price: Number | None = None,
    fee_amount: Number = 0.0,
    fee_currency: str = "USDT",
    *,
    fees: Sequence[Fee] = (),
    evidence: Evidence | None = None,
    price_key: str | None = None,
) -> list[dict[str, Any]]:
    """Return one row per delta, under its full position key, and one per fee that no delta shows.

    `fees` say where each was taken; without them `fee_amount` was taken once, in `fee_currency`: on the row
    of that token, the executing venue's first. A fee whose holding is not among the deltas gets a row of
    its own, with the source `fee` and the fee as a negative change. On any other row `fee` is a note: the
    row's amount has it already.

    `executed_price` stands on the row it prices and is null elsewhere: the row of `price_key`; else a perp;
    else the one row whose amount times the price is another row's amount, within 1 percent. Amounts come as
    `Decimal`, which the event models write as strings. Raises ValueError for a key or an amount that is
    none.
    """
    source = operation_type.lower()
    venue = source_venue if source in FROM_SOURCE else target_venue
    rows = [_row(key, _decimal(amount), source, source_venue, target_venue) for key, amount in deltas.items()]
    price = None if executed_price is None else _decimal(executed_price)
    rows = _with_price(rows, price, price_key)
    for key, amount, currency in _charges(rows, fees, _decimal(fee_amount), fee_currency, venue):
        rows = _with_fee(rows, key, amount, currency)
    return [_written(row, _references(evidence)) for row in rows]


def _decimal(value: Number) -> Decimal:
    amount = exact(value)
    if isinstance(amount, int):
        amount = Decimal(amount)
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise ValueError(f"an amount must be a finite decimal such as '1.5', was {value!r}")
    return normalised(amount)


def _row(text: str, amount: Decimal, source: str, source_venue: str, target_venue: str) -> _Row:
    key = placed(parse_key(text), -1 if amount < 0 else 1, source_venue, target_venue)
    return _Row(typed(key), amount, source)


def _with_price(rows: list[_Row], price: Decimal | None, price_key: str | None) -> list[_Row]:
    if price is None:
        return rows
    at = _priced(rows, price, price_key)
    return [replace(row, price=price) if number == at else row for number, row in enumerate(rows)]


def _priced(rows: list[_Row], price: Decimal, price_key: str | None) -> int | None:
    """Return the number of the row that `price` prices, None where nobody can tell."""
    if price_key is not None:
        return _at(rows, parse_key(price_key))
    perps = [number for number, row in enumerate(rows) if _is_perp(row)]
    balanced = [number for number, row in enumerate(rows) if any(_balances(row, other, price) for other in rows)]
    found = perps or balanced
    return found[0] if len(found) == 1 else None


def _is_perp(row: _Row) -> bool:
    return identity(row.key)[1] == PositionType.PERP.value


def _balances(row: _Row, other: _Row, price: Decimal) -> bool:
    if row.key.token == other.key.token:
        return False
    value = times(row.amount, price)
    off = total((value, other.amount))
    return off.copy_abs() <= times(value.copy_abs(), BALANCE_SLACK) and value != 0


def _at(rows: list[_Row], key: PositionKey) -> int | None:
    """Return the number of the first row of the holding `key`; a bare token is found at any venue."""
    for number, row in enumerate(rows):
        if row.key.token == key.token and (key.venue is None or identity(row.key) == identity(key)):
            return number
    return None


def _charges(
    rows: list[_Row], fees: Sequence[Fee], amount: Decimal, currency: str, venue: str
) -> list[tuple[PositionKey, Decimal, str]]:
    """Return what was charged, where and in what; the listed fees, or else the seed's single one."""
    if fees:
        return [(_holding(rows, fee, venue), fee.amount, fee.currency) for fee in fees if fee.amount != 0]
    if amount == 0:
        return []
    return [(_home(rows, currency, venue), amount, currency)]


def _holding(rows: list[_Row], fee: Fee, venue: str) -> PositionKey:
    key = parse_key(fee.position_key)
    return _home(rows, key.token, venue) if key.venue is None else key


def _home(rows: list[_Row], currency: str, venue: str) -> PositionKey:
    """Return the key that a fee without a place fell on: the token's row, the executing venue's first."""
    named = [row.key for row in rows if row.key.token == currency and row.source != "fee"]
    own = [key for key in named if key.venue == venue]
    return (own or named or [typed(PositionKey(venue, None, currency))])[0]


def _with_fee(rows: list[_Row], key: PositionKey, amount: Decimal, currency: str) -> list[_Row]:
    at = _at(rows, key)
    if at is None:
        return [*rows, _Row(typed(key), amount.copy_negate(), "fee", None, amount, currency)]
    row = rows[at]
    charged = total((row.fee, amount))
    change = total((row.amount, amount.copy_negate())) if row.source == "fee" else row.amount
    return [*rows[:at], replace(row, amount=change, fee=charged, fee_currency=currency), *rows[at + 1 :]]


def _references(evidence: Evidence | None) -> list[str]:
    if evidence is None:
        return []
    return [*evidence.venue_ids, *([evidence.tx_hash] if evidence.tx_hash else [])]


def _written(row: _Row, evidence: list[str]) -> dict[str, Any]:
    key = str(row.key)
    return {
        "position_key": key,
        "instrument_key": key,
        "delta_amount": row.amount,
        "source": row.source,
        "price": row.price,
        "fee": row.fee,
        "fee_currency": row.fee_currency,
        "evidence": evidence,
    }
