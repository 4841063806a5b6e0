"""Which permit of the log a row of the books belongs to: by our own id, else by the exchange's, else by what it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from allornone_verify.exchange.books import Books
from allornone_verify.exchange.refid import refid_of
from allornone_verify.exchange.rows import Deposit, Placed, Transfer, Withdrawal, moment_of
from allornone_verify.permits import Permit, Permits

_TRADES = frozenset({"spot_trade", "perp_trade"})
WAYS = {"MAIN_UMFUTURE": "spot", "UMFUTURE_MAIN": "usdm"}
"""The wallet that a transfer leaves, by Binance's name of its way."""

_Key = tuple[str, str, Decimal]
"""The wallet that it leaves, the asset, and how much."""


@dataclass(frozen=True, slots=True)
class _Unnamed:
    """A row that carries no id of ours."""

    number: int
    ids: frozenset[str]
    key: _Key
    at: datetime
    moved: bool


@dataclass(frozen=True, slots=True)
class Matches:
    """The permit of each row, by the row's number; a row that is not there has none."""

    orders: dict[int, Permit]
    transfers: dict[int, Permit]
    withdrawals: dict[int, Permit]
    deposits: dict[int, Permit]


def named(books: Books, permits: Permits) -> tuple[dict[int, Permit], dict[int, Permit]]:
    """Return the permits of orders and of withdrawals that carry our own id."""
    orders = {row.order_id: permit for row in books.orders if (permit := _own(row, permits, _TRADES)) is not None}
    left = {row.withdrawal_id: permit for row in books.withdrawals if (permit := _own(row, permits, {"withdraw"}))}
    return orders, left


def matched(books: Books, permits: Permits, bases: set[str], skew_s: float) -> Matches:
    """Return the permit of every row, for books whose account has the venue names `bases`.

    A transfer carries no id of ours, and neither does a withdrawal from Kraken. Where the log has the exchange's own
    number, that is it. What is left belongs to a permit for the same way, asset and amount that is older: one that
    the log says took effect, else one of which it says nothing, and only then one that it says did not.
    """
    orders, left = named(books, permits)
    mine = list(permits.at(bases))
    moves = [permit for permit in mine if permit.kind == "transfer"]
    unnamed = [permit for permit in mine if permit.kind == "withdraw" and "key" in permit.prepared]
    gone = [_gone(row) for row in books.withdrawals if not row.client_id]
    return Matches(
        orders,
        _unnamed([_moved(row) for row in books.transfers], moves, skew_s),
        left | _unnamed(gone, unnamed, skew_s),
        _credited(books.deposits, [permit for permit in permits.awaited.values() if permit.base in bases]),
    )


def _credited(rows: Iterable[Deposit], awaited: Iterable[Permit]) -> dict[int, Permit]:
    """Return whose each deposit is: one reference's, by the transaction that the log has.

    Somebody's word names none: it is held against a credit of that amount that is nobody else's.
    """
    found, free = dict[int, Permit](), [permit for permit in awaited if permit.did]
    rows = list(rows)
    for tells in (_is_numbered, _is_brought, _is_attested):
        for row in rows:
            mine = next((permit for permit in free if tells(row, permit)), None)
            if mine is not None and row.deposit_id not in found:
                found[row.deposit_id] = mine
                free.remove(mine)
    return found


def _is_brought(row: Deposit, permit: Permit) -> bool:
    return row.asset == permit.tokens[1] and _bare(row.tx_id) in map(_bare, permit.ids)


def _is_numbered(row: Deposit, permit: Permit) -> bool:
    return _is_brought(row, permit) and str(row.deposit_id) in permit.ids


def _is_attested(row: Deposit, permit: Permit) -> bool:
    return permit.attested and row.is_credited and (row.asset, row.amount) == (permit.tokens[1], permit.amount)


def _bare(tx_id: str) -> str:
    return tx_id.lower().removeprefix("0x")


def _own(row: Placed | Withdrawal, permits: Permits, kinds: Iterable[str]) -> Permit | None:
    # Coinbase's own ids are UUIDs: the reference with dashes.
    permit = permits.by_ref.get(row.client_id.replace("-", ""))
    return permit if permit is not None and permit.kind in kinds else None


def _moved(row: Transfer) -> _Unnamed:
    ids = frozenset({str(row.transfer_id)})
    return _Unnamed(row.transfer_id, ids, (row.source, row.asset, row.amount), moment_of(row.at_ms), moved=True)


def _gone(row: Withdrawal) -> _Unnamed:
    ids = frozenset({refid_of(row.withdrawal_id), row.tx_id} - {""})
    at = moment_of(row.applied_ms)
    return _Unnamed(row.withdrawal_id, ids, (row.wallet, row.asset, row.amount), at, moved=row.is_done)


def _unnamed(rows: Sequence[_Unnamed], permits: Sequence[Permit], skew_s: float) -> dict[int, Permit]:
    by_id = {number: permit for permit in permits for number in permit.ids}
    found = {row.number: permit for row in rows if (permit := _told(row, by_id)) is not None}
    free = [permit for permit in permits if not permit.ids]
    for row in rows:
        if row.number not in found and (fitting := list(_fitting(row, free, timedelta(seconds=skew_s)))):
            found[row.number] = min(fitting, key=lambda permit: (permit.fits(moved=row.moved), permit.made))
            free.remove(found[row.number])
    return found


def _told(row: _Unnamed, by_id: dict[str, Permit]) -> Permit | None:
    return next((by_id[number] for number in row.ids if number in by_id), None)


def _fitting(row: _Unnamed, permits: Iterable[Permit], skew: timedelta) -> Iterator[Permit]:
    for permit in permits:
        if _key(permit) == row.key and permit.made <= row.at + skew:
            yield permit


def _key(permit: Permit) -> _Key:
    wallet = WAYS.get(str(permit.prepared.get("way")), "spot")
    return wallet, permit.tokens[0], permit.amount
