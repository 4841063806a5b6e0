"""The closed segments of a file: `deltas.000001.jsonl`, `deltas.000002.jsonl`, and then `deltas.jsonl`, which grows."""

import os
import re
from pathlib import Path

from allornone.eventlog.cursor import Cursor
from allornone.eventlog.damage import DamagedLogError
from allornone.eventlog.layout import MODELS
from allornone.eventlog.line import FIRST, line_hash

ROTATE_BYTES = 256 << 20
"""The size at which a file is closed, unless a setting says otherwise."""

_CLOSED = re.compile(r"(?P<stem>\w+)\.(?P<number>\d{6,})\.jsonl")


def segment_name(file: str, number: int) -> str:
    """Return the name under which the `number`-th segment of `file` is closed; the first is 1."""
    return f"{file.removesuffix('.jsonl')}.{number:06}.jsonl"


def closed_segments(folder: Path) -> dict[str, int]:
    """Return how many closed segments each file has. Raises DamagedLogError when one between them is missing."""
    numbers: dict[str, list[int]] = {file: [] for file in MODELS}
    for name in os.listdir(folder):  # noqa: PTH208 (called at every look of a reader)
        found = _CLOSED.fullmatch(name)
        if found and f"{found['stem']}.jsonl" in numbers:
            numbers[f"{found['stem']}.jsonl"].append(int(found["number"]))
    for file, there in numbers.items():
        missing = set(range(1, len(there) + 1)) - set(there)
        if missing:
            raise DamagedLogError(segment_name(file, min(missing)), 0, "the segment is missing")
    return {file: len(there) for file, there in numbers.items()}


def open_segment(folder: Path, file: str, number: int) -> tuple[int, str]:
    """Open a segment for reading, whether it is closed or still grows; return the descriptor and the file's name.

    Raises FileNotFoundError when it is neither. Safe beside a rotation, if the segment was there before the call.
    """
    closed = segment_name(file, number)
    for name in (closed, file):
        try:
            descriptor = os.open(folder / name, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        if name == closed or not (folder / closed).exists():
            return descriptor, name
        # It was closed between the two looks, and what was opened is a later one.
        os.close(descriptor)
    return os.open(folder / closed, os.O_RDONLY | os.O_CLOEXEC), closed


def stands(folder: Path, file: str, cursor: Cursor) -> bool:
    """Return whether the line behind which `cursor` stands is still there: by the chain, all before it was, once."""
    if cursor.offset == 0 and cursor.segment == 1:
        return cursor.prev == FIRST
    number = cursor.segment if cursor.offset else cursor.segment - 1
    try:
        descriptor, _ = open_segment(folder, file, number)
    except FileNotFoundError:
        return False
    try:
        line = _line_before(descriptor, cursor.offset or os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)
    return line.endswith(b"\n") and line_hash(line[:-1]) == cursor.prev


def _line_before(descriptor: int, end: int) -> bytes:
    """Return what lies between the last newline before the one at `end` and `end`; less where the file ends before."""
    size = 4096
    while True:
        begin = max(0, end - size)
        found = os.pread(descriptor, end - begin, begin)
        _, newline, line = found[:-1].rpartition(b"\n")
        if newline or begin == 0 or len(found) < end - begin:
            return line + found[-1:]
        size *= 16
