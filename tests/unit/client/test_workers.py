"""Who polls, and what is said when nobody answers."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from allornone.client.identity import WorkerIdentity, host_name, worker_identity
from allornone.client.workers import Poller, silence, worker_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def killed() -> WorkerIdentity:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return WorkerIdentity(process.pid, host_name(), Path("/logs"))


def test_a_worker_of_this_machine_that_runs_is_alive() -> None:
    assert worker_of(worker_identity(Path("/logs")), NOW) == Poller(worker_identity(Path("/logs")), Path("/logs"), NOW)


def test_a_worker_of_this_machine_whose_process_is_gone_is_dead() -> None:
    assert worker_of(str(killed()), NOW).is_dead


def test_nobody_knows_that_a_worker_elsewhere_is_dead() -> None:
    gone = killed()

    assert not worker_of(f"allornone/{gone.pid}@elsewhere:/logs", NOW).is_dead


def test_a_worker_that_is_not_ours_has_no_log() -> None:
    assert worker_of("somebody", NOW) == Poller("somebody", None, NOW)


def test_without_a_poller_a_worker_is_to_be_started() -> None:
    assert silence("q", ()) == (
        "no worker polls task queue 'q'; start one with `allornone worker` (or `allornone dev`); "
        "what is submitted waits for it"
    )


def test_the_dead_are_named() -> None:
    said = silence("q", (Poller("one", None, NOW, is_dead=True), Poller("two", None, NOW)))

    assert "polling there lately: one (dead), two" in said
    assert "start another with `allornone worker`" in said
