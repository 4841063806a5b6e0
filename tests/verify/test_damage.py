"""Files that are damaged at random: never a traceback, and in the log never unseen."""

import os
import random
from collections.abc import Callable

from allornone_verify.journal import Journal
from tests.verify.installation import FAMILIES, Installation, end, kind, operation

Good = Callable[[str], Installation]
OPERATIONS = FAMILIES[0]


async def test_no_damage_to_the_log_is_a_traceback_and_none_goes_unseen(good: Good) -> None:
    spoilt, dice = good("answer_lost"), random.Random(7)  # noqa: S311 (a test's own dice)
    files = [path for path in (spoilt.path(family) for family in FAMILIES) if path.stat().st_size]
    for _ in range(60):
        path = dice.choice(files)
        whole = path.read_bytes()
        at = dice.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << dice.randrange(8))]) + whole[at + 1 :])

        report = await spoilt.report()

        assert report.broken, f"bit flipped at {at} of {path.name}"
        path.write_bytes(whole)


async def test_no_damage_to_the_ledger_is_a_traceback(good: Good) -> None:
    spoilt, dice = good("answer_lost"), random.Random(11)  # noqa: S311 (a test's own dice)
    path = spoilt.folder / "paper.db"
    whole = path.read_bytes()
    for _ in range(60):
        spoilt_bytes = bytearray(whole)
        for _ in range(20):
            spoilt_bytes[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        path.write_bytes(spoilt_bytes)

        await spoilt.report()


async def test_records_that_are_whole_and_say_nonsense_are_breaks_and_no_tracebacks(good: Good) -> None:
    spoilt, dice = good("rolled_back"), random.Random(13)  # noqa: S311 (a test's own dice)
    log = spoilt.log()
    for _ in range(60):
        changed = [dict(fields) for fields in log]
        fields = dice.choice(changed)
        name = dice.choice([key for key in fields if key not in {"family", "atomic_group_id"}])
        fields[name] = dice.choice([None, "", "x", 7, [], {}, ["x"], {"x": "y"}])
        spoilt.write(changed)

        await spoilt.report()


async def test_a_log_that_is_written_without_end_is_read_up_to_a_moment(good: Good) -> None:
    busy = good("completed")
    path = busy.path(OPERATIONS)
    journal = Journal(busy.folder / "logs")
    journal.begin()
    journal.open()
    with path.open("ab") as file:
        file.write(b"what comes later\n")
        os.fsync(file.fileno())

    assert list(journal.scan()) == []
    journal.close()


def test_the_helpers_pick_what_they_say(good: Good) -> None:
    log = good("cancelled").log()

    assert sum(map(end, log)) == sum(map(kind("command"), log)) == sum(map(operation("sell", "pending"), log)) == 1
