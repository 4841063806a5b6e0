"""One reference, one permit, one send: S2, S3, S16."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from allornone_verify.amounts import amount_of, total
from allornone_verify.breaks import Break
from allornone_verify.exchange.orders import lateness_of
from allornone_verify.fields import Fields, fields_of
from allornone_verify.ledger import Order
from allornone_verify.permits import WAY_IN, exchange_of
from allornone_verify.records import Record, moment
from allornone_verify.story import Reference, Story


def s2_nothing_twice(story: Story) -> Iterator[Break]:
    """One order a reference, filled no further than asked; an operation done once over all of its epochs."""
    if story.moving:
        return
    for reference in story.references.values():
        taken = [order for order in reference.orders if order.was_taken]
        for order in taken[1:]:
            yield Break(f"a second order under one reference, after {taken[0].place}", ref=order.ref, place=order.place)
        for order in taken:
            if order.filled > order.requested:
                found = f"filled {order.filled:f} of the {order.requested:f} that were asked for"
                yield Break(found, ref=order.ref, place=order.place)
    for name, operation in story.operations.items():
        yield from _once(story, name, amount_of(operation["operation_details"]["amount"]))


def _once(story: Story, name: str, most: Decimal) -> Iterator[Break]:
    orders = [order for order in story.orders_of(name, forward=True) if order.filled]
    done = total(order.filled for order in orders)
    known = any(story.references[order.ref].noted for order in orders)
    if len(orders) > 1 and done > most and not known:
        yield Break(
            f"{name} was done {done:f} of {most}, over {len(orders)} references",
            ref=orders[-1].ref,
            place=orders[-1].place,
        )


def s3_intent_first(story: Story) -> Iterator[Break]:
    """Whatever reached a venue has a permit in the log, older than its arrival, for just that."""
    if story.moving:
        return
    for order in story.orders:
        intent = story.references[order.ref].intent
        if intent is None:
            yield Break("it reached the venue, but the log has no permit for it", ref=order.ref, place=order.place)
            continue
        yield from _matches(story, order, intent)


def _matches(story: Story, order: Order, intent: Record) -> Iterator[Break]:
    permitted = (intent.fields["venue"], intent.operation_id, intent.fields["direction"])
    reached = (order.venue, order.operation_id, order.direction)
    if permitted != reached:
        yield Break(f"the permit is for {permitted}, the venue got {reached}", ref=order.ref, place=order.place)
    asked = amount_of(intent.fields["operation_details"]["amount"])
    if order.requested > asked:
        found = f"the permit is for {asked:f}, the venue was asked for {order.requested:f}"
        yield Break(found, ref=order.ref, place=order.place)
    made = moment(intent.fields["submitted_at"])
    if order.received_at + timedelta(seconds=story.skew_s) < made:
        found = f"it reached the venue at {order.received_at.isoformat()}, before its permit of {made.isoformat()}"
        yield Break(found, ref=order.ref, place=order.place)


def s16_nothing_after_expiry(story: Story) -> Iterator[Break]:
    """Nothing is permitted past its expiry or the group's deadline, and nothing is taken past it."""
    for intent in story.intents():
        expiry = moment(intent.fields["not_after"])
        if moment(intent.fields["submitted_at"]) >= expiry + timedelta(seconds=story.skew_s):
            yield Break(f"permitted after its own expiry {expiry.isoformat()}", ref=intent.ref, place=intent.place)
        until = pinned_until(fields_of(intent.fields.get("prepared")))
        if until is not None and until > expiry:
            found = f"sent to be taken until {until.isoformat()}, past its permit's {expiry.isoformat()}"
            yield Break(found, ref=intent.ref, place=intent.place)
    for reference in story.references.values():
        yield from _done_late(story, reference)
    yield from _past_deadline(story)
    for order in story.orders if not story.moving else ():
        yield from _taken_late(story, order)


def _past_deadline(story: Story) -> Iterator[Break]:
    deadline = story.plan.get("deadline")
    if deadline is None:
        return
    last = moment(deadline) + timedelta(seconds=story.skew_s)
    for intent in story.intents(forward=True):
        over = moment(intent.fields["not_after"]) > last or moment(intent.fields["submitted_at"]) > last
        if over and not _is_past_pivot(story, intent):
            yield Break(f"may take effect after the group's deadline {deadline}", ref=intent.ref, place=intent.place)


def _is_past_pivot(story: Story, intent: Record) -> bool:
    """An operator's `retry` lets a group go on past its deadline once a pivot is in effect."""
    return any(
        record.is_outcome
        and record.seq < intent.seq
        and record.kind == "confirmed"
        and record.moves
        and story.operations.get(record.operation_id, {}).get("pivot")
        for record in story.records
    ) and any(command.seq < intent.seq for command in story.commands("retry"))


def _taken_late(story: Story, order: Order) -> Iterator[Break]:
    if order.not_after is None or order.lateness_s is None or not order.was_taken:
        return
    last = order.not_after + timedelta(seconds=order.lateness_s + story.skew_s)
    if order.received_at > last:
        found = f"the venue took it at {order.received_at.isoformat()}, past {order.not_after.isoformat()}"
        yield Break(found, ref=order.ref, place=order.place)


def _done_late(story: Story, reference: Reference) -> Iterator[Break]:
    """Hold what the log itself has as the moment of the send against the permit: also where no ledger tells."""
    intent, outcome = reference.intent, reference.outcome
    if intent is None or outcome is None or not outcome.moves:
        return
    if fields_of(outcome.fields.get("evidence")).get("attested"):
        return
    sent, expiry = moment(outcome.fields["submitted_at"]), moment(intent.fields["not_after"])
    bound_s = _bound_s(story, reference, intent)
    if bound_s is not None and sent > expiry + timedelta(seconds=bound_s + story.skew_s):
        found = f"it took effect as sent at {sent.isoformat()}, past its permit's {expiry.isoformat()}"
        yield Break(found, ref=reference.ref, place=outcome.place)


def _bound_s(story: Story, reference: Reference, intent: Record) -> float | None:
    """Return how long after its expiry it may be taken: by the ledger, else by the exchange that the permit is for."""
    venue, kind = str(intent.fields["venue"]), str(intent.fields.get("operation_type"))
    exchange = exchange_of(fields_of(intent.fields.get("prepared")))
    if story.lateness_s is not None and story.sees(reference) and exchange != WAY_IN:
        return story.lateness_s(venue, kind)
    return lateness_of(exchange, kind) if exchange is not None else None


def pinned_until(prepared: Fields) -> datetime | None:
    """Return until when an exchange was told that it may take the request, None where the permit does not tell."""
    match exchange_of(prepared):
        case "binance" if "timestamp" in prepared:
            last = int(prepared["timestamp"]) + int(prepared["recv_window"])
            return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=last)
        case "kraken" if "deadline" in prepared:
            return moment(prepared["deadline"])
        case _:
            return None
