"""`pause --all` and `resume --all`: the halt stands for groups that are open and for those that start later."""

from pathlib import Path

from allornone.alerts.box import AlertBox
from tests.e2e.desk import Desk, until
from tests.unit.alerts.records import alert


def orders(desk: Desk, group_id: str) -> int:
    """Return how many sends of a group its log shows."""
    return desk.says("events", group_id, "--kind", "operation", "--json").stdout.count('"pending"')


def test_a_halt_stands_for_groups_that_start_later_and_they_go_on_by_themselves(desk: Desk) -> None:
    paused = desk.says("pause", "--all", "--actor", "ann", "--reason", "odd quotes")
    again = desk.says("pause", "--all", "--actor", "ann", "--reason", "still odd")
    desk.says("submit", desk.plan("h-1"))
    desk.waits_for("is running: halted: ann: still odd", "status", "h-1")
    sent_while_halted = orders(desk, "h-1")
    listed, shown = desk.says("list", "--json"), desk.says("status", "h-1", "--json")
    resumed = desk.says("resume", "--all", "--actor", "ann")

    assert (paused.exit_code, again.exit_code, resumed.exit_code) == (0, 0, 0)
    assert f"halted: {desk.folder / 'halt'} stands" in paused.stderr
    assert sent_while_halted == 0
    assert "halted: ann: still odd (" in listed.stderr
    assert "until `allornone resume --all`" in shown.stderr
    assert f"lifted: {desk.folder / 'halt'}" in resumed.stderr
    assert desk.says("watch", "h-1", "--timeout", "60").stdout.startswith("group h-1 is completed")
    assert "halted" not in desk.says("list").stderr


def test_groups_that_are_open_are_paused_and_resumed(desk: Desk) -> None:
    desk.says("pause", "--all", "--actor", "ann", "--reason", "odd quotes")
    desk.says("submit", desk.plan("h-2"))
    desk.waits_for("h-2", "list", "--status", "running")
    paused = desk.says("pause", "--all", "--actor", "ann", "--reason", "odd quotes")
    resumed = desk.says("resume", "--all", "--actor", "ann")

    assert "group h-2: pause taken" in paused.stderr
    assert "group h-2: resume taken" in resumed.stderr
    assert desk.says("watch", "h-2", "--timeout", "60").stdout.startswith("group h-2 is completed")


def test_a_halt_needs_no_server(tmp_path: Path) -> None:
    nowhere = Desk(tmp_path, {"ALLORNONE_DATA_DIR": str(tmp_path / "data")})

    paused = nowhere.says("pause", "--all", "--actor", "ann", "--reason", "odd quotes")

    assert paused.exit_code == 4
    text = (tmp_path / "data" / "halt").read_text()
    assert text.startswith("ann: odd quotes (")
    assert nowhere.says("resume", "--all").exit_code == 4
    assert not (tmp_path / "data" / "halt").exists()


def test_nothing_new_is_sent_once_pause_all_has_come_back(desk: Desk) -> None:
    for number in range(6):
        desk.says("submit", desk.plan(f"h-3-{number}"))
    until(lambda: any(orders(desk, f"h-3-{number}") for number in range(6)), "a send")

    assert desk.says("pause", "--all", "--actor", "ann").exit_code == 0
    sent = [orders(desk, f"h-3-{number}") for number in range(6)]
    desk.says("pause", "--all", "--actor", "ann")
    still = [orders(desk, f"h-3-{number}") for number in range(6)]
    desk.says("resume", "--all", "--actor", "ann")

    assert still == sent
    for number in range(6):
        watched = desk.says("watch", f"h-3-{number}", "--timeout", "60")
        assert watched.stdout.startswith(f"group h-3-{number} is completed")


def test_a_group_or_all_of_them_must_be_named(desk: Desk) -> None:
    assert desk.says("resume").exit_code == 2
    assert desk.says("resume", "h-4", "--all").exit_code == 2


def test_an_alert_that_reached_nobody_is_told_with_the_list(desk: Desk) -> None:
    box = AlertBox(desk.folder)
    box.put(alert())
    box.settle(alert(), "the URL answered HTTP 500")

    listed = desk.says("list", "--json")
    box.settle(alert(), None)

    told = f"alert not delivered: group g-1 (blocked): the URL answered HTTP 500; see {desk.folder / 'alerts'}\n"
    assert told in listed.stderr
    assert "alert" not in desk.says("list", "--json").stderr
