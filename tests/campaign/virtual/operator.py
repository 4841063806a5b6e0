"""What a truthful operator may say: at the moment at which it is said, it is so."""

from collections.abc import Iterator
from decimal import Decimal

from allornone.core.facts import reference
from allornone.core.state import Phase
from allornone.models.commands import (
    CancelCommand,
    Command,
    PauseCommand,
    ResolveCommand,
    ResolvedOutcome,
    ResumeCommand,
    RetryCommand,
)
from tests.campaign.virtual.world import World

CANCEL = CancelCommand(actor="ann")
PAUSE = PauseCommand(actor="ann")
RESUME = ResumeCommand(actor="ann")


def words(world: World, kinds: frozenset[str]) -> Iterator[tuple[str, Command]]:
    """Yield what may be said, each with a name; the group refuses what makes no sense."""
    state = world.life.state
    if "cancel" in kinds or "commands" in kinds:
        yield "cancel", CANCEL
    if "pause" in kinds or "commands" in kinds:
        yield from (("resume", RESUME),) if state.paused else (("pause", PAUSE),)
    if "commands" in kinds:
        yield from help_(world)


def help_(world: World) -> Iterator[tuple[str, Command]]:
    """Yield what may help a group that is stuck."""
    found = world.subject
    if found is not None:
        ref = reference(world.plan, *found)
        yield "retry", RetryCommand(actor="ann", client_ref=ref)
        yield from truth(world, ref)
    yield "accepted", ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED)
    for operation in world.plan.operations:
        name = operation.operation_id
        accept = ResolveCommand(actor="ann", outcome=ResolvedOutcome.ACCEPTED, operation_id=name)
        yield f"accepted {name}", accept


def truth(world: World, ref: str) -> Iterator[tuple[str, Command]]:
    """Say what the venue has: an effect that is over, or that nothing happened, as far as can be seen."""
    flight, order = world.life.state.flight, world.orders.get(ref)
    if flight is None or flight.phase is not Phase.UNKNOWN:
        return
    if order is None or not order.done:
        yield "did not happen", ResolveCommand(actor="ann", outcome=ResolvedOutcome.FAILED, client_ref=ref)
    elif not order.rest:
        happened = ResolveCommand(
            actor="ann",
            outcome=ResolvedOutcome.CONFIRMED,
            client_ref=ref,
            actual_deltas=order.changes(),
            executed_amount=Decimal(abs(order.done)),
        )
        yield "happened", happened
