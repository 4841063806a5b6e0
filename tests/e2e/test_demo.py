"""`demo` from outside: a process that runs every example and tells how each group ended."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from allornone.client.address import read_address
from allornone.eventlog.reader import EventReader
from allornone.events import AtomicOperationGroupEvent
from allornone.venues.paper.ledger import PaperLedger

PATIENCE_S = 150
ENDS = {
    "stake": "completed",
    "leverage": "completed",
    "refused": "rolled_back",
    "lost": "completed",
    "exit": "completed",
    "operator": "completed",
}
MINE = "# mine\n- venue: coinbase\n  behaviour: refuse"


@contextmanager
def demo(folder: Path, **variables: str) -> Generator[subprocess.Popen[str]]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ALLORNONE_")}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "worker.main", "demo"],
        env=environment | {"ALLORNONE_DATA_DIR": str(folder)} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)


def ran(folder: Path, **variables: str) -> tuple[int, str, str]:
    with demo(folder, **variables) as process:
        told, talk = process.communicate(timeout=PATIENCE_S)
    return process.returncode, told, talk


def ends(folder: Path) -> dict[str, str]:
    found = EventReader(folder / "logs").events(kind="group")
    return {
        event.atomic_group_id.split("-")[1]: event.group_status
        for event in found
        if isinstance(event, AtomicOperationGroupEvent)
    }


def test_each_group_ends_as_it_should_and_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "paper-faults.yaml").write_text(MINE)

    code, told, talk = ran(tmp_path, TEMPORAL_ADDRESS="192.0.2.1:7233", TEMPORAL_NAMESPACE="elsewhere")

    assert code == 0, talk
    assert "6 of 6 groups ended as they should" in told
    assert ends(tmp_path) == ENDS
    assert "undo of stake_eth, unstake on lido: rolled_back (match)" in talk
    assert "unknown: ServerDisconnectedError while sending" in talk
    assert "--outcome confirmed --delta=kraken:ETH=-1 --delta=wallet:ETH=0.999" in talk
    assert (tmp_path / "paper-faults.yaml").read_text() == MINE
    assert read_address(tmp_path) is None


def test_the_next_run_goes_on_with_what_a_killed_one_left_open(tmp_path: Path) -> None:
    with demo(tmp_path) as killed:
        assert killed.stderr is not None
        assert any("rolling_back" in line or "lend_steth, supply" in line for line in killed.stderr)
        killed.kill()
        killed.wait()

    code, told, talk = ran(tmp_path)

    assert code == 0, talk
    assert "7 of 7 groups ended as they should" in told
    assert "left open by an earlier demo" in told
    assert read_address(tmp_path) is None
    assert not (tmp_path / "paper-faults.yaml").exists()


def test_a_lost_answer_makes_no_second_order(tmp_path: Path) -> None:
    ran(tmp_path)

    ledger = PaperLedger(tmp_path / "paper.db")
    sold = [order for order in ledger.orders() if order.operation_id.startswith("sell_perp-")]
    ledger.close()
    assert len(sold) == 1


def test_the_demo_refuses_an_installation_with_venues_that_are_not_paper(tmp_path: Path) -> None:
    code, told, talk = ran(tmp_path, ALLORNONE_VENUES='{"binance": {"adapter": "real"}}')

    assert code == 2
    assert told == ""
    assert "the demo must only reach paper venues" in talk
