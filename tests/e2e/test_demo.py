"""`demo` from outside: a process that runs every example and tells how each group ended."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

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


@dataclass(frozen=True)
class Run:
    folder: Path
    code: int
    told: str
    talk: str


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


def ran(folder: Path, **variables: str) -> Run:
    with demo(folder, **variables) as process:
        told, talk = process.communicate(timeout=PATIENCE_S)
    return Run(folder, process.returncode, told, talk)


def ends(folder: Path) -> dict[str, str]:
    found = EventReader(folder / "logs").events(kind="group")
    return {
        event.atomic_group_id.split("-")[1]: event.group_status
        for event in found
        if isinstance(event, AtomicOperationGroupEvent)
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One whole demo, in a folder with a faults file of the user's own, under somebody else's configuration."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "paper-faults.yaml").write_text(MINE)
    return ran(folder, TEMPORAL_ADDRESS="192.0.2.1:7233", TEMPORAL_NAMESPACE="elsewhere")


def test_each_group_ends_as_it_should(finished: Run) -> None:
    assert finished.code == 0, finished.talk
    assert "6 of 6 groups ended as they should" in finished.told
    assert ends(finished.folder) == ENDS


def test_what_was_done_before_a_refusal_is_undone(finished: Run) -> None:
    assert "undo of stake_eth, unstake on lido: rolled_back (match)" in finished.talk
    assert "undo of move_eth, transfer on wallet: rolled_back (match)" in finished.talk


def test_a_lost_answer_makes_no_second_order(finished: Run) -> None:
    ledger = PaperLedger(finished.folder / "paper.db")
    sold = [order for order in ledger.orders() if order.operation_id.startswith("sell_perp-")]
    ledger.close()

    assert "perp_trade on binance.usdm: unknown" in finished.talk
    assert len(sold) == 1


def test_the_operator_says_what_the_venue_shows(finished: Run) -> None:
    assert "--outcome confirmed --delta=kraken:ETH=-1 --delta=wallet:ETH=0.999" in finished.talk


def test_the_users_own_faults_and_no_process_are_left(finished: Run) -> None:
    assert (finished.folder / "paper-faults.yaml").read_text() == MINE
    assert read_address(finished.folder) is None


def test_each_group_has_a_link_into_the_ui(finished: Run) -> None:
    links = [line for line in finished.told.splitlines() if "/namespaces/default/workflows/demo-" in line]

    assert len(links) == len(ENDS)


def test_the_next_run_goes_on_with_what_a_killed_one_left_open(tmp_path: Path) -> None:
    with demo(tmp_path) as killed:
        assert killed.stderr is not None
        assert any("withdraw on kraken: unknown" in line for line in killed.stderr)
        killed.kill()
        killed.wait()

    again = ran(tmp_path)

    assert again.code == 0, again.talk
    assert "7 of 7 groups ended as they should" in again.told
    assert "left open by an earlier demo" in again.told
    assert read_address(tmp_path) is None
    assert not (tmp_path / "paper-faults.yaml").exists()


def test_the_demo_refuses_an_installation_with_venues_that_are_not_paper(tmp_path: Path) -> None:
    refused = ran(tmp_path, ALLORNONE_VENUES='{"binance": {"adapter": "real"}}')

    assert refused.code == 2
    assert refused.told == ""
    assert "the demo must only reach paper venues" in refused.talk
