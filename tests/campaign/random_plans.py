"""The plans of random schedules."""

from datetime import timedelta
from functools import cache
from random import Random

from allornone.models.group import AtomicGroup
from tests.campaign.virtual.rig import group
from tests.campaign.virtual.venue import NOON
from tests.unit.core.plans import random_operation


@cache
def plan_of(number: int) -> AtomicGroup:
    """Return plan `number`: one to three operations, each with some of the things that it may declare."""
    random = Random(number)  # noqa: S311 (plans are to be repeatable)
    operations = [random_operation(random, (1, 60)) for _ in range(random.choice((1, 2, 2, 2, 3)))]
    plan = group(
        *operations,
        on_stuck_undo=random.choice(("wait", "wait", "continue")),
        accept_residual=random.random() < 0.2,
        resolve_budget_s=random.choice((1, 100, 600)),
        undo_budget_s=random.choice((1, 900)),
        forward_retries=random.choice((0, 0, 1)),
    )
    if random.random() < 0.15:
        plan = plan.model_copy(update={"deadline": NOON + timedelta(seconds=random.choice((20, 45, 100)))})
    return plan
