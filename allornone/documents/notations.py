"""JSON and YAML, read alike: the same text has the same value in both.

YAML is read by the rules of JSON: `true`, `false`, `null` and decimal numbers, everything else is text. The
older rules make a date of `2026-01-01`, false of `no` and a base-60 number of `1:30`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from allornone.documents.numbers import mapping, number

_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser where PyYAML has it: 1 MiB in a second instead of ten."""

MAX_DEPTH = 100
"""Levels of a YAML document. A group has five, its metadata may have some more."""


def from_json(text: str) -> object:
    """Read JSON. Raises ValueError with line and column, RecursionError where it is nested too deeply.

    NaN and Infinity stay text: the amount that they stand for refuses them, with its place.
    """
    try:
        return json.loads(text, parse_float=number, parse_int=number, parse_constant=str, object_pairs_hook=mapping)
    except json.JSONDecodeError as error:
        raise ValueError(f"broken JSON at line {error.lineno}, column {error.colno}: {error.msg.lower()}") from None


def from_yaml(text: str) -> object:
    """Read one YAML document. Raises ValueError with line and column, RecursionError as `from_json` does.

    From the parser's events, because its composer in C overruns the stack on deep nesting.
    """
    try:
        return _document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise ValueError(f"broken YAML{_at(error.problem_mark or error.context_mark)}: {what}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"YAML: {str(error).splitlines()[0]}") from None


def _at(mark: Any) -> str:
    return f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""


def _document(events: Iterator[Any]) -> object:
    """Build the value of the first document. A second one is refused."""
    value: object = None
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        elif isinstance(event, yaml.NodeEvent) and documents == 1:
            value = _value(event, events, 0)
    if documents > 1:
        raise yaml.YAMLError("more than one YAML document; write each group into a file of its own")
    return value


def _value(event: Any, events: Iterator[Any], depth: int) -> object:
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(event, yaml.AliasEvent):
        raise yaml.YAMLError(f"an alias{_at(event.start_mark)}; write the value out where it is used")
    if event.tag is not None:
        raise yaml.YAMLError(f"the tag {event.tag!r}{_at(event.start_mark)}; leave tags out")
    if isinstance(event, yaml.MappingStartEvent):
        return mapping(list(_pairs(events, depth + 1)))
    if isinstance(event, yaml.SequenceStartEvent):
        return [_value(part, events, depth + 1) for part in _until(events, yaml.SequenceEndEvent)]
    return _scalar(event)


def _until(events: Iterator[Any], end: type[yaml.Event]) -> Iterator[Any]:
    for event in events:
        if isinstance(event, end):
            return
        yield event


def _pairs(events: Iterator[Any], depth: int) -> Iterator[tuple[str, object]]:
    for key in _until(events, yaml.MappingEndEvent):
        if not isinstance(key, yaml.ScalarEvent):
            raise yaml.YAMLError(f"a key{_at(key.start_mark)} must be text; is a quote or a colon missing?")
        yield str(key.value), _value(next(events), events, depth)


def _scalar(event: Any) -> object:
    text = str(event.value)
    if event.style:  # quoted, or a block
        return text
    if text in _WORDS:
        return _WORDS[text]
    return number(text) if _NUMBER.fullmatch(text) else text
