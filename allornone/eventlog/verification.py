"""What is wrong with a log, all of it, without stopping at the first."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import ValidationError

from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.layout import LOG_RECOVERED, MODELS
from allornone.eventlog.line import VERSION, BadLineError, Fields, check_sum, unwrapped
from allornone.eventlog.reader import NOT_WHOLE, EventReader, Row


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong; `line` is 0 when it is about a group and no single line."""

    file: str
    line: int
    kind: str
    """checksum, chain, version, event, duplicate, seq, or segment: one is missing, and nothing more was looked at."""
    found: str


class Verification:
    """One pass over a log."""

    def __init__(self, directory: Path) -> None:
        self._reader = EventReader(directory)
        self._seqs: defaultdict[str, list[int]] = defaultdict(list)
        self._ids: dict[str, str] = {}

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong, line by line, and then group by group."""
        try:
            for row in self._reader.rows():
                for kind, found in self._wrong(row):
                    yield Problem(row.name, row.cursor.line + 1, kind, found)
        except DamagedLogError as error:
            yield Problem(error.file, error.line, "segment", error.found)
        for group_id, seqs in self._seqs.items():
            if sorted(seqs) != list(range(1, len(seqs) + 1)):
                yield Problem("", 0, "seq", f"group {group_id!r} must have 1..n once each, was {_missing(seqs)}")

    def _wrong(self, row: Row) -> Iterator[tuple[str, str]]:
        if not row.whole:
            yield "checksum", NOT_WHOLE
            return
        try:
            check_sum(row.raw)
        except BadLineError as error:
            yield "checksum", str(error)
            return
        fields: Fields = orjson.loads(row.raw)
        if fields.get("v") != VERSION:
            yield "version", f"version was {fields.get('v')!r}, this release reads {VERSION}"
            return
        if fields["prev"] != row.cursor.prev:
            yield "chain", "the hash of the line before does not match: a line was changed, lost or inserted"
        yield from self._wrong_event(row, unwrapped(fields))

    def _wrong_event(self, row: Row, fields: Fields) -> Iterator[tuple[str, str]]:
        if fields.get("kind") == LOG_RECOVERED:
            return
        try:
            event = MODELS[row.file].model_validate(fields)
        except ValidationError as error:
            yield "event", f"no {error.title}: {error.errors()[0]['loc']} {error.errors()[0]['msg']}"
            return
        place = f"{row.name} line {row.cursor.line + 1}"
        first = self._ids.setdefault(event.event_id, place)
        if first != place:
            yield "duplicate", f"event_id {event.event_id!r} is already that of {first}"
        if event.atomic_group_id:
            self._seqs[event.atomic_group_id].append(event.seq)


def _missing(seqs: list[int]) -> str:
    missing = sorted(set(range(1, max(seqs) + 1)) - set(seqs))
    twice = sorted({seq for seq in seqs if seqs.count(seq) > 1})
    return f"without {missing}, twice {twice}"
