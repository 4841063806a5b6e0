"""The groups that a log has open, for somebody who only looks: no lock, no repair, no trace left."""

import re
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import orjson

from allornone.eventlog.checkpoint import FILES, FORMAT
from allornone.eventlog.cursor import Cursor
from allornone.eventlog.layout import EVENTS, GROUPS, TRANSITIONS
from allornone.eventlog.reader import EventReader, believed, typed
from allornone.eventlog.segments import stands
from allornone.events import Event
from allornone.events.transition import TransitionKind

_TURNS = (TransitionKind.STARTED.value, TransitionKind.RECOVERED.value, TransitionKind.ABANDONED.value)
_TURN = re.compile(rb'"kind":"(?:%b)"' % "|".join(_TURNS).encode())
_COVERED = "SELECT file, offset, line, prev, segment FROM covered"
_OPEN = """
SELECT group_id, (SELECT kind FROM entry WHERE entry.group_id = heard.group_id AND entry.group_id <> ''
    AND kind IN (?, ?, ?) ORDER BY seq DESC LIMIT 1)
FROM heard WHERE started AND NOT ended ORDER BY n
"""


def open_groups(directory: Path) -> tuple[str, ...]:
    """Return the groups that were started and have neither an end record nor were found abandoned since.

    In the order in which the log heard of them. Raises OSError, and DamagedLogError, where it cannot be read.
    """
    turns, covered = _checkpoint(directory / EVENTS)
    ended = set[str]()
    for row in EventReader(directory).rows(covered):
        if row.file == GROUPS:
            ended.add(believed(row)["atomic_group_id"])
        elif row.file == TRANSITIONS and _TURN.search(row.raw) is not None:
            fields = believed(row)
            if fields["kind"] in _TURNS:
                turns[fields["atomic_group_id"]] = fields["kind"]
    gone = ended | {group_id for group_id, turn in turns.items() if turn == TransitionKind.ABANDONED}
    return tuple(group_id for group_id in turns if group_id not in gone)


def histories(directory: Path, group_ids: Collection[str]) -> Mapping[str, tuple[Event, ...]]:
    """Return the events of each of these groups in the order of `seq`, in one walk. Raises as `open_groups` does."""
    found: dict[str, list[Event]] = {group_id: [] for group_id in group_ids}
    if not found:
        return {}
    needles = re.compile(b"|".join(re.escape(orjson.dumps(group_id)) for group_id in found))
    for row in EventReader(directory).rows():
        # Most lines are of other groups: those are chained and not parsed.
        event = typed(row) if needles.search(row.raw) is not None else None
        if event is not None and event.atomic_group_id in found:
            found[event.atomic_group_id].append(event)
    return {group_id: tuple(sorted(events, key=lambda event: event.seq)) for group_id, events in found.items()}


def _checkpoint(folder: Path) -> tuple[dict[str, str], dict[str, Cursor]]:
    """Return the last turn of each group that a checkpoint has open, and up to where that is. Nothing without one."""
    for path in folder.glob(".index.*.db"):
        # One that is being made, or tidied away, is no loss: then the log is read from its beginning.
        with suppress(sqlite3.Error):
            turns, covered = _read(path)
            if all(stands(folder, file, cursor) for file, cursor in covered.items()):
                return turns, covered
    return {}, {}


def _read(path: Path) -> tuple[dict[str, str], dict[str, Cursor]]:
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)) as database:
        if database.execute("PRAGMA user_version").fetchone() != (FORMAT,):
            return {}, {}
        database.execute("BEGIN")  # both answers are of one moment
        turns: dict[str, str] = dict(database.execute(_OPEN, _TURNS).fetchall())
        covered: dict[str, Cursor] = {FILES[file]: Cursor(*rest) for file, *rest in database.execute(_COVERED)}
    return turns, covered
