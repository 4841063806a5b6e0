"""A rehearsal of a group: what each venue says it would do, what it costs and what undoing it would."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from allornone.deltas import add, without_zero
from allornone.errors import RefusedError, VenueUnavailableError
from allornone.ids import client_ref
from allornone.models.execution import Direction, Evidence, ExecutionHandshake, ExecutionRequest
from allornone.models.group import AtomicGroup
from allornone.models.operation import GivenInverse, OperationCommand
from allornone.models.simulation import SimulatedOperation, SimulationAnswer, SimulationRequest
from allornone.reconcile import reconcile
from allornone.units import total
from allornone.venues import Venue
from allornone.venues.capabilities import UndoClass
from allornone.venues.inverse import Inverse
from allornone.venues.plan import check_plan, warnings

LONE_GROUP = "simulation"
"""The group that an operation is rehearsed in when it comes alone."""

Venues = Mapping[str, Venue]
Changes = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class _Rehearsal:
    """One operation as it was answered, and what could not be told about it."""

    simulated: SimulatedOperation
    caveats: tuple[str, ...] = ()


async def simulate(request: SimulationRequest, venues: Venues) -> SimulationAnswer:
    """Return what `request` would do. Nothing is sent that acts, at no venue a trace is left.

    Each operation is priced as things stand now: what an earlier one of the group would move is not in it.
    Raises BadGroupError where a venue cannot do what is asked at all; what a venue would refuse now is in
    `refused`.
    """
    group = request.group or _alone(request.operation)
    check_plan(group, venues)
    rehearsals: list[_Rehearsal] = []
    refused: dict[str, str] = {}
    for operation in group.operations:
        try:
            rehearsals.append(await _rehearsed(group, operation, venues, undo=request.mode != "quote"))
        except RefusedError as error:
            refused[operation.operation_id] = f"{error} ({error.code})"
        except VenueUnavailableError as error:
            refused[operation.operation_id] = f"venue {operation.venue!r} cannot be asked now: {error}"
    caveats = [caveat for rehearsal in rehearsals for caveat in rehearsal.caveats]
    if request.mode == "fork":
        caveats.insert(0, "no venue here keeps a copy of a chain: this is the answer of a dry run")
    return _answer(request.mode, rehearsals, refused, (*warnings(group, venues), *caveats))


def _alone(operation: OperationCommand | None) -> AtomicGroup:
    if operation is None:
        raise AssertionError("a simulation names a group or an operation")
    lone = operation.model_copy(update={"atomic_group_id": None, "sequence_in_group": None})
    return AtomicGroup(atomic_group_id=LONE_GROUP, operations=(lone,))


async def _rehearsed(group: AtomicGroup, operation: OperationCommand, venues: Venues, *, undo: bool) -> _Rehearsal:
    request = _request(group, operation, operation, Direction.FORWARD)
    handshake = await venues[operation.venue].simulate(request)
    simulated = SimulatedOperation(
        operation_id=operation.operation_id,
        venue=operation.venue,
        handshake=handshake,
        reconciliation=reconcile(request, _vouched(handshake), tolerance=operation.tolerance),
    )
    if not undo:
        return _Rehearsal(simulated)
    inverse = _inverse(operation, request, handshake, venues)
    undone, caveats = await _undone(group, operation, inverse, venues)
    cost = add(handshake.actual_deltas, *undone) if undone else {}
    update = {"undo_class": inverse.undo_class.value, "rollback_cost": without_zero(cost)}
    return _Rehearsal(simulated.model_copy(update=update), caveats)


def _vouched(handshake: ExecutionHandshake) -> ExecutionHandshake:
    """Let a prediction be judged as if it were evidence: nothing happened, so no venue can show any."""
    return handshake.model_copy(update={"evidence": Evidence(attested=True, note="predicted")})


def _request(
    group: AtomicGroup,
    operation: OperationCommand,
    step: OperationCommand | GivenInverse,
    direction: Direction,
) -> ExecutionRequest:
    return ExecutionRequest(
        operation_id=operation.operation_id,
        operation_type=step.operation_type,
        source_venue=step.source_venue,
        target_venue=step.target_venue,
        source_token=step.source_token,
        target_token=step.target_token,
        expected_deltas=step.expected_deltas,
        operation_details=step.operation_details,
        atomic_group_id=group.atomic_group_id,
        sequence_in_group=operation.sequence_in_group,
        client_ref=client_ref(group.atomic_group_id, group.plan_hash, operation.operation_id, direction.value, 1),
        direction=direction,
        not_after=datetime.now(UTC) + timedelta(seconds=float(operation.timeout_s)),
        plan_hash=group.plan_hash,
    )


def _inverse(
    operation: OperationCommand, request: ExecutionRequest, handshake: ExecutionHandshake, venues: Venues
) -> Inverse:
    if isinstance(operation.rollback, GivenInverse):
        return Inverse(undo_class=UndoClass.AT_MARKET, steps=(operation.rollback,))
    if operation.rollback == "none":
        return Inverse(undo_class=UndoClass.NONE)
    return venues[operation.venue].inverse(request, handshake)


async def _undone(
    group: AtomicGroup, operation: OperationCommand, inverse: Inverse, venues: Venues
) -> tuple[list[Changes], tuple[str, ...]]:
    """Rehearse the undo's steps. A step that is refused now prices nothing, and is said."""
    changes: list[Changes] = []
    for step in inverse.steps:
        request = _request(group, operation, step, Direction.ROLLBACK)
        try:
            changes.append((await venues[request.venue].simulate(request)).actual_deltas)
        except (RefusedError, VenueUnavailableError) as error:
            return [], (f"the undo of {operation.operation_id!r} cannot be priced now: {error}",)
    return changes, ()


def _answer(
    mode: str,
    rehearsals: list[_Rehearsal],
    refused: dict[str, str],
    said: tuple[str, ...],
) -> SimulationAnswer:
    operations = tuple(rehearsal.simulated for rehearsal in rehearsals)
    fees = [fee for operation in operations for fee in operation.handshake.fees]
    return SimulationAnswer(
        mode=mode,
        operations=operations,
        refused=refused,
        warnings=said,
        net_deltas=without_zero(add(*(operation.handshake.actual_deltas for operation in operations))),
        fees={
            currency: total(fee.amount for fee in fees if fee.currency == currency)
            for currency in sorted({fee.currency for fee in fees})
        },
        rollback_cost=without_zero(add(*(operation.rollback_cost for operation in operations))),
    )
