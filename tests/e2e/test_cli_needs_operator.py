"""What an operator is shown of a group that is stuck, and whether the commands shown there work."""

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.desk import Desk
from tests.e2e.test_cli_operating import blocked


def waiting(desk: Desk, strategy: str) -> list[dict[str, Any]]:
    """Return what `list` tells programs of the groups of one strategy that wait."""
    found: list[dict[str, Any]] = json.loads(
        desk.says("list", "--needs-operator", "--strategy", strategy, "--json").stdout
    )
    return found


def test_what_is_stuck_is_shown_with_what_was_tried_and_what_would_help(desk: Desk) -> None:
    blocked(desk, "n-1", strategy="shown")
    desk.waits_for("n-1", "list", "--needs-operator", "--strategy", "shown")

    shown = desk.says("list", "--needs-operator", "--strategy", "shown").stdout

    ref = re.search(r"open: hedge-1 at binance.usdm, reference ([0-9a-f]{32})", shown)
    assert ref is not None
    assert shown.startswith("group n-1 is blocked: the outcome of hedge-1 is unknown\n  strategy shown, started ")
    assert "  known: stake-1, stake at lido: confirmed (match), moved " in shown
    assert "  may have moved: binance.usdm Perp ETHUSDT -1\n" in shown
    assert re.search(r"  tried: sent once, looked (once|\d+ times), since .* UTC \(\d+ s ago\)\n", shown)
    assert "  last answer: the venue shows nothing: it could not be asked" in shown
    assert "  left at binance: ETH -1\n  left at lido: StakingToken stETH +1\n" in shown
    assert f"    allornone retry n-1 --ref {ref[1]} --actor " in shown
    assert f"    allornone resolve n-1 --outcome confirmed --ref {ref[1]} --delta " in shown
    assert "--outcome failed" not in shown
    assert shown.endswith("\n\n")


def test_the_command_that_is_shown_works_as_it_stands(desk: Desk) -> None:
    blocked(desk, "n-2", strategy="pasted")
    desk.waits_for("n-2", "list", "--needs-operator", "--strategy", "pasted")

    ((retry, confirmed, cancel),) = [[each["command"] for each in group["help"]] for group in waiting(desk, "pasted")]
    unread = desk.says(*shlex.split(confirmed)[1:])
    retried = desk.says(*shlex.split(retry)[1:])
    cancelled = desk.says(*shlex.split(cancel)[1:])
    desk.faults()
    desk.says(*shlex.split(retry)[1:])

    assert unread.exit_code == 2  # the amount is to be read at the venue, and is not given
    assert (retried.exit_code, cancelled.exit_code) == (0, 0)
    assert desk.says("watch", "n-2", "--timeout", "60").stdout.startswith("group n-2 is rolled_back")


def test_programs_get_all_of_it(desk: Desk) -> None:
    blocked(desk, "n-3", strategy="told")
    desk.waits_for("n-3", "list", "--needs-operator", "--strategy", "told")

    (group,) = waiting(desk, "told")

    hedge = group["view"]["operations"][1]
    assert (group["atomic_group_id"], group["told_by"], group["silence"]) == ("n-3", "workflow", "")
    assert (hedge["state"], hedge["effort"]["sends"], hedge["effort"]["fence"]) == ("unknown", 1, "waiting")
    assert [each["update"] for each in group["help"]] == ["retry", "resolve", "cancel"]
    assert group["help"][0]["payload"]["client_ref"] == hedge["client_ref"]
    assert json.loads(desk.says("status", "n-3", "--json").stdout)["help"] == group["help"]


def test_the_nearest_deadline_comes_first_and_then_the_oldest(desk: Desk) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for name, deadline in (("n-old", ""), ("n-new", ""), ("n-soon", f'"{soon}"')):
        blocked(desk, name, strategy="pressing", deadline=deadline)
        desk.waits_for(name, "list", "--needs-operator", "--strategy", "pressing")

    order = [group["atomic_group_id"] for group in waiting(desk, "pressing")]

    assert order == ["n-soon", "n-old", "n-new"]
    assert "deadline: " in desk.says("status", "n-soon").stdout


def test_nobody_waits(desk: Desk) -> None:
    shown = desk.says("list", "--needs-operator", "--strategy", "nobody-s")

    assert (shown.exit_code, shown.stdout) == (0, "no group needs an operator\n")
