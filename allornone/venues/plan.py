"""Whether the venues can do what a plan asks: refused before anything starts, or warned about."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Protocol

from allornone.errors import BadGroupError
from allornone.limits import Limits
from allornone.models.details import FROM_SOURCE, PerpTradeDetails, Side, SpotTradeDetails
from allornone.models.group import AtomicGroup
from allornone.models.operation import Deltas, GivenInverse, OperationCommand
from allornone.positions import parse_key
from allornone.venues.capabilities import Capabilities, UndoClass
from allornone.venues.contradiction import contradictions

_LINES = 10
"""More problems than that are one problem: somebody's file is another file."""


class Declaring(Protocol):
    """What is asked of a venue here: every `Venue` declares it."""

    @property
    def name(self) -> str:
        """The venue's name."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...


def check_plan(group: AtomicGroup, venues: Mapping[str, Declaring], limits: Limits | None = None) -> None:
    """Raise BadGroupError, a line a problem, where a plan names a venue or an operation that there is not.

    With `limits`, also where an operation or its given undo goes beyond them by its own word.
    """
    problems = [
        f"operations.{index} ({operation.operation_id}){problem}"
        for index, operation in enumerate(group.operations)
        for problem in (*_problems(operation, venues), *_beyond(operation, limits))
    ]
    if problems:
        more = [f"... and {len(problems) - _LINES} more"] if len(problems) > _LINES else []
        raise BadGroupError("\n".join([*problems[:_LINES], *more]))


def warnings(group: AtomicGroup, venues: Mapping[str, Declaring]) -> tuple[str, ...]:
    """Return what a plan risks: words that contradict each other, and what cannot be undone before what can fail."""
    said = (f"operation {each.operation_id!r} {what}" for each in group.operations for what in contradictions(each))
    return (*said, *_staying(group, venues))


def _staying(group: AtomicGroup, venues: Mapping[str, Declaring]) -> tuple[str, ...]:
    return tuple(
        f"operation {operation.operation_id!r} {why} and comes before {after.operation_id!r}: should that "
        f"fail, {operation.operation_id!r} stays in effect; put it last, or give it a rollback"
        for operation, after in zip(group.operations, group.operations[1:], strict=False)
        for why in _not_undone(operation, venues)
    )


def _problems(operation: OperationCommand, venues: Mapping[str, Declaring]) -> Iterator[str]:
    yield from _step_problems(operation, venues)
    if isinstance(operation.rollback, GivenInverse):
        for problem in _step_problems(operation.rollback, venues):
            yield f".rollback{problem}"


def _beyond(operation: OperationCommand, limits: Limits | None) -> Iterator[str]:
    if limits is None:
        return
    for found in limits.problems(operation):
        yield f": beyond this worker's limits: {found}"
    if isinstance(operation.rollback, GivenInverse):
        for found in limits.problems(operation.rollback):
            yield f".rollback: beyond this worker's limits: {found}"


def _step_problems(step: OperationCommand | GivenInverse, venues: Mapping[str, Declaring]) -> Iterator[str]:
    for field, name in (("source_venue", step.source_venue), ("target_venue", step.target_venue)):
        if name not in venues:
            yield f".{field}: unknown venue {name!r}; {_instead(name, venues)}"
    yield from _unknown_keys(step.expected_deltas, venues)
    yield from _wrong_side(step)
    executing = venues.get(_executing(step))
    if executing is not None and executing.capabilities.of(step.operation_type) is None:
        supported = sorted(kind.value for kind in executing.capabilities.operations)
        yield (
            f".operation_type: {executing.name!r} does not do {step.operation_type.value!r}; "
            f"it does {', '.join(supported)}"
        )


def _unknown_keys(deltas: Deltas, venues: Mapping[str, Declaring]) -> Iterator[str]:
    for key in deltas:
        name = parse_key(key).venue
        if name is not None and name not in venues:
            yield f".expected_deltas: {key!r} is at an unknown venue {name!r}; {_instead(name, venues)}"


def _wrong_side(step: OperationCommand | GivenInverse) -> Iterator[str]:
    """Tell of a trade whose side and expected change contradict each other: it would be done, and then be a breach."""
    details = step.operation_details
    if not isinstance(details, SpotTradeDetails | PerpTradeDetails):
        return
    base = details.pair.partition("/")[0]
    names = {base} if isinstance(details, SpotTradeDetails) else {base, details.pair.replace("/", ""), f"{base}-PERP"}
    for key, amount in step.expected_deltas.items():
        if parse_key(key).token in names and amount and (amount > 0) is not (details.side is Side.BUY):
            yield f".expected_deltas: {key!r} is {amount:+f}, but the side is {details.side.value!r}"


def _executing(step: OperationCommand | GivenInverse) -> str:
    return step.source_venue if step.operation_type in FROM_SOURCE else step.target_venue


def _instead(name: str, venues: Mapping[str, Declaring]) -> str:
    near = get_close_matches(name, venues, n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return f"{meant}known are {', '.join(sorted(venues)) or 'none'}"


def _not_undone(operation: OperationCommand, venues: Mapping[str, Declaring]) -> Iterator[str]:
    if operation.pivot:
        yield "is a pivot"
    elif operation.rollback == "none":
        yield "has rollback 'none'"
    elif operation.rollback == "default" and _class(operation, venues) is UndoClass.NONE:
        yield f"cannot be undone at {operation.venue!r}"


def _class(operation: OperationCommand, venues: Mapping[str, Declaring]) -> UndoClass | None:
    venue = venues.get(operation.venue)
    capability = venue.capabilities.of(operation.operation_type) if venue else None
    return capability.undo if capability else None
