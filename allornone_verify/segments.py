"""The log's files as they are at one moment: closed segments in order, then the one that is written."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from allornone_verify.records import FILES

CHUNK_BYTES = 1 << 20
TRIES = 100


@dataclass(frozen=True, slots=True)
class Segment:
    """One open file, read up to `size` and no further; `family` says which of the four it belongs to."""

    family: str
    name: str
    descriptor: int
    inode: int
    size: int

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield each full line with its offset, without its newline; `tail` has what is behind the last."""
        offset, rest = 0, b""
        while offset < self.size:
            chunk = os.pread(self.descriptor, min(CHUNK_BYTES, self.size - offset), offset)
            if not chunk:
                return
            begin = offset - len(rest)
            offset += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield begin, line
                begin += len(line) + 1

    def since(self, size: int) -> Iterator[bytes]:
        """Yield each full line that came after the file had `size` bytes."""
        if size < self.size:
            yield from self.read(size, self.size - size).split(b"\n")[:-1]

    def tail(self) -> int:
        """Return how many bytes lie behind the last newline."""
        back = 0
        while back < self.size:
            begin = max(self.size - back - CHUNK_BYTES, 0)
            found = os.pread(self.descriptor, self.size - back - begin, begin).rfind(b"\n")
            if found >= 0:
                return self.size - (begin + found + 1)
            back = self.size - begin
        return self.size

    def read(self, offset: int, length: int) -> bytes:
        """Return a line that was found before."""
        return os.pread(self.descriptor, length, offset)


def sizes(folder: Path) -> dict[int, int]:
    """Return the size of every file of the log, by inode, at one moment: when none changed meanwhile."""
    found = _stat(folder)
    for _ in range(TRIES):
        before, found = found, _stat(folder)
        if before == found:
            break
    return {inode: size for _, inode, size in found}


def snapshot(folder: Path) -> list[Segment]:
    """Open every file of the log as of one moment. Whoever calls it closes them."""
    opened: list[Segment] = []
    for _ in range(TRIES):
        close(opened)
        before, opened = _stat(folder), list(_opened(folder))
        if _stat(folder) == before and [(each.name, each.inode) for each in opened] == [each[:2] for each in before]:
            break
    return opened


def close(segments: list[Segment]) -> None:
    """Close the files."""
    for each in segments:
        os.close(each.descriptor)


def _opened(folder: Path) -> Iterator[Segment]:
    for family, name in _paths(folder):
        try:
            descriptor = os.open(folder / name, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        status = os.fstat(descriptor)
        yield Segment(family, name, descriptor, status.st_ino, status.st_size)


def _stat(folder: Path) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    for _, name in _paths(folder):
        try:
            status = (folder / name).stat()
        except FileNotFoundError:
            # Just rotated away: the next look finds it under its new name.
            continue
        found.append((name, status.st_ino, status.st_size))
    return found


def _paths(folder: Path) -> list[tuple[str, str]]:
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    found: list[tuple[str, str]] = []
    for family in FILES:
        closed = re.compile(rf"{family}\.(\d+)\.jsonl")
        numbered = sorted((int(match[1]), name) for name in names if (match := closed.fullmatch(name)))
        found += [(family, name) for _, name in numbered]
        found += [(family, name) for name in names if name == f"{family}.jsonl"]
    return found
