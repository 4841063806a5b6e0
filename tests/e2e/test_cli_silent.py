"""The groups that wait while no worker is there to answer for them."""

import json
import shutil

from tests.e2e.desk import PATIENCE_S, Desk
from tests.e2e.test_cli_alone import command
from tests.e2e.test_cli_operating import blocked


def left_blocked(desk: Desk, *names: str) -> None:
    """Leave groups blocked, and their worker dead."""
    with command(desk, "worker") as worker:
        assert worker.stdout is not None
        assert any(line.startswith("worker") for line in worker.stdout)
        for name in names:
            blocked(desk, name)
            desk.waits_for(name, "list", "--needs-operator", "--json")
        worker.kill()
        worker.wait(PATIENCE_S)


def test_a_group_that_does_not_answer_is_shown_from_the_event_log_and_else_from_the_index(lonely: Desk) -> None:
    left_blocked(lonely, "s-1", "s-2")

    logged = json.loads(lonely.says("list", "--needs-operator", "--json").stdout)
    shown = lonely.says("list", "--needs-operator").stdout
    shutil.rmtree(lonely.folder / "logs")
    indexed = json.loads(lonely.says("list", "--needs-operator", "--json").stdout)

    assert [(each["atomic_group_id"], each["told_by"]) for each in logged] == [
        ("s-1", "event log"),
        ("s-2", "event log"),
    ]
    view = logged[0]["view"]
    assert (view["status"], view["reason"]) == ("blocked", "the outcome of hedge-1 is unknown")
    assert [operation["state"] for operation in view["operations"]] == ["confirmed", "unknown"]
    assert view["residual_deltas"] == {"binance:BaseToken:ETH": "-1", "lido:StakingToken:stETH": "1"}
    assert view["operations"][1]["effort"]["since"] is not None
    assert "(dead)" in logged[0]["silence"]
    assert "  told by the event log, as the group does not answer: no worker answers on task queue" in shown
    assert "  left at binance: ETH -1\n" in shown
    assert [(each["told_by"], each["view"]["operations"]) for each in indexed] == [("search index", [])] * 2
