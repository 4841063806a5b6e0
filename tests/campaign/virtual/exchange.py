"""What the world answers to what an activity asks: the virtual venue with its misbehaviour, and the log."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from allornone.errors import NotSentError, RefusedError, VenueUnavailableError
from allornone.models.execution import ExecutionRequest
from allornone.venues.reading import Reading
from tests.campaign.virtual import journal as rules
from tests.campaign.virtual import witness
from tests.campaign.virtual.attempt import Attempt, Told
from tests.campaign.virtual.call import Call
from tests.campaign.virtual.venue import DRIFTS, Order, order_of, shown, unreadable

if TYPE_CHECKING:
    from tests.campaign.virtual.world import World

Answered = tuple[Any, Exception | None]
"""A value, or what is raised instead."""

EXECUTED = {"executed": "full", "executed_part": "part", "executed_open": "open", "executed_breach": "breach"}
"""What takes effect though its answer is lost."""

UNASKED: Answered = (None, VenueUnavailableError("it cannot be asked"))


class LostAnswerError(Exception):
    """The answer of a send did not arrive."""


def answer(world: "World", attempt: Attempt, call: Call, how: str) -> Answered:
    """Answer a call, in one of the ways that there are for it: `ok` is the good one."""
    if world.gone:
        how = _without_venue(call.name, how)
    match call.name:
        case "prepare":
            return _prepares(call.arguments[0], how)
        case "send":
            witness.sees_halt(world, attempt)
            attempt.received = _sends(world, attempt.reference, call.arguments[0], how)
            return None, None
        case "answer":
            received = attempt.received
            assert received is not None
            return received.value, received.raises
        case "lookup":
            return looks_up(world, attempt.reference, call.arguments[0], how)
        case "recall":
            return recalls(world, attempt.reference, call.arguments[0], how)
        case "intended" | "recorded" | "sleep":
            return None, None
        case _:
            return _logs(world, call, how)


def _without_venue(name: str, how: str) -> str:
    """Return how a call is answered where nobody hears of the venue any more: what is sent may still get there."""
    if name in ("prepare", "lookup", "recall"):
        return "unreadable"
    gets_there = how in EXECUTED or how == "underway"
    return "dropped" if name == "send" and not gets_there else how


def _logs(world: "World", call: Call, how: str) -> Answered:
    if how == "full":
        return None, OSError(28, "no space left")
    before = len(world.journal.events)
    try:
        answered = rules.answer(world.journal, call.name, call.arguments)
    except ValueError as bad:
        return None, bad
    for event in world.journal.events[before:]:
        witness.sees_record(world, event)
    return answered, None


def _prepares(request: ExecutionRequest, how: str) -> Answered:
    if how == "refused":
        return None, RefusedError("it would be refused")
    if how == "unreadable":
        return UNASKED
    return {"amount": str(request.operation_details.amount)}, None


def _sends(world: "World", client_ref: str, request: ExecutionRequest, how: str) -> Told:
    """Let a request leave, and return what comes back."""
    witness.sees_send(world, client_ref)
    world.sent |= {client_ref}
    order = order_of(request, world.position(request.operation_id), world.now)
    if how in ("5xx", "5xx executed"):
        if how != "5xx":
            arrives(world, client_ref, order, "full")
        return Told(0.0, unreadable(request.operation_id, world.venue_now))
    refusal = _refusal(world, client_ref, how)
    if refusal is None or how in EXECUTED:
        arrives(world, client_ref, order, EXECUTED.get(how, how))
    elif how == "underway":
        world.wire[client_ref] = order
    return Told(0.0, _shown(world, client_ref, request)) if refusal is None else Told(0.0, raises=refusal)


def _refusal(world: "World", client_ref: str, how: str) -> Exception | None:
    """Return what a send comes back with where it is not a reading."""
    if how == "refused":
        return RefusedError("by the venue's own rules")
    if how == "not_sent":
        return NotSentError("no connection")
    if how in ("underway", "dropped") or how in EXECUTED:
        return LostAnswerError(how)
    known = world.orders.get(client_ref)
    if known is not None and (world.profile.ids == "strict" or known.rest):
        return LostAnswerError("duplicate")
    return None


def arrives(world: "World", client_ref: str, order: Order, how: str) -> None:
    """Let a request reach the venue, which does it, or a part, or says that it came too late."""
    if world.profile.expiry == "enforced" and world.profile.enforces and world.venue_now > order.not_after:
        world.orders.setdefault(client_ref, replace(order, refused=True))
        return
    known = world.orders.get(client_ref)
    if known is not None and world.profile.ids == "strict":
        return
    units, rest = order.asked, False
    if how == "part":
        units = max(order.asked // 2, 1)
    if how == "open":
        units, rest = order.asked // 2, True
    fill(world, client_ref, replace(order, drift=DRIFTS.get(how, "")), units, rest=rest)


def _shown_until_now(world: "World", known: Order | None) -> Order | None:
    if known is None or world.now > known.shown_from:
        return known if known is None else replace(known, before=None)
    return known.before


def fill(world: "World", client_ref: str, order: Order, units: int, *, rest: bool) -> None:
    """Let `units` of an order take effect."""
    known = world.orders.get(client_ref)
    after = order.fills(units, at=world.now, stale_s=world.profile.stale_s, rest=rest)
    after = replace(after, before=_shown_until_now(world, known))
    world.orders[client_ref] = after
    if units or known is not None:
        witness.sees_effect(world, client_ref, known, after)


def _shown(world: "World", client_ref: str, request: ExecutionRequest) -> Reading:
    return shown(request.operation_id, world.orders.get(client_ref), world.venue_now)


def looks_up(world: "World", client_ref: str, request: ExecutionRequest, how: str) -> Answered:
    """Answer a look-up."""
    if how == "unreadable":
        return UNASKED
    if how == "stale":
        order = world.orders.get(client_ref)
        return shown(request.operation_id, order.before if order is not None else None, world.venue_now), None
    return _shown(world, client_ref, request), None


def recalls(world: "World", client_ref: str, request: ExecutionRequest, how: str) -> Answered:
    """Take back what is still open of an order."""
    if how == "unreadable":
        return UNASKED
    order = world.orders.get(client_ref)
    if order is not None and order.rest:
        world.orders[client_ref] = replace(order, rest=False, refused=not order.done)
    return _shown(world, client_ref, request), None
