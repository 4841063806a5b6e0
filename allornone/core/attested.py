"""What an operator vouches for: never more than the plan asked for, nor the other way round.

An undo is sized from what took effect, so a slip of the keyboard here would be traded.
"""

from collections.abc import Mapping
from decimal import Decimal

from allornone.core.facts import net_deltas
from allornone.core.state import Progress
from allornone.deltas import by_identity, located, negate, without_zero
from allornone.models.commands import ResolveCommand, ResolvedOutcome
from allornone.models.execution import Direction, Evidence, ExecutionHandshake, ExecutionStatus
from allornone.models.operation import OperationCommand
from allornone.units import EXACT, share

LEEWAY = Decimal("1.1")
"""How many times the expected change a vouched one may be: room for a price and its fees, not for a slipped digit."""

GAS_VENUE = "wallet"
"""Where what a chain charges is paid from, whatever venue is called."""


def vouched(
    operation: OperationCommand, progress: Progress, direction: Direction, command: ResolveCommand
) -> ExecutionHandshake | None:
    """Return the effect that an operator vouches for, None for the word that there is none, in whatever form.

    Raises ValueError as `attested` does, and where an amount is said to be executed of which nothing moved.
    """
    return None if _denies(command) else attested(operation, progress, direction, command)


def attested(
    operation: OperationCommand, progress: Progress, direction: Direction, command: ResolveCommand
) -> ExecutionHandshake:
    """Return the handshake that an operator vouches for; its bare tokens are placed as the plan's are.

    Raises ValueError where it is more than was asked for, goes the other way, gains what nobody expected, has nothing
    of what was expected, or costs something at a venue that the operation has nothing to do with.
    """
    source, target = operation.source_venue, operation.target_venue
    expected: Mapping[str, Decimal] = located(operation.expected_deltas, source, target)
    if direction is Direction.ROLLBACK:
        expected, source, target = negate(net_deltas(progress)), target, source
    vouched = located(command.actual_deltas, source, target)
    _refuse_beyond(expected, vouched)
    _refuse_elsewhere({*map(_venue, by_identity(expected)), source, target, GAS_VENUE}, vouched)
    _refuse_beside(expected, vouched)
    whole = operation.operation_details.amount
    amount = whole if command.executed_amount is None else command.executed_amount
    if amount > whole:
        raise ValueError(f"executed_amount was {amount:f}, but only {whole:f} was asked for")
    return ExecutionHandshake(
        operation_id=operation.operation_id,
        status=ExecutionStatus.CONFIRMED,
        actual_deltas=vouched,
        executed_amount=amount,
        filled_ratio=share(amount, whole),
        evidence=Evidence(attested=True, note=f"{command.actor}: {command.evidence or command.reason}"),
    )


def _denies(command: ResolveCommand) -> bool:
    if command.outcome is ResolvedOutcome.FAILED:
        return True
    if without_zero(command.actual_deltas):
        return False
    if command.executed_amount:
        raise ValueError(
            f"executed_amount was {command.executed_amount:f}, but nothing moved; say what moved, or resolve as failed"
        )
    return True


def _refuse_beyond(expected: Mapping[str, Decimal], vouched: Mapping[str, Decimal]) -> None:
    asked = by_identity(expected)
    for holding, amount in by_identity(vouched).items():
        name, most = ":".join((holding[0], holding[2])), asked.get(holding)
        if most is None and amount > 0:
            raise ValueError(f"{name} {amount:+f} was gained, but nothing of it was expected; was another key meant?")
        if most is not None and amount * most < 0:
            raise ValueError(f"{name} {amount:+f} goes the other way: expected was {most:+f}")
        if most is not None and abs(amount) > EXACT.multiply(abs(most), LEEWAY):
            raise ValueError(f"{name} {amount:+f} is more than was asked for: expected was {most:+f}")


def _refuse_elsewhere(venues: set[str | None], vouched: Mapping[str, Decimal]) -> None:
    """Refuse a venue that is none of the operation's: a cost there is a slip of the keyboard."""
    for holding, amount in by_identity(vouched).items():
        if _venue(holding) not in venues:
            known = ", ".join(sorted(each for each in venues if each))
            raise ValueError(
                f"{holding[0]}:{holding[2]} {amount:+f} is at no venue of this operation, which has {known}"
            )


def _refuse_beside(expected: Mapping[str, Decimal], vouched: Mapping[str, Decimal]) -> None:
    """Refuse an effect without anything that was expected: what is left is a cost, of nothing."""
    asked = by_identity(expected)
    if asked and not any(amount for holding, amount in by_identity(vouched).items() if holding in asked):
        shown = ", ".join(f"{key} {amount:+f}" for key, amount in expected.items())
        raise ValueError(f"nothing of what was expected is in it: expected was {shown}; was another key meant?")


def _venue(holding: tuple[str | None, str | None, str]) -> str | None:
    return holding[0]
