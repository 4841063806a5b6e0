"""What the demo shows: an example each, what is made to go wrong at its venues, and how it should end."""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from allornone.documents import read_group
from allornone.errors import BadGroupError
from allornone.models.execution import Direction
from allornone.models.group import AtomicGroup, GroupStatus
from allornone.venues.paper.faults import Behaviour, FaultRule

ASK_SOON_S = Decimal(3)
"""How long a group of the demo tries to find out by itself: nobody wants to watch for ten minutes."""

_ID = re.compile(r"^demo-(?P<scene>[a-z]+)-(?P<run>\d{6}-\d{6})$")


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour of a paper venue, once, at one forward operation."""

    operation_id: str
    venue: str
    behaviour: Behaviour


@dataclass(frozen=True, slots=True)
class Scene:
    """One group of the demo. `shows` is its headline."""

    name: str
    example: str
    shows: str
    ends: GroupStatus = GroupStatus.COMPLETED
    fault: Fault | None = None


SCENES = (
    Scene("stake", "stake_001", "one operation, done"),
    Scene("leverage", "leveraged_staking", "four venues in a row, all done"),
    Scene(
        "refused",
        "leveraged_staking",
        "the third venue refuses: what was done is undone",
        GroupStatus.ROLLED_BACK,
        Fault("lend_steth", "aave", Behaviour.REFUSE),
    ),
    Scene(
        "lost",
        "basis_entry",
        "the last answer is lost: the group finds out, and sends nothing twice",
        fault=Fault("sell_perp", "binance.usdm", Behaviour.LOSE_ANSWER),
    ),
    Scene("exit", "basis_exit", "the way out of that position"),
    Scene(
        "operator",
        "kraken_to_aave",
        "an answer is lost where nothing can be looked up: an operator decides",
        fault=Fault("withdraw_eth", "kraken", Behaviour.LOSE_ANSWER),
    ),
)


def group_id(scene: Scene, run: str) -> str:
    """Return the id of a scene's group in one run of the demo."""
    return f"demo-{scene.name}-{run}"


def is_of_the_demo(group: str) -> bool:
    """Tell whether some run of the demo submitted a group of this id."""
    return _ID.fullmatch(group) is not None


def group_of(scene: Scene, run: str, examples: Path) -> AtomicGroup:
    """Return the scene's group, its operations named for this run so that faults meet no other."""
    group = read_group(examples / f"{scene.example}.yaml", group_id=group_id(scene, run))
    return group.model_copy(
        update={
            "operations": tuple(
                operation.model_copy(update={"operation_id": _named(operation.operation_id, scene, run)})
                for operation in group.operations
            ),
            "policy": group.policy.model_copy(update={"resolve_budget_s": ASK_SOON_S}),
        }
    )


def _named(operation_id: str, scene: Scene, run: str) -> str:
    return f"{operation_id}-{run}" if scene.fault and scene.fault.operation_id == operation_id else operation_id


def rule_of(scene: Scene, run: str) -> FaultRule | None:
    """Return the fault of a scene's group in one run, None where nothing goes wrong."""
    fault = scene.fault
    if fault is None:
        return None
    return FaultRule(
        behaviour=fault.behaviour,
        venue=fault.venue,
        operation_id=_named(fault.operation_id, scene, run),
        direction=Direction.FORWARD,
        note=scene.shows,
    )


def examples_folder() -> Path:
    """Return where the examples lie. Raises BadGroupError when this is no checkout."""
    folder = Path(__file__).resolve().parent.parent / "examples"
    if not (folder / "stake_001.yaml").is_file():
        raise BadGroupError(f"the demo runs the examples of a checkout, and there are none in {folder}")
    return folder
