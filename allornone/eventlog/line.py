"""The format of a line: JSON, chained to the line before and closed by a checksum.

`prev` is the SHA-256 of the line before in the same file, without its newline, in hex; 64 zeros in
the first line. `crc` is the last member: eight hex digits of the CRC-32 of the line without that member.
"""

import hashlib
import re
import zlib
from typing import Any

import orjson

VERSION = 1

FIRST = "0" * 64
"""What `prev` is in the first line of a file."""

Fields = dict[str, Any]

_CRC = re.compile(rb',"crc":"([0-9a-f]{8})"\}\Z')
_CRC_BYTES = len(',"crc":"00000000"}')


class BadLineError(ValueError):
    """The line is not what was written."""


def encode(fields: Fields, prev: str) -> bytes:
    """Return the line of `fields` that follows the line whose hash is `prev`, without a newline."""
    body = orjson.dumps({"v": VERSION, **fields, "prev": prev})
    return b'%s,"crc":"%08x"}' % (body[:-1], zlib.crc32(body))


def decode(line: bytes, prev: str) -> Fields:
    """Return the fields of `line`.

    Raises BadLineError when the checksum is wrong, `prev` is not the hash before, or the version is unknown.
    """
    check_sum(line)
    fields: Fields = orjson.loads(line)
    if fields.get("v") != VERSION:
        raise BadLineError(f"version was {fields.get('v')!r}, this release reads {VERSION}")
    if fields["prev"] != prev:
        raise BadLineError("the hash of the line before does not match: a line was changed, lost or inserted")
    return unwrapped(fields)


def check_sum(line: bytes) -> None:
    """Raise BadLineError unless `line` ends with its own checksum."""
    found = _CRC.search(line)
    if found is None:
        raise BadLineError("no checksum at its end")
    if int(found[1], 16) != zlib.crc32(b"}", zlib.crc32(line[:-_CRC_BYTES])):
        raise BadLineError("the checksum does not match: bytes of this line were changed")


def unwrapped(fields: Fields) -> Fields:
    """Return `fields` without what the format adds."""
    bare = fields.copy()
    for name in ("v", "prev", "crc"):
        bare.pop(name, None)
    return bare


def line_hash(line: bytes) -> str:
    """Return what the next line carries as `prev`."""
    return hashlib.sha256(line).hexdigest()
