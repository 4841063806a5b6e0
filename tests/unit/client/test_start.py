"""How a group is indexed and ordered."""

from typing import Any

import pytest

from allornone.client.listing import query
from allornone.client.start import STRATEGY, VENUES, attributes, summary
from allornone.models.group import AtomicGroup, GroupStatus


def group(*priorities: int, **fields: Any) -> AtomicGroup:
    operations = [
        {
            "operation_id": f"o-{number}",
            "operation_type": "stake",
            "source_venue": "binance",
            "target_venue": "lido",
            "source_token": "ETH",
            "target_token": "stETH",
            "expected_deltas": {"lido:stETH": "1"},
            "operation_details": {"amount": "1"},
            "priority": priority,
        }
        for number, priority in enumerate(priorities)
    ]
    return AtomicGroup.model_validate({"atomic_group_id": "g", "operations": operations, **fields})


@pytest.mark.parametrize(("priorities", "lane"), [((0, 7), 2), ((0,), 3), ((-10,), 4), ((-11, -1000), 5)])
def test_the_largest_priority_chooses_the_lane(priorities: tuple[int, ...], lane: int) -> None:
    assert group(*priorities).priority_key == lane


def test_a_group_is_indexed_by_every_venue_it_names() -> None:
    found = attributes(group(0, strategy="basis"))

    assert found.get(VENUES) == ("binance", "lido")
    assert found.get(STRATEGY) == "basis"


def test_an_empty_strategy_is_not_indexed() -> None:
    assert attributes(group(0)).get(STRATEGY) is None


def test_a_summary_stays_below_temporals_limit() -> None:
    assert summary(group(0, 0)) == "stake on lido, stake on lido"
    assert len(summary(group(*[0] * 64))) == 200


def test_a_search_quotes_what_a_person_wrote() -> None:
    assert query(strategy="o'neil", status=GroupStatus.BLOCKED).endswith(
        "GroupStatus = 'blocked' AND Strategy = 'o\\'neil'"
    )
