"""A place in a file up to which its lines were read and believed."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from allornone.eventlog.line import FIRST, Fields, decode, line_hash

CHUNK_BYTES = 1 << 20
"""How much is read at once: a large log is walked, never loaded."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """After `line` lines of a segment, at `offset`, behind a line whose hash is `prev`. Enough to resume without a gap.

    It survives rotation: a segment keeps its number when it is closed.
    """

    offset: int = 0
    line: int = 0
    prev: str = FIRST
    segment: int = 1

    def after(self, raw: bytes) -> "Cursor":
        """Return the place behind `raw`, a line without its newline."""
        return Cursor(self.offset + len(raw) + 1, self.line + 1, line_hash(raw), self.segment)

    def next_segment(self) -> "Cursor":
        """Return the beginning of the segment behind this one: the chain goes on."""
        return Cursor(prev=self.prev, segment=self.segment + 1)

    def decode(self, raw: bytes) -> Fields:
        """Return the fields of the line that begins here. Raises BadLineError."""
        return decode(raw, self.prev)


def raw_lines(descriptor: int, offset: int, end: int) -> Iterator[bytes]:
    """Yield each full line between `offset` and `end`, without its newline, and no unterminated tail."""
    rest: list[bytes] = []
    while chunk := os.pread(descriptor, min(CHUNK_BYTES, end - offset), offset):
        offset += len(chunk)
        head, *lines = chunk.split(b"\n")
        rest.append(head)
        if lines:
            yield b"".join(rest)
            yield from lines[:-1]
            rest = [lines[-1]]
