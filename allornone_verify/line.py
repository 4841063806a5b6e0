"""A line of the event log: JSON, chained to the line before by `prev`, closed by a checksum."""

import hashlib
import re
import zlib

import orjson

from allornone_verify.fields import Fields, fields_of

VERSION = 1
FIRST = "0" * 64
"""What `prev` is in the very first line."""

_CRC = re.compile(rb',"crc":"([0-9a-f]{8})"\}\Z')
_CRC_BYTES = len(',"crc":"00000000"}')


class BadLineError(ValueError):
    """The line is not what was written."""


def parse(raw: bytes) -> Fields:
    """Return the fields of a line. Raises BadLineError when its checksum or its JSON is wrong."""
    found = _CRC.search(raw)
    if found is None:
        raise BadLineError("no checksum at its end: it was cut, glued to another, or is not of this log")
    if int(found[1], 16) != zlib.crc32(b"}", zlib.crc32(raw[:-_CRC_BYTES])):
        raise BadLineError("the checksum does not match: bytes of this line were changed")
    try:
        fields = orjson.loads(raw)
    except ValueError as error:
        raise BadLineError(f"no JSON: {error}") from None
    if not isinstance(fields, dict):
        raise BadLineError("no JSON object")
    return fields_of(fields)


def hash_of(raw: bytes) -> str:
    """Return what the next line carries as `prev`."""
    return hashlib.sha256(raw).hexdigest()
