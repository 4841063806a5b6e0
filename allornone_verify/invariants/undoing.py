"""Undoing: after what it undoes, never more of it, newest first, and nothing up to a pivot: S6, S7, S8, S9, S11."""

from collections.abc import Iterator
from decimal import Decimal

from allornone_verify.amounts import ZERO, Holding, Moves, amount_of, summed, text, total
from allornone_verify.breaks import Break
from allornone_verify.fields import fields_of
from allornone_verify.ledger import Order
from allornone_verify.records import Record
from allornone_verify.story import Story

ATOMIC = Decimal("0.000002")
"""Two of the coarsest atomic units."""
STEPS = 10
SHARE = Decimal("0.01")


def s6_no_forward_after_undo(story: Story) -> Iterator[Break]:
    """Once an operation's undo reached its venue, the operation itself takes no effect any more, or it is noted."""
    if story.moving:
        return
    for name in story.operations:
        undos = story.orders_of(name, forward=False)
        for order in story.orders_of(name, forward=True) if undos else ():
            late = [
                each
                for each in order.effects
                if order.ledger == undos[0].ledger and _after(order, each.place, undos[0])
            ]
            if late and not story.references[order.ref].noted:
                found = f"{name} took effect after its undo had begun at {undos[0].place}"
                yield Break(found, ref=order.ref, place=late[0].place)


def _after(order: Order, place: str, undo: Order) -> bool:
    """Tell whether an effect came after the undo arrived: by the ledger's own order where it can, else by its clock."""
    effect = next(each for each in order.effects if each.place == place)
    if undo.effects:
        return effect.position > undo.effects[0].position
    return effect.at > undo.received_at


def s7_undo_no_larger(story: Story) -> Iterator[Break]:
    """An undo follows an effect, and moves no more of it back than there was."""
    if story.moving:
        return
    for name in story.operations:
        undos = [order for order in story.orders_of(name, forward=False) if order.effects]
        if not undos or not story.sees_all_of(name):
            continue
        forward = _forward(story, name)
        if not forward:
            found = f"{name} was undone, but had done nothing"
            yield Break(found, ref=undos[0].ref, place=undos[0].place)
        elif not _given(story, name):
            yield from _within(name, forward, undos)
        else:
            yield from _within_given(story, name, undos)


def _forward(story: Story, name: str) -> Moves:
    first = story.origin if story.is_late_run else {}
    return summed(first, *(order.principal for order in story.orders_of(name, forward=True)))


def _given(story: Story, name: str) -> bool:
    return isinstance(story.operations[name].get("rollback"), dict)


def _subject(forward: Moves, undos: list[Order]) -> list[Holding]:
    """Return the holdings that the undos' amounts are counted in, among those the operation moved."""
    return [
        holding
        for holding in forward
        if any(abs(order.principal.get(holding, ZERO)) == order.filled for order in undos)
        and all(order.principal.get(holding, ZERO) * forward[holding] <= 0 for order in undos)
    ]


def _within(name: str, forward: Moves, undos: list[Order]) -> Iterator[Break]:
    back = summed(*(order.principal for order in undos))
    subjects = _subject(forward, undos)
    if not subjects:
        found = f"the undo of {name} moved {text(back)}, which is nothing of what it did: {text(forward)}"
        yield Break(found, ref=undos[-1].ref, place=undos[-1].place)
    elif all(abs(back.get(holding, ZERO)) > abs(forward[holding]) for holding in subjects):
        found = f"the undo of {name} moved {text(back)}, more than it did: {text(forward)}"
        yield Break(found, ref=undos[-1].ref, place=undos[-1].place)


def _within_given(story: Story, name: str, undos: list[Order]) -> Iterator[Break]:
    most = amount_of(story.operations[name]["rollback"]["operation_details"]["amount"])
    done = total(order.filled for order in undos)
    if done > most:
        found = f"the undo of {name} was done {done:f}, the plan gives {most:f}"
        yield Break(found, ref=undos[-1].ref, place=undos[-1].place)


def s8_undone_leaves_friction(story: Story) -> Iterator[Break]:
    """Of what the end calls rolled back, nothing is left but dust."""
    if story.end is None or story.moving or story.simulated:
        return
    for stated in story.end.fields["operations"]:
        name = stated["operation_id"]
        if stated["state"] != "rolled_back" or name not in story.operations or _given(story, name):
            continue
        if not story.sees_all_of(name):
            continue
        if not _forward(story, name):
            yield Break(f"{name} is called rolled back, but had done nothing", place=story.end.place)
        elif left := _left(story, name):
            found = f"{name} is called rolled back, and {text(left)} of it is left"
            yield Break(found, ref=_last_ref(story, name), place=story.end.place)


def _left(story: Story, name: str) -> Moves:
    """Return what is left, by the holding that was to be brought back; empty where one of them came back."""
    forward = _forward(story, name)
    undos = [order for order in story.orders_of(name, forward=False) if order.effects]
    back = summed(*(order.principal for order in undos))
    net = {
        holding: total((forward[holding], back.get(holding, ZERO))) for holding in _subject(forward, undos) or forward
    }
    over = {
        holding: amount for holding, amount in net.items() if abs(amount) > dust(story, name, forward[holding], holding)
    }
    return over if len(over) == len(net) else {}


def dust(story: Story, name: str, moved: Decimal, holding: Holding) -> Decimal:
    """Return the most that may be left: below a venue's step or minimum, within tolerance, or taken by fees."""
    operation = story.operations[name]
    absolute = amount_of(fields_of(operation.get("tolerance")).get("absolute") or "0")
    steps = [
        amount_of(intent.fields["prepared"]["step"]) * STEPS
        for intent in story.intents()
        if intent.operation_id == name and "step" in (intent.fields.get("prepared") or {})
    ]
    effects = (each for order in story.orders if order.operation_id == name for each in order.effects)
    fees = total(abs(each.delta) for each in effects if each.fee is not None and each.holding == holding)
    return max(absolute, fees, ATOMIC, abs(moved) * SHARE, *steps)


def _last_ref(story: Story, name: str) -> str:
    orders = [order for order in story.orders if order.operation_id == name]
    return orders[-1].ref if orders else ""


def s9_newest_first(story: Story) -> Iterator[Break]:
    """An older operation's undo begins only when every newer one's is over."""
    undos = list(story.intents(forward=False))
    for number, intent in enumerate(undos):
        for later in undos[number + 1 :]:
            if _place(story, later) > _place(story, intent) and not _may_pass(story, later, intent):
                found = (
                    f"the undo of {intent.operation_id} began before that of the newer {later.operation_id} was over"
                )
                yield Break(found, ref=intent.ref, place=intent.place)
                break


def _place(story: Story, record: Record) -> int:
    return story.places.get(record.operation_id, -1)


def _may_pass(story: Story, newer: Record, older: Record) -> bool:
    independent = story.operations.get(newer.operation_id, {}).get("independent")
    if independent and story.policy.get("on_stuck_undo") == "continue":
        return True
    return any(
        record.operation_id == newer.operation_id and older.seq < record.seq < newer.seq
        for record in story.transitions("late_effect")
    )


def s11_pivot_holds(story: Story) -> Iterator[Break]:
    """Once a pivot is in effect nothing up to it is undone, and the group ends completed or partial."""
    pivots = [
        record
        for record in story.records
        if record.kind == "confirmed"
        and record.is_outcome
        and record.is_forward
        and record.moves
        and story.operations.get(record.operation_id, {}).get("pivot")
    ]
    for pivot in pivots:
        for intent in story.intents(forward=False):
            if intent.seq > pivot.seq and _place(story, intent) <= _place(story, pivot):
                found = f"{intent.operation_id} was undone after the pivot {pivot.operation_id} had taken effect"
                yield Break(found, ref=intent.ref, place=intent.place)
        if story.end is not None and story.status not in {"completed", "partial"}:
            found = f"called {story.status} with the pivot {pivot.operation_id} in effect"
            yield Break(found, ref=pivot.ref, place=story.end.place)
