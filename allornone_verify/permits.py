"""The log's permits to send to an exchange, by reference: what an exchange's books are put together with."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from allornone_verify.amounts import amount_of
from allornone_verify.fields import Fields, fields_of
from allornone_verify.records import OPERATIONS, SETTLED, moment

UNNAMED = ""
"""The exchange of a permit that does not tell which one it is for, only that it is for one."""

WAY_IN = "way in"
"""The form of what is awaited and not sent: a row of the exchange's is it, by its transaction."""

_TELLING = (
    ({"own_id"}, "coinbase"),
    ({"recv_window"}, "binance"),
    ({"venue_symbol", "deadline"}, "kraken"),
    ({"asset", "key", "address"}, "kraken"),
    ({"venue_symbol"}, UNNAMED),
    ({"asset", "since"}, WAY_IN),
)
"""By what is pinned for one exchange and for no other."""


def exchange_of(prepared: Fields) -> str | None:
    """Return which exchange's form a permit has.

    `UNNAMED` for some exchange's, `WAY_IN` for what comes to one, None for what is no exchange's.
    """
    return next((exchange for names, exchange in _TELLING if names <= prepared.keys()), None)


@dataclass(slots=True)
class Permit:
    """One permit, and what became of it. `ids` are the venue's own numbers for what was done under it."""

    ref: str
    group_id: str
    operation_id: str
    direction: str
    venue: str
    kind: str
    source: str
    target: str
    tokens: tuple[str, str]
    pair: str
    prepared: Fields
    amount: Decimal
    price: Decimal | None
    exchange: str
    made: datetime
    not_after: datetime
    ids: frozenset[str] = frozenset()
    did: bool = False
    """Whether the log says that it took effect."""
    settled: bool = False
    """Whether the log says anything of it."""
    attested: bool = False
    """Whether it says so by somebody's word."""

    def fits(self, *, moved: bool) -> int:
        """Return how a row that took effect, or did not, goes with the log: 0 as it says, 1 in doubt, 2 against."""
        return 1 if not self.settled else 2 * (self.did is not moved)

    @property
    def base(self) -> str:
        """The venue's name without its account."""
        return self.venue.partition(".")[0]


@dataclass(slots=True)
class Permits:
    """Filled while the log is read. A record that is none is left to those who judge records."""

    by_ref: dict[str, Permit] = field(default_factory=dict[str, Permit])
    awaited: dict[str, Permit] = field(default_factory=dict[str, Permit])
    """The same, of what is awaited."""
    venues: dict[str, str | None] = field(default_factory=dict[str, str | None])
    """Every venue that anything was permitted for: its form, None for a venue that is no exchange."""

    def read(self, family: str, fields: Fields) -> None:
        """Take in one record."""
        ref = fields.get("client_ref")
        if family != OPERATIONS or not isinstance(ref, str):
            return
        known = self.by_ref.get(ref) or self.awaited.get(ref)
        if fields["status"] == "pending" and known is None:
            self._permit(ref, fields)
        elif known is not None:
            known.ids |= _ids(fields)
            known.settled |= fields["status"] in SETTLED
            known.did |= fields["status"] in SETTLED and bool(fields["actual_deltas"])
            known.attested |= fields_of(fields.get("evidence")).get("attested") is True

    def exchanges(self) -> dict[str, str]:
        """Return the venues that are an exchange's account, whose books could have what was sent there."""
        return {venue: form for venue, form in self.venues.items() if form is not None and form != WAY_IN}

    def ways_in(self) -> frozenset[str]:
        """Return the venues by which something is awaited."""
        return frozenset(venue for venue, form in self.venues.items() if form == WAY_IN)

    def at(self, bases: set[str]) -> Iterator[Permit]:
        """Yield the permits for venues of these names, whichever their account."""
        return (permit for permit in self.by_ref.values() if permit.base in bases)

    def _permit(self, ref: str, fields: Fields) -> None:
        prepared = fields_of(fields.get("prepared"))
        exchange, venue = exchange_of(prepared), str(fields["venue"])
        self.venues[venue] = exchange if exchange is not None else self.venues.get(venue)
        if exchange is None:
            return
        try:
            made, not_after = moment(fields["submitted_at"]), moment(fields.get("not_after"))
            amount = amount_of(prepared.get("amount"))
            price = amount_of(prepared["price"]) if "price" in prepared else None
        except ValueError:
            return
        kept = self.awaited if exchange == WAY_IN else self.by_ref
        kept[ref] = Permit(
            ref=ref,
            group_id=str(fields.get("atomic_group_id")),
            operation_id=str(fields["operation_id"]),
            direction=str(fields["direction"]),
            venue=venue,
            kind=str(fields.get("operation_type")),
            source=str(fields.get("source_venue")),
            target=str(fields.get("target_venue")),
            tokens=(str(fields.get("source_token")), str(fields.get("target_token"))),
            pair=str(fields["operation_details"].get("pair", "")),
            prepared=prepared,
            amount=amount,
            price=price,
            exchange=exchange,
            made=made,
            not_after=not_after,
        )


def _ids(fields: Fields) -> frozenset[str]:
    listed = fields_of(fields.get("evidence")).get("venue_ids")
    return frozenset(str(each) for each in listed) if isinstance(listed, list) else frozenset()  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
