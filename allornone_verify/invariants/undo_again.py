"""A failed undo is tried again, for ever, until it succeeds or somebody lets it go: L8."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from allornone_verify.amounts import ZERO, Holding, Moves, summed, text, total
from allornone_verify.breaks import Break
from allornone_verify.holdings import moves_of
from allornone_verify.invariants.undoing import dust
from allornone_verify.records import Record
from allornone_verify.story import Story

PATIENCE = timedelta(minutes=5)
"""What is under way between two tries: a slow machine, and a worker that is begun again."""
UNDO_CAP = timedelta(minutes=15)
"""An undo that failed is tried again at least this often, for ever."""
STILL_TRIED = "does not succeed"
"""How an operator is asked about an undo that is tried on; asked for anything else, the group waits for a word."""
REST = Decimal("0.1")
"""A share that no venue's step or least amount leaves. The log alone does not tell more; S8 does, by the ledger."""


def l8_undo_is_tried_again(story: Story) -> Iterator[Break]:
    """Between a failed undo and the next try lies no more than the cap; and there is a next one."""
    failed: dict[str, Record] = {}
    for record in _before_the_end(story):
        if record.family != "operation_executions" or record.is_forward:
            continue
        before = failed.pop(record.operation_id, None)
        if before is not None and record.at - before.at > UNDO_CAP + PATIENCE:
            found = f"the undo of {record.operation_id} was tried again only after {record.at - before.at}"
            yield Break(found, ref=record.ref, place=record.place)
        if record.kind == "failed":
            failed[record.operation_id] = record
    for name, last in failed.items():
        left = _left(story, name)
        why = _let_down(story, last, left) if story.end is not None else _stands_still(story, last)
        if left and why:
            yield Break(f"{why}; {text(left)} of it is left", ref=last.ref, place=last.place)


def _before_the_end(story: Story) -> list[Record]:
    return [record for record in story.records if story.end is None or record.seq < story.end.seq]


def _let_down(story: Story, last: Record, left: Moves) -> str:
    """Return why the end may not leave a failed undo as it is, empty where it may."""
    name, state = last.operation_id, story.stated(last.operation_id).get("state")
    told = f"the undo of {name} failed and was never tried again"
    if story.status != "partial" or state == "rolled_back":
        return f"{told}, and the end says {story.status}, {name} {state}"
    if not _is_listed(story, left):
        return f"{told}, and the end does not list it"
    if not story.policy.get("accept_residual") and not _word(story, name):
        return f"{told}, and nobody accepted that"
    return ""


def _is_listed(story: Story, left: Moves) -> bool:
    """Tell whether the end has any of it as residual, or other operations have moved all of it back."""
    listed = moves_of(story.end.fields["residual_deltas"]) if story.end is not None else {}
    whole = summed(story.origin, *(each.believed or {} for each in story.references.values()))
    return any(holding in listed or holding not in whole for holding in left)


def _word(story: Story, name: str) -> bool:
    """Tell whether an operator accepted that an operation stays, or all that is left."""
    words = story.commands("resolve", outcome="accepted")
    return any(word.facts.get("operation_id") in {None, name} for word in words)


def _stands_still(story: Story, last: Record) -> str:
    """Return why an open group may not have left a failed undo so long, empty where it may."""
    waited = story.newest - last.at if story.newest is not None else timedelta()
    if waited <= UNDO_CAP + PATIENCE or _is_held(story) or _word(story, last.operation_id):
        return ""
    return f"the undo of {last.operation_id} failed, and was not tried again for {waited}"


def _is_held(story: Story) -> bool:
    """Tell whether it waits for something else first: an outcome that is unknown, an operator, another life."""
    unknown = any(each.intent is not None and each.outcome is None for each in story.references.values())
    standing = story.transitions("blocked", "unblocked", "abandoned", "superseded", "recovered")
    if unknown or not standing:
        return unknown
    return standing[-1].kind != "unblocked" and STILL_TRIED not in str(standing[-1].fields.get("reason"))


def _left(story: Story, name: str) -> Moves:
    """Return what is left of an operation by the log, empty where one of the balances that it moved came back."""
    forward, back = _moved(story, name, forward=True), _moved(story, name, forward=False)
    if isinstance(story.operations.get(name, {}).get("rollback"), dict) and back:
        return {}
    net = {holding: total((amount, back.get(holding, ZERO))) for holding, amount in forward.items()}
    return net if all(_is_much(story, name, holding, net[holding], forward[holding]) for holding in net) else {}


def _is_much(story: Story, name: str, holding: Holding, left: Decimal, moved: Decimal) -> bool:
    least = dust(story, name, moved, holding) if name in story.operations else ZERO
    return abs(left) > max(least, abs(moved) * REST)


def _moved(story: Story, name: str, *, forward: bool) -> Moves:
    """Return what the log holds an operation, or its undo, to have moved."""
    mine = [
        reference.believed or {}
        for reference in story.references.values()
        if reference.named is not None and (reference.named.operation_id, reference.named.is_forward) == (name, forward)
    ]
    return summed(story.origin if forward and story.is_late_run else {}, *mine)
