"""What is judged from outside when a group has ended: the venues' own ledger against the event log."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from temporalio.client import Client

from allornone.deltas import add, by_identity, located
from allornone.eventlog.reader import EventReader
from allornone.eventlog.verification import Verification
from allornone.events import AtomicOperationGroupEvent, Event, GroupTransitionEvent, OperationExecutionEvent
from allornone.events.transition import TransitionKind
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup
from allornone_verify import Request, examine
from tests.campaign.ledger import Account, Effect, Order

AFTERWARDS = frozenset({TransitionKind.CONFLICT, TransitionKind.LATE_EFFECT, TransitionKind.REVOKED})
"""Evidence, which may come after the end."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What is left of one group: its plan, its records by `seq`, and the rows of the venues' ledger."""

    plan: AtomicGroup
    events: tuple[Event, ...]
    orders: list[Order]
    effects: list[Effect]

    @property
    def operations(self) -> list[OperationExecutionEvent]:
        """Return the records of operations."""
        return [event for event in self.events if isinstance(event, OperationExecutionEvent)]

    @property
    def intents(self) -> list[OperationExecutionEvent]:
        """Return the intents, in the order in which they were written."""
        return [event for event in self.operations if event.status == "pending"]

    @property
    def ends(self) -> list[AtomicOperationGroupEvent]:
        """Return the records of the end."""
        return [event for event in self.events if isinstance(event, AtomicOperationGroupEvent)]

    def transitions(self, kind: TransitionKind) -> list[GroupTransitionEvent]:
        """Return the transitions of one kind."""
        return [event for event in self.events if isinstance(event, GroupTransitionEvent) and event.kind is kind]


def log_problems(log: Path) -> list[str]:
    """Return what is wrong with a log as such: checksums, chain, ids, sequence."""
    return [f"log: {each.kind} {each.file}:{each.line} {each.found}" for each in Verification(log).problems()]


async def examined(log: Path, ledger: Path, client: Client, task_queue: str, group_id: str | None = None) -> list[str]:
    """Return what the independent checker finds: over the log, the venues' ledger and the server's histories."""
    report = await examine(
        Request(log_dir=log, ledgers=(ledger / "paper.db",), client=client, group_id=group_id, task_queue=task_queue)
    )
    return [f"verify: {line}" for line in str(report).splitlines()]


def gather(plans: Iterable[AtomicGroup], log: Path, accounts: Mapping[str, Account]) -> Iterator[Witnesses]:
    """Yield what is left of each group."""
    events: defaultdict[str | None, list[Event]] = defaultdict(list)
    for event in EventReader(log).events():
        events[event.atomic_group_id].append(event)
    for plan in plans:
        group_id = plan.atomic_group_id
        account = accounts.get(group_id, Account())
        ordered = tuple(sorted(events[group_id], key=lambda event: event.seq))
        yield Witnesses(plan, ordered, account.orders, account.effects)


def violations(left: Witnesses, *, blocked: bool = False, carried: Mapping[str, Decimal] | None = None) -> list[str]:
    """Return every broken invariant of one ended group, in words.

    `blocked` says that it may have been; `carried` is the effect that the run of a late effect begins with.
    """
    found = [*_end(left), *_once(left), *_intended(left), *_told(left), *_summed(left, carried or {}), *_in_order(left)]
    if not blocked:
        found += [f"blocked: {each.reason}" for each in left.transitions(TransitionKind.BLOCKED)]
    return found


def _end(left: Witnesses) -> Iterator[str]:
    if len(left.ends) != 1:
        yield f"E2: {len(left.ends)} end records"
        return
    end = left.ends[0]
    for event in left.events:
        after = event.seq > end.seq
        if after and not (isinstance(event, GroupTransitionEvent) and event.kind in AFTERWARDS):
            yield f"E2: record {event.seq} ({event.event_id}) after the end"
    late = {each.client_ref for each in left.transitions(TransitionKind.LATE_EFFECT)}
    for row in left.effects:
        if row.at > _moment(end) and row.client_ref not in late:
            yield f"S5: {row.client_ref} took effect at {row.at} after the end at {end.real_utc_time}, unnoticed"


def _once(left: Witnesses) -> Iterator[str]:
    filled: defaultdict[str, list[Order]] = defaultdict(list)
    for order in left.orders:
        if order.filled:
            filled[order.client_ref].append(order)
    for ref, orders in filled.items():
        if len(orders) > 1:
            yield f"S2: {ref} took effect {len(orders)} times"
        for order in orders:
            if order.filled > order.requested:
                yield f"S2: {ref} filled {order.filled} of {order.requested}"


def _intended(left: Witnesses) -> Iterator[str]:
    intents = {intent.client_ref: intent for intent in left.intents}
    for order in left.orders:
        intent = intents.get(order.client_ref)
        if intent is None:
            yield f"S3: {order.operation_id} {order.direction} {order.client_ref} reached the venue without an intent"
    known = {order.order_id for order in left.orders}
    for row in left.effects:
        if row.order_id not in known:
            yield f"V: an effect of {row.client_ref} belongs to no order"


def _told(left: Witnesses) -> Iterator[str]:
    """Hold every confirmed outcome against the ledger."""
    for outcome in left.operations:
        if outcome.status not in {"confirmed", "rolled_back"} or outcome.evidence.get("attested"):
            continue
        moved = _sum(row for row in left.effects if row.client_ref == outcome.client_ref)
        if by_identity(outcome.actual_deltas) != by_identity(moved):
            yield f"S4: {outcome.operation_id} says {_text(outcome.actual_deltas)}, the venue {_text(moved)}"


def late_news(left: Witnesses) -> dict[str, dict[str, Decimal]]:
    """Return, per run of a late effect, the effect that this group did not know when it ended."""
    news = [each.facts for each in left.transitions(TransitionKind.LATE_EFFECT) if "late_group" in each.facts]
    return {facts["late_group"]: {key: Decimal(text) for key, text in facts["new"].items()} for facts in news}


def _summed(left: Witnesses, carried: Mapping[str, Decimal]) -> Iterator[str]:
    """Hold the end's own sums against the ledger."""
    if not left.ends:
        return
    end, moved = left.ends[0], add(_sum(left.effects), carried)
    said = add(end.friction, end.residual_deltas, *late_news(left).values())
    if end.group_status == "completed":
        said = add(said, *(located(o.expected_deltas, o.source_venue, o.target_venue) for o in left.plan.operations))
        done = {o.operation_id for o in left.operations if o.direction is Direction.FORWARD and o.status == "confirmed"}
        if missing := [o.operation_id for o in left.plan.operations if o.operation_id not in done]:
            yield f"S1: completed without {missing}"
    if not end.unfenced and _bare(said) != _bare(moved):
        yield f"S1: the end ({end.group_status}) says {_text(said)}, the venues {_text(moved)}"
    if end.group_status in {"rolled_back", "failed"} and end.residual_deltas:
        yield f"S1: {end.group_status} with residual {_text(end.residual_deltas)}"


def _in_order(left: Witnesses) -> Iterator[str]:
    """Undos newest first, one at a time, and no forward effect once its undo began."""
    number = {operation.operation_id: index for index, operation in enumerate(left.plan.operations)}
    begun: dict[str, datetime] = {}
    newest = len(number)
    for intent in left.intents:
        if intent.direction is Direction.FORWARD:
            if begun:
                yield f"S18: forward intent {intent.operation_id} after the first undo"
            continue
        begun.setdefault(intent.operation_id, _moment(intent))
        if number[intent.operation_id] > newest:
            yield f"S9: the undo of {intent.operation_id} began after that of an older operation"
        newest = min(newest, number[intent.operation_id])
    forward = {intent.client_ref: intent.operation_id for intent in left.intents if intent.direction == "forward"}
    for row in left.effects:
        since = begun.get(forward.get(row.client_ref, ""))
        if since is not None and row.at > since:
            yield f"S6: {forward[row.client_ref]} took effect at {row.at} after its undo began at {since}"


def _moment(event: Event) -> datetime:
    return datetime.fromisoformat(event.real_utc_time)


def _sum(rows: Iterable[Effect]) -> dict[str, Decimal]:
    return add(*({row.position_key: row.delta} for row in rows))


def _bare(changes: Mapping[str, Decimal]) -> dict[tuple[str, ...], Decimal]:
    return {tuple(map(str, holding)): amount for holding, amount in by_identity(changes).items() if amount}


def _text(changes: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{key} {amount:+f}" for key, amount in changes.items() if amount) or "nothing"
