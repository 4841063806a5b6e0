"""Installations of every scenario, made by the product on a real server: once, and copied by whoever spoils one."""

from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from allornone.models.group import GroupStatus
from tests.histories.scenarios import SCENARIOS, Scenario
from tests.plans import SELL, SHORT, STAKE
from tests.verify.installation import Installation
from tests.workflows.house import Handle, House

Installations = dict[str, Installation]


async def pivot(house: House) -> Handle:
    """A pivot took effect, and what comes after it is refused until the policy accepts that."""
    house.misbehave({"behaviour": "refuse", "operation_id": "short", "count": "always"})
    return await _ended(house, {**SELL, "pivot": True}, STAKE, SHORT)


async def undo_refused(house: House) -> Handle:
    """An undo is refused, and taken at the second try."""
    house.misbehave(
        {"behaviour": "refuse", "venue": "binance.usdm"},
        {"behaviour": "refuse", "operation_id": "stake", "direction": "rollback"},
    )
    return await _ended(house, SELL, STAKE, SHORT)


async def _ended(house: House, *legs: dict[str, object]) -> Handle:
    async with house.working():
        handle = await house.start(house.group(*legs, policy={"accept_residual": True}))
        result = await house.ends(handle)
    assert result.status in {GroupStatus.PARTIAL, GroupStatus.ROLLED_BACK}
    return handle


ALL: dict[str, Scenario] = {**SCENARIOS, "pivot": pivot, "undo_refused": undo_refused}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def installations(
    skipping_server: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> Installations:
    """One installation for each scenario."""
    target = skipping_server.client.service_client.config.target_host
    made: Installations = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("activities.resolve.SECOND_LOOK_S", 0.0)
        for name, scenario in ALL.items():
            folder = tmp_path_factory.mktemp(name)
            house = House(folder, skipping_server.client, f"verify-{folder.parent.name}-{name}")
            await scenario(house)
            house.world.close()
            made[name] = Installation(folder, target)
    return made


@pytest.fixture
def good(installations: Installations, tmp_path: Path) -> Callable[[str], Installation]:
    """A copy of the installation of a scenario."""
    return lambda name: installations[name].copied(tmp_path / name)
