"""What a reference came to, and how that is known: S4, S12, S15."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from allornone_verify.amounts import Moves, negated, summed, text
from allornone_verify.breaks import Break
from allornone_verify.fields import Fields, fields_of
from allornone_verify.holdings import fees_of, moves_of
from allornone_verify.records import Record, moment
from allornone_verify.story import Reference, Story

SURE = frozenset({"match", "within", "partial"})
_VENUE_TIME = re.compile(r"last at (\S+ ?\S*)")


def s4_confirmed_equals_ledger(story: Story) -> Iterator[Break]:
    """What an outcome says took effect is what the ledger moved, to the last digit."""
    if story.moving or story.simulated:
        return
    for reference in story.references.values():
        believed, outcome = reference.believed, reference.outcome
        if believed is None or outcome is None or not story.sees(reference):
            continue
        if outcome.kind == "failed" and not reference.noted:
            continue
        off = summed(reference.moves, negated(believed))
        if off:
            yield Break(f"the ledger differs from the outcome by {text(off)}", ref=reference.ref, place=outcome.place)


def s12_absence_is_proven(story: Story) -> Iterator[Break]:
    """What is called failed did nothing, and the log says how that is known."""
    if story.simulated:
        return
    for reference in story.references.values():
        outcome = reference.outcome
        if outcome is None or outcome.kind != "failed":
            continue
        if not story.moving and reference.moves and not reference.noted:
            found = f"called failed ({outcome.fields.get('outcome')}), but the ledger moved {text(reference.moves)}"
            yield Break(found, ref=reference.ref, place=outcome.place)
        yield from _evidence(story, reference, outcome)


def _evidence(story: Story, reference: Reference, outcome: Record) -> Iterator[Break]:
    kind, intent = outcome.fields.get("outcome"), reference.intent
    revoked = any(record.seq < outcome.seq for record in reference.of_kind("revoked"))
    if kind not in {"refused", "not_sent", "absent"}:
        yield Break(f"failed without a reason of the three: {kind!r}", ref=reference.ref, place=outcome.place)
    if intent is None and not revoked:
        yield Break("called failed with neither a permit nor a revocation", ref=reference.ref, place=outcome.place)
    if kind != "absent" or intent is None:
        return
    if not revoked:
        yield Break("called absent, but nobody revoked it first", ref=reference.ref, place=outcome.place)
    if not _is_shown_absent(story, reference, outcome, intent):
        found = "called absent without evidence: no look-up past its expiry, and no operator's word"
        yield Break(found, ref=reference.ref, place=outcome.place)


def _is_shown_absent(story: Story, reference: Reference, outcome: Record, intent: Record) -> bool:
    if any(word.seq < outcome.seq for word in story.commands("resolve", outcome="failed", client_ref=reference.ref)):
        return True
    seen = _last_seen(outcome)
    if seen is None:
        return False
    if story.lateness_s is None or not story.sees(reference):
        return True
    late_s = story.lateness_s(str(intent.fields["venue"]), str(intent.fields.get("operation_type")))
    if late_s == 0:
        return seen > moment(intent.fields["not_after"])
    # A venue that bounds its lateness is believed that long after the revocation; one without a bound never is.
    revoked = reference.of_kind("revoked")
    return late_s is not None and bool(revoked) and outcome.at - revoked[0].at > timedelta(seconds=late_s)


def _last_seen(outcome: Record) -> datetime | None:
    """Return the venue's own time of the last look, as the record tells it."""
    found = _VENUE_TIME.search(str(outcome.fields.get("error_message") or ""))
    try:
        return moment(found[1].strip()) if found else None
    except ValueError:
        return None


def s15_drift_stops_the_group(story: Story) -> Iterator[Break]:
    """The judgement of every outcome adds up; past a breach no next operation is sent."""
    for record in story.records:
        if not record.is_outcome or record.kind == "failed":
            continue
        judged = fields_of(record.fields.get("reconciliation"))
        if not judged:
            yield Break(f"{record.kind} without a reconciliation", ref=record.ref, place=record.place)
            continue
        yield from _adds_up(record, judged)
        if judged.get("verdict") not in SURE:
            yield from _went_on(story, record, str(judged.get("verdict")))


def _adds_up(record: Record, judged: Fields) -> Iterator[Break]:
    apart = summed(moves_of(judged["actual"]), negated(moves_of(judged["expected"])))
    told = summed(moves_of(judged["explained"]), moves_of(judged["unexplained"]))
    if summed(apart, negated(told)):
        yield Break(
            f"actual less expected is {text(apart)}, explained is {text(told)}", ref=record.ref, place=record.place
        )
    if summed(moves_of(judged["actual"]), negated(record.moves)):
        yield Break("judged by other deltas than those that are recorded", ref=record.ref, place=record.place)
    verdict = str(judged["verdict"])
    if verdict in SURE and moves_of(judged["unexplained"]):
        yield Break(f"called {verdict}, with something unexplained", ref=record.ref, place=record.place)
    if verdict == "match" and (left := _beyond_fees(record, apart)):
        yield Break(f"called a match, but off by {text(left)} beyond its fees", ref=record.ref, place=record.place)


def _beyond_fees(record: Record, apart: Moves) -> Moves:
    """Return what fees do not explain. A plan may state a balance before its fees or after."""
    fees = fees_of(record.fields.get("fees") or ())
    pair = str(record.fields["operation_details"].get("pair", "")).partition("/")[2]
    realised = {each for each in apart if record.fields.get("operation_type") == "perp_trade" and each[2] == pair}
    return {
        holding: amount for holding, amount in apart.items() if amount != fees.get(holding) and holding not in realised
    }


def _went_on(story: Story, breach: Record, verdict: str) -> Iterator[Break]:
    place = story.places.get(breach.operation_id, -1)
    for intent in story.intents(forward=True):
        later = story.places.get(intent.operation_id, -1) > place and intent.seq > breach.seq
        if breach.is_forward and later and not _is_accepted(story, breach, intent):
            found = f"{intent.operation_id} was sent after {breach.operation_id} ended in {verdict}"
            yield Break(found, ref=intent.ref, place=intent.place)


def _is_accepted(story: Story, breach: Record, intent: Record) -> bool:
    words = story.commands("resolve", outcome="accepted", operation_id=breach.operation_id)
    again = story.commands("retry", client_ref=breach.ref)
    return any(breach.seq < word.seq < intent.seq for word in (*words, *again))
