"""The halt file: it halts by being there, readable or not, and whoever sets it can wait for what passed before."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from allornone.halt import FILE, LOCK, HaltFile

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def halt(tmp_path: Path) -> HaltFile:
    return HaltFile(tmp_path / "data")


def passes(halt: HaltFile) -> str | None:
    with halt.passage() as why:
        return why


def test_without_a_file_nothing_is_halted(halt: HaltFile) -> None:
    assert halt.reason() is None
    assert passes(halt) is None


def test_its_text_says_who_halted_and_why(halt: HaltFile) -> None:
    halt.stand("ann", "odd\nquotes", NOON)
    assert halt.reason() == "ann: odd quotes (2026-01-05 12:00:00 UTC)"
    assert passes(halt) == halt.reason()


def test_set_twice_the_later_word_stands(halt: HaltFile) -> None:
    halt.stand("ann", "odd quotes", NOON)
    halt.stand("bob", "", NOON)
    assert halt.reason() == "bob: no reason was given (2026-01-05 12:00:00 UTC)"


def test_lifted_it_halts_nothing_and_lifting_again_is_fine(halt: HaltFile) -> None:
    halt.stand("ann", "odd quotes", NOON)
    assert halt.lift()
    assert not halt.lift()
    assert passes(halt) is None


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe", b"x" * 100_000], ids=["empty", "blank", "odd", "huge"])
def test_whatever_it_says_it_halts(halt: HaltFile, content: bytes) -> None:
    halt.path.parent.mkdir()
    halt.path.write_bytes(content)
    reason = passes(halt)
    assert reason
    assert len(reason) <= 400


def test_one_that_cannot_be_read_halts(halt: HaltFile) -> None:
    halt.path.mkdir(parents=True)
    assert passes(halt) == "the halt file is no file that could be read"
    halt.path.rmdir()
    halt.path.symlink_to("nowhere")
    assert passes(halt) == "the halt file is no file that could be read"


def test_a_folder_that_cannot_be_looked_into_halts(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    assert passes(HaltFile(tmp_path / "data")) == "the halt file cannot be read: Not a directory"


def test_a_lock_that_cannot_be_taken_halts(halt: HaltFile) -> None:
    (halt.path.parent / LOCK).mkdir(parents=True)
    assert passes(halt) == "the lock of the halt file cannot be opened: Is a directory"


def test_who_sets_a_halt_waits_for_a_send_that_passed_before(halt: HaltFile) -> None:
    done = threading.Event()

    def sets() -> None:
        halt.stand("ann", "odd quotes", NOON)
        assert halt.settled(30)
        done.set()

    with halt.passage() as why:
        assert why is None
        setter = threading.Thread(target=sets)
        setter.start()
        while halt.reason() is None:
            os.sched_yield()
        assert not done.wait(0.05)
        assert passes(halt) == "ann: odd quotes (2026-01-05 12:00:00 UTC)"
    setter.join(30)
    assert done.is_set()


def test_a_send_that_does_not_come_back_is_told_of(halt: HaltFile) -> None:
    with halt.passage():
        assert not halt.settled(0)


def test_sends_do_not_wait_for_one_another(halt: HaltFile) -> None:
    with halt.passage() as one, halt.passage() as other:
        assert (one, other) == (None, None)


def test_the_file_is_the_folders_own(tmp_path: Path) -> None:
    assert HaltFile(tmp_path).path == tmp_path / FILE == tmp_path / "halt"
