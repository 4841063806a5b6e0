"""The end says what the ledger says: S1, S5, S13 of one group, S19, E6."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from allornone_verify.amounts import EXACT, Holding, Moves, amount_of, negated, proportion, summed, text, total
from allornone_verify.breaks import Break
from allornone_verify.fields import fields_of
from allornone_verify.holdings import moves_of, planned
from allornone_verify.ledger import Order
from allornone_verify.records import Record
from allornone_verify.story import Reference, Story

STEP_SHARE = Decimal("0.99")
"""The least share of an amount that is left after rounding it to a venue's step."""


def s1_end_equals_ledger(story: Story) -> Iterator[Break]:
    """Hold the sum of all effects against what the end states: plan, residual and friction, to the last digit."""
    if story.end is None or story.moving or story.simulated:
        return
    stated = summed(_asked(story), _listed(story.end, "residual_deltas"), _listed(story.end, "friction"))
    told = summed(story.origin, *(order.moves for order in story.orders), negated(_afterwards(story)), negated(stated))
    unseen = _unseen(story)
    off = {holding: amount for holding, amount in told.items() if holding not in unseen}
    if off:
        yield Break(f"the ledger differs from the end {story.status!r} by {text(off)}", place=story.end.place)
    yield from _left_loose(story, story.end)
    yield from _word_and_lists(story, story.end)


def _unseen(story: Story) -> set[Holding]:
    """Return the balances that are moved by what no ledger is witness of: as planned, and as recorded."""
    parts: list[Moves] = []
    for name, operation in story.operations.items():
        if not story.sees_all_of(name):
            parts.append(planned(operation["expected_deltas"], operation["source_venue"], operation["target_venue"]))
            parts += [record.moves for record in story.records if record.is_outcome and record.operation_id == name]
    return {holding for part in parts for holding in part}


def _listed(end: Record, name: str) -> Moves:
    return moves_of(end.fields[name])


def _asked(story: Story) -> Moves:
    """Return what a completed group's plan asked for, in the proportion in which it was done."""
    if story.status != "completed":
        return {}
    parts: list[Moves] = []
    for name, operation in story.operations.items():
        whole = amount_of(operation["operation_details"]["amount"])
        done = total(order.filled for order in story.orders_of(name, forward=True))
        if story.is_late_run:
            done = EXACT.add(done, whole)
        wanted = planned(operation["expected_deltas"], operation["source_venue"], operation["target_venue"])
        parts.append(proportion(wanted, done, whole))
    return summed(*parts)


def _afterwards(story: Story) -> Moves:
    """Return what came after the end and is noted, or lies in a range that the end lists."""
    end = story.end.seq if story.end is not None else 0
    noted = [each for each in story.transitions("late_effect") if each.seq > end and "new" in each.facts]
    refs = {each.ref for each in noted}
    loose = [story.references[ref].moves for ref in story.unfenced if ref in story.references and ref not in refs]
    return summed(*(moves_of(each.facts["new"]) for each in noted), *loose)


def _left_loose(story: Story, end: Record) -> Iterator[Break]:
    for reference in story.references.values():
        intent, outcome = reference.intent, reference.outcome
        if intent is None or (outcome is not None and outcome.seq < end.seq) or reference.ref in story.unfenced:
            continue
        yield Break(
            "the group ended while its outcome was unknown, and does not list it", ref=reference.ref, place=intent.place
        )
    for ref, listed in story.unfenced.items():
        most = amount_of(listed["amount"])
        for order in story.references[ref].orders if ref in story.references else ():
            if order.filled > most:
                yield Break(f"filled {order.filled:f}, above its range of {most:f}", ref=ref, place=order.place)


def _word_and_lists(story: Story, end: Record) -> Iterator[Break]:
    if story.status not in {"completed", "rolled_back", "failed", "partial"}:
        yield Break(f"the end is called {story.status!r}", place=end.place)
    residual = _listed(end, "residual_deltas")
    if story.status != "partial" and (residual or story.unfenced):
        yield Break(f"called {story.status}, but lists exposure: {text(residual)}", place=end.place)
    bounds = fields_of(story.policy.get("max_friction"))
    for token, bound in bounds.items() if story.status == "rolled_back" else ():
        friction = _listed(end, "friction")
        cost = total(amount for holding, amount in friction.items() if holding[2] == token).copy_negate()
        if cost > amount_of(bound):
            yield Break(f"rolled back at a friction of {cost:f} {token}, above the policy's {bound}", place=end.place)


def s5_no_effect_after_end(story: Story) -> Iterator[Break]:
    """After the end nothing takes effect, unless the log notes it and a run of its own is there for it."""
    if story.end is None or story.moving:
        return
    late = story.end.at + timedelta(seconds=story.skew_s)
    for order in story.orders:
        after = [effect for effect in order.effects if effect.at > late]
        if after and not _is_taken_up(story, story.references[order.ref], story.end.seq):
            found = f"took effect at {after[0].at.isoformat()}, after the end, and no late run is there for it"
            yield Break(found, ref=order.ref, place=after[0].place)


def _is_taken_up(story: Story, reference: Reference, end: int) -> bool:
    runs = [each.facts.get("late_group") for each in reference.of_kind("late_effect") if each.seq > end]
    return any(isinstance(run, str) and story.known(run) for run in runs)


def s13_deltas_equal_ledger(story: Story) -> Iterator[Break]:
    """The log's own delta records add up, reference by reference, to what the ledger moved."""
    if story.end is None or story.moving or story.simulated:
        return
    for reference in filter(story.sees, story.references.values()):
        rows = [row for record in reference.of_kind("delta") for row in record.fields["deltas"]]
        logged = summed(*(moves_of({row["position_key"]: row["delta_amount"]}) for row in rows))
        off = summed(reference.moves, negated(logged))
        if off and not (reference.ref in story.unfenced and not rows):
            yield Break(f"ledger and delta records differ by {text(off)}", ref=reference.ref, place=_place(reference))


def s13_fills_have_effects(story: Story) -> Iterator[Break]:
    """An order that filled moved something, and one that moved something filled."""
    for order in story.orders:
        if bool(order.filled) is not bool(order.effects):
            yield Break(f"filled {order.filled:f} with {len(order.effects)} effects", ref=order.ref, place=order.place)


def _place(reference: Reference) -> str:
    return (reference.records or reference.orders)[0].place


def s19_simulated_moves_nothing(story: Story) -> Iterator[Break]:
    """A rehearsed group has no row in any ledger, and no permit to send."""
    if not story.simulated:
        return
    for order in story.orders:
        yield Break("a simulated group reached the venue", ref=order.ref, place=order.place)
    for intent in story.intents():
        yield Break("a simulated group has a permit to send", ref=intent.ref, place=intent.place)


def e6_no_lies(story: Story) -> Iterator[Break]:
    """Each word of the end and of the outcomes is what the ledger shows."""
    if story.moving or story.simulated:
        return
    yield from _shown(story)
    if story.end is None or story.is_late_run:
        return
    if story.status == "completed":
        yield from _all_done(story, story.end)
    if story.status == "failed":
        for order in story.orders:
            if order.effects and not story.references[order.ref].noted:
                yield Break("called failed, but something took effect", ref=order.ref, place=order.place)
    if story.status == "rolled_back":
        yield from _all_undone(story, story.end)


def _shown(story: Story) -> Iterator[Break]:
    for record in story.records:
        if not record.is_outcome or record.kind == "failed" or not record.moves:
            continue
        reference = story.references[record.ref]
        if not reference.moves and story.sees(reference):
            yield Break(f"called {record.kind}, but the ledger shows nothing of it", ref=record.ref, place=record.place)


def _all_done(story: Story, end: Record) -> Iterator[Break]:
    for name, operation in story.operations.items():
        asked = amount_of(operation["operation_details"]["amount"])
        least = EXACT.multiply(asked, amount_of(operation.get("min_fill") or str(STEP_SHARE)))
        done = total(order.filled for order in story.orders_of(name, forward=True))
        if done < least and story.sees_all_of(name):
            yield Break(f"called completed, but {name} filled {done:f} of {asked:f}", place=end.place)


def _all_undone(story: Story, end: Record) -> Iterator[Break]:
    words = {each["operation_id"]: each["state"] for each in end.fields["operations"]}
    for name in story.operations:
        did = [order for order in story.orders_of(name, forward=True) if _counts(story, order)]
        if did and words.get(name) != "rolled_back":
            found = f"called rolled back, but {name} took effect and is called {words.get(name)}"
            yield Break(found, ref=did[0].ref, place=did[0].place)


def _counts(story: Story, order: Order) -> bool:
    return bool(order.effects) and not story.references[order.ref].noted
