"""No effect goes unnoticed: after the sweeps had their turns the log tells of each, once and of its size."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from allornone.deltas import add, without_zero
from allornone.events import GroupTransitionEvent
from allornone.events.transition import TransitionKind
from tests.campaign.virtual.witness import holds

if TYPE_CHECKING:
    from tests.campaign.virtual.venue import Order
    from tests.campaign.virtual.world import World


def sees_nothing_unnoticed(world: "World", runs: Mapping[str, "World"]) -> None:
    """Hold what must be so of an ended group once everybody answered, and the sweeps had their turns."""
    if world.journal.end is None:
        return
    loose = {each["client_ref"] for each in world.journal.end.unfenced}
    for reference, order in world.orders.items():
        told = list(_told(world, reference))
        expected = _late_of(world, reference, order) if reference in loose else dict[str, Decimal]()
        listed = without_zero(add(*[_deltas(each.facts["new"]) for each in told]))
        name = world.name(reference)
        holds(listed == expected, "LE", f"{name} did {expected} after the end, and {listed} is told of it")
        runless = [each.facts["late_group"] for each in told if each.facts["late_group"] not in runs]
        holds(not runless, "LE", f"{name} was late, and nobody was asked: {runless}")
        again = [each.facts["late_group"] for each in told]
        holds(len(again) == len(set(again)), "LE", f"two late effects of {name} have one run")
        watched = not order.rest or any(each.facts["still_open"] for each in told)
        holds(watched or not world.askable, "LE", f"{name} is open, and nobody was told")


def _late_of(world: "World", reference: str, order: "Order") -> Mapping[str, Decimal]:
    """Return what was to be found of a reference that the group gave up."""
    if not world.askable and not any(each.actual_deltas for each in world.journal.operations(reference)):
        return {}  # nobody can know it
    return order.changes()


def _told(world: "World", reference: str) -> Iterator[GroupTransitionEvent]:
    """Yield the late effects of a reference that were recorded after the end."""
    ended = False
    for event in world.journal.events:
        ended = ended or event is world.journal.end
        if not ended or not isinstance(event, GroupTransitionEvent):
            continue
        if event.kind is TransitionKind.LATE_EFFECT and event.client_ref == reference:
            yield event


def _deltas(texts: Mapping[str, Any]) -> dict[str, Decimal]:
    return {key: Decimal(amount) for key, amount in texts.items()}
