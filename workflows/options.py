"""Timeouts, retries and priorities of each activity, with the reasons."""

from datetime import timedelta

from temporalio.common import Priority, RetryPolicy

from allornone.models.group import AtomicGroup

CLIENT_TIMEOUT = timedelta(seconds=20)
"""The longest that a venue adapter may wait for one answer."""

SEND_TIMEOUT = CLIENT_TIMEOUT + timedelta(seconds=10)
"""A send outlives its client's timeout, so that its own answer comes first and no zombie is made."""

LOOK_TIMEOUT = 3 * CLIENT_TIMEOUT
"""Resolving is up to three calls: look, recall, look again."""

LOOK_PATIENCE = timedelta(minutes=3)
"""How long one look is retried before the core hears that nothing was seen: it decides when to ask for an operator."""

RECORD_TIMEOUT = timedelta(seconds=20)
DRAIN = LOOK_TIMEOUT + timedelta(seconds=5)
"""How long a worker that is asked to stop lets its activities finish."""

SEND_WINDOW = timedelta(seconds=30)
"""How long after its intent a request may still be taken by the venue (Binance allows 60 s at most)."""

ONCE = RetryPolicy(maximum_attempts=1)
"""A send is never repeated by Temporal: another is the core's decision, under the next epoch."""

FOREVER = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=60))
"""Look-ups and records change nothing when repeated, so they are, until they succeed."""

URGENT = Priority(priority_key=1)
"""Rolling back and resolving go before any forward work."""


def forward_priority(plan: AtomicGroup) -> Priority:
    """Return the group's own priority: the same for each of its forward operations."""
    return Priority(priority_key=plan.priority_key)
