"""Groups at random stages, each a function of its number and a seed: what they do, and where they are halted."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from allornone.models.group import AtomicGroup
from tests.plans import SELL, SEND_OUT, SHORT, STAKE, Leg, group

FORWARD = ("before-intent", "before-send", "after-send", "after-record")


Rule = dict[str, Any]


@dataclass(frozen=True)
class LostGroup:
    """A group, the stage that it is to reach, what misbehaves until it is lost, and the mark at which it is halted."""

    stage: str
    plan: AtomicGroup
    rules: list[Rule] = field(default_factory=list[Rule])
    mark: str | None = None
    paused: bool = False


def lost_group(number: int, seed: int) -> LostGroup:
    """Return group `number` of a seed."""
    random = Random(seed * 100_003 + number)  # noqa: S311 (groups are to be repeatable)
    legs = [_leg(number, n, random.choice((SELL, STAKE, SHORT))) for n in range(random.randint(2, 5))]
    stage = random.choice(tuple(_STAGES))
    return _STAGES[stage](f"lost-{number}", legs, random)


def _leg(number: int, n: int, leg: Leg) -> Leg:
    return {**leg, "operation_id": f"{leg['operation_id']}-{number}-{n}"}


def _refused(leg: Leg, **more: Any) -> Rule:
    return {"behaviour": "refuse", "operation_id": leg["operation_id"], "direction": "forward", **more}


def _forward(name: str, legs: list[Leg], random: Random) -> LostGroup:
    leg = random.choice(legs)
    mark = f"{name}.{leg['operation_id']}.forward.{random.choice(FORWARD)}"
    return LostGroup("halted forward", group(name, *legs), mark=mark)


def _back(name: str, legs: list[Leg], random: Random) -> LostGroup:
    leg = random.choice(legs[:-1])
    mark = f"{name}.{leg['operation_id']}.rollback.{random.choice(FORWARD)}"
    return LostGroup("halted on the way back", group(name, *legs), [_refused(legs[-1])], mark)


def _unknown(name: str, legs: list[Leg], random: Random) -> LostGroup:
    of = {"operation_id": random.choice(legs)["operation_id"], "direction": "forward"}
    wire = random.choice(("lose_answer", "malformed", "error_5xx_executed", "duplicate_ack"))
    hidden = {"behaviour": "unreadable", "count": "always", **of}
    return LostGroup("unknown", group(name, *legs), [{"behaviour": wire, **of}, hidden])


def _undo_unknown(name: str, legs: list[Leg], random: Random) -> LostGroup:
    of = {"operation_id": random.choice(legs[:-1])["operation_id"], "direction": "rollback"}
    hidden = {"behaviour": "unreadable", "count": "always", **of}
    rules = [_refused(legs[-1]), {"behaviour": "lose_answer", **of}, hidden]
    return LostGroup("an undo unknown", group(name, *legs), rules)


def _open(name: str, legs: list[Leg], random: Random) -> LostGroup:
    legs[-1] = {**legs[-1], "timeout_s": "600"}
    of = {"operation_id": legs[-1]["operation_id"], "direction": "forward"}
    return LostGroup("open", group(name, *legs), [{"behaviour": "open", "ratio": random.choice(("0", "0.4")), **of}])


def _paused(name: str, legs: list[Leg], random: Random) -> LostGroup:
    del random
    return LostGroup("paused", group(name, *legs), paused=True)


def _past_pivot(name: str, legs: list[Leg], random: Random) -> LostGroup:
    pivot = random.randrange(len(legs) - 1)
    legs[pivot] = {**legs[pivot], "pivot": True}
    return LostGroup("blocked past a pivot", group(name, *legs), [_refused(legs[-1])])


def _left(name: str, legs: list[Leg], random: Random) -> LostGroup:
    legs[0] = {**legs[0], "rollback": "none"}
    del random
    return LostGroup("blocked with a residual", group(name, *legs), [_refused(legs[-1])])


def _stuck_undo(name: str, legs: list[Leg], random: Random) -> LostGroup:
    of = {"operation_id": random.choice(legs[:-1])["operation_id"], "direction": "rollback"}
    rules = [_refused(legs[-1]), {"behaviour": "refuse", "count": "always", **of}]
    return LostGroup("an undo refused", group(name, *legs), rules)


def _unfenced(name: str, legs: list[Leg], random: Random) -> LostGroup:
    del random
    out = {**SEND_OUT, "operation_id": f"out-{name}"}
    lost = {"behaviour": "lose_answer", "operation_id": out["operation_id"]}
    return LostGroup("unknowable", group(name, *legs, out, policy={"resolve_budget_s": "1"}), [lost])


_STAGES = {
    "forward": _forward,
    "forward too": _forward,
    "back": _back,
    "back too": _back,
    "unknown": _unknown,
    "undo unknown": _undo_unknown,
    "open": _open,
    "paused": _paused,
    "past a pivot": _past_pivot,
    "left": _left,
    "stuck undo": _stuck_undo,
    "unfenced": _unfenced,
}
