"""Ids that the machine gives itself are not to be had."""

from typing import Any, cast

import pytest

from allornone.client.groups import GroupClient
from allornone.errors import BadGroupError
from tests.plans import SELL, group

OFFLINE = GroupClient(cast("Any", None))


@pytest.mark.parametrize("taken", ["carry-7/late-01234567", "carry-7/late-01234567-2"])
async def test_the_id_of_a_late_effects_run_is_refused_at_submit(taken: str) -> None:
    with pytest.raises(BadGroupError) as refused:
        await OFFLINE.submit(group(taken, SELL))

    assert str(refused.value) == (
        f"atomic_group_id {taken!r} is kept for a late effect of group 'carry-7', which is put before an operator "
        "under it; choose an id without '/late-'"
    )


def test_an_id_that_only_reads_alike_is_taken() -> None:
    assert OFFLINE.check(group("carry-late-01234567", SELL)) == ()
