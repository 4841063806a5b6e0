"""The format of a line, byte by byte."""

import hashlib
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allornone.eventlog.line import FIRST, BadLineError, decode, encode, line_hash

LINE = encode({"event_id": "e1", "seq": 1}, FIRST)


def test_a_line_is_its_fields_the_version_the_chain_and_the_checksum() -> None:
    body = b'{"v":1,"event_id":"e1","seq":1,"prev":"%s"}' % (b"0" * 64)

    assert body[:-1] + b',"crc":"%08x"}' % zlib.crc32(body) == LINE
    assert json.loads(LINE)["seq"] == 1


def test_the_hash_is_that_of_the_bytes_without_the_newline() -> None:
    assert line_hash(LINE) == hashlib.sha256(LINE).hexdigest()


def test_a_line_reads_back_as_its_fields() -> None:
    assert decode(LINE, FIRST) == {"event_id": "e1", "seq": 1}


def test_a_line_behind_another_line_is_refused() -> None:
    with pytest.raises(BadLineError, match="the hash of the line before does not match"):
        decode(LINE, "1" * 64)


def test_a_line_of_a_newer_version_is_refused() -> None:
    body = b'{"v":2,"prev":"%s"}' % (b"0" * 64)

    with pytest.raises(BadLineError, match="version was 2, this release reads 1"):
        decode(body[:-1] + b',"crc":"%08x"}' % zlib.crc32(body), FIRST)


@given(st.integers(0, len(LINE) - 1), st.integers(1, 255))
def test_no_changed_byte_is_believed(place: int, flip: int) -> None:
    changed = LINE[:place] + bytes([LINE[place] ^ flip]) + LINE[place + 1 :]

    with pytest.raises(BadLineError):
        decode(changed, FIRST)


@given(st.integers(0, len(LINE) - 1))
def test_no_cut_line_is_believed(length: int) -> None:
    with pytest.raises(BadLineError):
        decode(LINE[:length], FIRST)
