"""What `submit` tells of what a worker made of the group, and of a halt that it meets."""

import json
from dataclasses import replace

from tests.e2e.desk import PATIENCE_S, Desk
from tests.e2e.test_cli_alone import command

LIMITS = '{"venues": ["binance", "binance.usdm", "lido"], "assets": {"ETH": "2", "stETH": "2", "ETHUSDT": "2"}}'


def test_a_plan_beyond_the_workers_limits_is_refused_with_its_reason_and_listed_as_refused(lonely: Desk) -> None:
    desk = replace(lonely, environment={**lonely.environment, "ALLORNONE_LIMITS": LIMITS})
    with command(desk, "worker") as worker:
        assert worker.stdout is not None
        assert any(line.startswith("worker") for line in worker.stdout)
        refused = desk.says("submit", desk.plan("r-1", amount="3"))
        detached = desk.says("submit", desk.plan("r-2", amount="3"), "--detach")
        taken = desk.says("submit", desk.plan("r-3"))
        desk.waits_for("r-2", "list")
        listed = json.loads(desk.says("list", "--json").stdout)
        asked = desk.says("status", "r-1")
        worker.terminate()
        _, logged = worker.communicate(timeout=PATIENCE_S)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "3 ETH is more than 2" in refused.stderr
    assert refused.stderr.endswith("; nothing was sent, and the id 'r-1' stays taken: use another id\n")
    assert (detached.exit_code, detached.stdout) == (0, "r-2\n")
    assert (taken.exit_code, taken.stdout) == (0, "r-3\n")
    statuses = {group["atomic_group_id"]: group["status"] for group in listed}
    assert (statuses["r-1"], statuses["r-2"]) == ("refused", "refused")
    assert asked.exit_code == 2
    assert "use another id" in asked.stderr
    assert "Traceback" not in logged


def test_without_a_worker_submit_returns_and_says_that_the_group_waits(lonely: Desk) -> None:
    told = lonely.says("submit", lonely.plan("r-4"))

    assert (told.exit_code, told.stdout) == (0, "r-4\n")
    assert "no worker polls task queue" in told.stderr


def test_submit_says_that_the_desk_is_halted_why_and_since_when(lonely: Desk) -> None:
    (lonely.folder / "halt").write_text("odd quotes")

    told = lonely.says("submit", lonely.plan("r-5"))

    assert "halted: odd quotes; nothing new is sent forward since 20" in told.stderr
    assert " UTC, until `allornone resume --all` (" in told.stderr


def test_status_of_a_group_that_has_failed_says_what_refused_it(desk: Desk) -> None:
    desk.faults("{venue: lido, behaviour: refuse, note: r-6}")
    desk.says("run", desk.plan("r-6"))

    view = json.loads(desk.says("status", "r-6", "--json").stdout)

    assert [each["note"] for each in view["operations"]] == ["rejected: by the venue's own rules", ""]
    assert "rejected: by the venue's own rules" in desk.says("status", "r-6").stdout


def test_events_name_the_command_that_was_given(desk: Desk) -> None:
    (desk.folder / "halt").write_text("odd quotes")
    desk.says("submit", desk.plan("r-7"))
    desk.says("pause", "r-7", "--actor", "ann", "--reason", "a look")
    resumed = desk.says("resume", "--all", "--actor", "bob")
    again = desk.says("resume", "--all", "--actor", "bob")
    desk.says("watch", "r-7", "--timeout", "60")

    shown = desk.says("events", "r-7", "--kind", "command").stdout

    assert "  command  pause by ann a look\n" in shown
    assert "  command  resume by bob\n" in shown
    assert "group r-7: resume taken" in resumed.stderr
    assert "is not paused" not in again.stderr
