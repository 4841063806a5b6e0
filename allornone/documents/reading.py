"""A group file, from its bytes to a group. Whatever is wrong with it is one BadGroupError."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from allornone.documents.complaints import validated_group
from allornone.documents.notations import from_json, from_yaml
from allornone.documents.numbers import Twice
from allornone.documents.shapes import list_of, mapping_of
from allornone.errors import BadGroupError
from allornone.models.group import AtomicGroup

MAX_BYTES = 1 << 20
"""A group of 64 operations takes some 60 kB; what is larger is no group."""

STDIN = "-"


def read_group(path: Path | str, *, group_id: str | None = None) -> AtomicGroup:
    """Read the group in `path`, JSON or YAML by its suffix, or by its first character; `-` is standard input.

    `group_id` replaces the id that the file gives. Numbers keep their digits. Raises BadGroupError, whose
    message has a line per place that is wrong and says what to write there.
    """
    name = "standard input" if str(path) == STDIN else str(path)
    parsed = _parsed(name, _text(name, _bytes(path, name)), Path(path).suffix.lower())
    data = mapping_of(parsed)
    if data is None:
        raise BadGroupError(
            f"{name}: a group must be a mapping with atomic_group_id and operations, was {_kind(parsed)}"
        )
    _refuse_twice(name, data, "")
    return validated_group(data if group_id is None else _renamed(data, group_id), name)


def _bytes(path: Path | str, name: str) -> bytes:
    if str(path) == STDIN:
        return _at_most(sys.stdin.buffer, name)
    try:
        with Path(path).open("rb") as file:
            return _at_most(file, name)
    except OSError as error:
        raise BadGroupError(f"{name}: cannot be read: {error.strerror}; name a JSON or YAML file, or -") from None


def _at_most(file: BinaryIO, name: str) -> bytes:
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise BadGroupError(
            f"{name}: a group file must have at most 1 MiB ({MAX_BYTES} bytes), was larger; "
            "write several groups of at most 64 operations each"
        )
    return content


def _text(name: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadGroupError(f"{name}: must be UTF-8 text, byte {error.start} is not") from None
    if not text.strip():
        raise BadGroupError(f"{name}: is empty; write a mapping with atomic_group_id and operations")
    return text


def _parsed(name: str, text: str, suffix: str) -> object:
    as_json = suffix == ".json" or (suffix not in (".yaml", ".yml") and text.lstrip()[0] in "{[")
    try:
        return from_json(text) if as_json else from_yaml(text)
    except RecursionError:
        raise BadGroupError(f"{name}: is nested too deeply; a group needs no more than five levels") from None
    except ValueError as error:
        raise BadGroupError(f"{name}: {error}") from None


def _kind(data: object) -> str:
    return "a list" if isinstance(data, list) else repr(data)[:60]


def _refuse_twice(name: str, value: object, place: str) -> None:
    if isinstance(value, Twice):
        raise BadGroupError(f"{name}: {place} is written twice; keep one of them")
    for key, part in (mapping_of(value) or {}).items():
        _refuse_twice(name, part, f"{place}.{key}" if place else str(key))
    for index, part in enumerate(list_of(value) or ()):
        _refuse_twice(name, part, f"{place}[{index}]")


def _renamed(data: Mapping[str, Any], group_id: str) -> Mapping[str, Any]:
    """Give the group, and each operation that names its old group, the new id."""
    old, operations = data.get("atomic_group_id"), list_of(data.get("operations"))
    if operations is None:
        return {**data, "atomic_group_id": group_id}
    moved = [_moved(operation, old, group_id) for operation in operations]
    return {**data, "atomic_group_id": group_id, "operations": moved}


def _moved(operation: object, old: object, group_id: str) -> object:
    fields = mapping_of(operation)
    if fields is not None and old is not None and fields.get("atomic_group_id") == old:
        return {**fields, "atomic_group_id": group_id}
    return operation
