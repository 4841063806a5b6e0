"""The short form of the state space: two configurations to their end."""

import pytest

from tests.campaign.configurations import CONFIGURATIONS
from tests.campaign.space import explore
from tests.campaign.virtual.rig import rigged


@pytest.mark.parametrize("name", ["open ids n1 F1"])
def test_a_small_space_holds_in_every_state(name: str) -> None:
    configuration = next(each for each in CONFIGURATIONS if each.name == name)
    with rigged():
        explored = explore(configuration, seconds=300)

    assert explored.broken == ""
    assert explored.complete
    assert explored.ends > 50
    assert explored.healed > 100


def test_configurations_have_names_of_their_own() -> None:
    assert len({each.name for each in CONFIGURATIONS}) == len(CONFIGURATIONS)
