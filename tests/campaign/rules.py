"""Each load-bearing rule of model.md section 4, switched off in turn: the rig must find what then breaks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.campaign import late_switches as late
from tests.campaign import switches as off
from tests.campaign.space import Configuration, Explored, explore
from tests.campaign.varieties import SKEW_S
from tests.campaign.virtual.rig import group, rigged
from tests.campaign.virtual.venue import BINANCE

Off = Callable[[pytest.MonkeyPatch], None]
BRIEF: dict[str, Any] = {"timeout_s": 1}
FAST: dict[str, Any] = {"resolve_budget_s": 1, "undo_budget_s": 1}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, how it is switched off, and the invariants of which at least one then breaks."""

    name: str
    off: Off
    breaks: tuple[str, ...]
    configuration: Configuration


def _of(name: str, count: int, faults: int, *kinds: str, first: dict[str, Any] | None = None) -> Configuration:
    operations = [{**BRIEF, **(first or {})}, *[BRIEF] * (count - 1)]
    machine = first is None and "reset" not in kinds and "commands" not in kinds
    return Configuration(name, group(*operations, **FAST), BINANCE, faults, frozenset(kinds), machine=machine)


SLOW = replace(BINANCE, name="open ids, its clock behind", ahead_s=-SKEW_S)
LIAR = replace(BINANCE, name="declares an expiry, and does not enforce it", enforces=False)

RULES = (
    Rule("permit, an activity that runs twice", off.no_permit, ("S2",), _of("n1", 1, 1, "duplicate")),
    Rule("permit, a workflow that is reset", off.no_permit, ("S2",), _of("n1", 1, 1, "reset")),
    Rule("revocation", off.no_revocation, ("S18",), _of("n1", 1, 1, "stall")),
    Rule("intent before revocation", off.revoked_first, ("S4", "S12"), _of("n1", 1, 2, "duplicate", "underway")),
    Rule("closed rule", off.open_is_closed, ("S4",), _of("n1", 1, 1, "open")),
    Rule(
        "epoch bump after a part of an undo",
        off.same_undo_epoch,
        ("S1", "S2", "L1", "L*"),
        _of("n2", 2, 2, "part", "refused"),
    ),
    Rule("epoch bump after a refused undo", off.same_undo_epoch, ("L1", "L*"), _of("n2", 2, 2, "refused")),
    Rule("settle window, stale reads", off.no_settle_window, ("S4",), _of("n1", 1, 3, "executed", "stale")),
    Rule("fence", off.no_fence, ("S4", "S12"), _of("n1", 1, 1, "underway")),
    Rule(
        "venue expiry",
        off.nothing_is_switched_off,
        ("S12", "S16"),
        replace(_of("n1", 1, 1, "underway"), profile=LIAR),
    ),
    Rule(
        "fence, by the venue's own clock",
        late.fenced_by_our_clock,
        ("S4", "S12"),
        replace(_of("n1", 1, 3, "underway", "stale"), profile=SLOW),
    ),
    Rule("resolver", off.unknown_is_failed, ("S4", "S12"), _of("n1", 1, 1, "executed")),
    Rule("intent before send", off.no_intent, ("S3",), _of("n1", 1, 0)),
    Rule("new bytes for a resend", off.same_bytes, ("L1", "L*"), _of("n2", 2, 2, "refused")),
    Rule("resolve guard", off.no_resolve_guard, ("S5", "S12"), _of("n1", 1, 1, "underway", "commands")),
    Rule("accepted guard", off.no_accepted_guard, ("S1",), _of("n1", 1, 1, "underway", "commands")),
    Rule("verdict lock", off.no_verdict_lock, ("CL",), _of("n1", 1, 0, "cancel", "slow end")),
    Rule("pivot precedence", off.no_pivot, ("S11",), _of("n2", 2, 1, "refused", first={"pivot": True})),
    Rule("newest first", off.oldest_first, ("S9",), _of("n3", 3, 1, "refused")),
    Rule("undo of what happened", off.planned_size, ("S7",), _of("n1", 1, 1, "part")),
    Rule("one life of a group", off.no_other_lives, ("S6", "S10", "S15", "S18"), _of("n2", 2, 1, "reset", "cancel")),
)


def switched_off(rule: Rule, seconds: float = 60.0) -> Explored:
    """Explore with the rule switched off. What is returned says what broke, with the shortest trace."""
    with rigged() as patch:
        rule.off(patch)
        return explore(rule.configuration, seconds=seconds)


def switched_on(rule: Rule, states: int = 600) -> Explored:
    """Explore as many states with the rule in its place: more than it takes to find most of the breaks."""
    with rigged():
        return explore(rule.configuration, states=states)
