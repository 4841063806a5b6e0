"""An installation that goes on while it is checked: what came meanwhile is no break, and what is missing is one."""

from collections.abc import Callable
from typing import Any, cast

from temporalio.client import Client

from allornone_verify import Report, Request, examine
from tests.verified import SKEW_S
from tests.verify.installation import FAMILIES, Fields, Installation, names

Good = Callable[[str], Installation]


class Busy:
    """A client of Temporal that lets something happen before it is first asked for a history."""

    def __init__(self, client: Client, happens: Callable[[], None]) -> None:
        self._client = client
        self._happens = [happens]

    def get_workflow_handle(self, *args: Any, **more: Any) -> Any:
        """Return what the client does."""
        while self._happens:
            self._happens.pop()()
        return self._client.get_workflow_handle(*args, **more)


async def checked(spoilt: Installation, seen: int, come: int) -> Report:
    """Check an installation whose log has so many records at first, and so many once the histories are asked for."""
    whole: list[Fields] = spoilt.log()
    spoilt.write(whole)
    lines = {family: spoilt.path(family).read_bytes().splitlines(keepends=True) for family in FAMILIES}

    def shows(records: int) -> None:
        for family in FAMILIES:
            count = sum(fields["family"] == family for fields in whole[:records])
            with spoilt.path(family).open("ab") as file:
                file.write(b"".join(lines[family])[file.tell() : len(b"".join(lines[family][:count]))])

    for family in FAMILIES:
        spoilt.path(family).write_bytes(b"")
    shows(seen)
    client = cast("Client", Busy(await Client.connect(spoilt.target), lambda: shows(come)))
    return await examine(Request(spoilt.folder / "logs", (), client, skew_s=SKEW_S))


async def test_a_group_that_ends_between_the_log_and_its_history_is_moving(good: Good) -> None:
    report = await checked(good("completed"), seen=9, come=11)

    assert str(report) == ""
    assert (report.moving_groups, report.histories) == (1, 1)


async def test_e7_what_does_not_come_meanwhile_either_is_lost(good: Good) -> None:
    report = await checked(good("completed"), seen=9, come=9)

    assert names(report) == {"E7", "L7"}
