"""The configurations of model.md section 2, over the real code.

EVM nonces are left out: no venue of this project has them (a paper chain enforces its expiry). Prices, fees and
tolerances are those of `pairs` and `schedules`. An operator here tells the truth as it is at that moment.
"""

from typing import Any

from tests.campaign.space import Configuration
from tests.campaign.virtual.moves import ALL
from tests.campaign.virtual.rig import group
from tests.campaign.virtual.venue import BINANCE, BLIND, BOUNDED, STRICT, UNBOUNDED, Profile

LOST = ("executed", "underway", "dropped", "crash", "stall", "stale")
CORE = ("refused", "not_sent", *LOST)
PARTS = ("part", "open", "executed_part", "executed_open", "breach")
BRIEF: dict[str, Any] = {"timeout_s": 1}
FAST: dict[str, Any] = {"resolve_budget_s": 1, "undo_budget_s": 1}


def _of(
    name: str,
    profile: Profile,
    operations: int | tuple[dict[str, Any], ...],
    faults: int,
    *kinds: str,
    machine: bool = True,
    **policy: Any,
) -> Configuration:
    each = [BRIEF] * operations if isinstance(operations, int) else [{**BRIEF, **more} for more in operations]
    return Configuration(name, group(*each, **FAST, **policy), profile, faults, frozenset(kinds), machine=machine)


PLAIN: dict[str, Any] = {}
PIVOT: dict[str, Any] = {"pivot": True}
LEFT: dict[str, Any] = {"rollback": "none"}
FREE: dict[str, Any] = {"independent": True}

CONFIGURATIONS = (
    _of("open ids n1 F1", BINANCE, 1, 1, *CORE),
    _of("open ids n1 F2", BINANCE, 1, 2, *CORE),
    _of("open ids n2 F1", BINANCE, 2, 1, *CORE),
    _of("open ids n3 F1", BINANCE, 3, 1, *CORE),
    _of("open ids n1 F1, parts", BINANCE, 1, 1, *CORE, *PARTS),
    _of("open ids n1 F2, parts", BINANCE, 1, 2, *CORE, *PARTS),
    _of("open ids n2 F1, parts, reset", BINANCE, 2, 1, *CORE, *PARTS, "reset", machine=False),
    _of("open ids n1 F1, attempts 2, reset", BINANCE, 1, 1, *CORE, "duplicate", "reset", machine=False),
    _of("open ids n1 F2, attempts 2, reset", BINANCE, 1, 2, *CORE, "duplicate", "reset", machine=False),
    _of("open ids n1 F1, cancel, reset", BINANCE, 1, 1, *CORE, "cancel", "reset", "slow end", machine=False),
    _of("open ids n2 F1, cancel", BINANCE, 2, 1, *CORE, "cancel"),
    _of("open ids n1 F1, all commands", BINANCE, 1, 1, *CORE, *PARTS, "commands"),
    _of("open ids n2 F1, all commands", BINANCE, 2, 1, *CORE, "commands"),
    _of("strict ids n2 F1, attempts 2", STRICT, 2, 1, *CORE, "duplicate"),
    _of("bounded n1 F2", BOUNDED, 1, 2, *CORE, machine=False),
    _of("bounded n2 F1, parts", BOUNDED, 2, 1, *CORE, *PARTS, machine=False),
    _of("unbounded n1 F2", UNBOUNDED, 1, 2, *CORE, machine=False),
    _of("unbounded n2 F1, all commands", UNBOUNDED, 2, 1, *LOST, "commands", machine=False),
    _of("cannot be asked n2 F1", BLIND, 2, 1, *CORE, machine=False),
    _of("pivot 0 of 2 F1, parts, cancel", BINANCE, (PIVOT, PLAIN), 1, *CORE, *PARTS, "cancel", machine=False),
    _of("pivot 1 of 3 F1", BINANCE, (PLAIN, PIVOT, PLAIN), 1, *CORE, machine=False),
    _of("no undo F1, cancel", BINANCE, (PLAIN, LEFT), 1, *CORE, "cancel", machine=False),
    _of("continue n3 F1", BINANCE, (PLAIN, FREE, PLAIN), 1, *CORE, on_stuck_undo="continue"),
    _of("open ids n1 F1, everything", BINANCE, 1, 1, *ALL, machine=False),
    _of("open ids n2 F2", BINANCE, 2, 2, *CORE),
    _of("open ids n1 F3", BINANCE, 1, 3, *CORE),
)
