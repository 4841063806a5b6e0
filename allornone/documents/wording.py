"""One sentence per kind of mistake: what was found and what to write instead."""

import difflib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, get_args

from pydantic import BaseModel

from allornone.documents.shapes import mapping_of
from allornone.models.details import OperationDetails
from allornone.models.group import GroupPolicy
from allornone.models.operation import GivenInverse, OperationCommand, Tolerance

_ID = "letters, digits, dots, dashes or underscores, starting with a letter or a digit"
_SHAPES = {
    "atomic_group_id": "1 to 100 letters, digits or . _ : @ -, starting with a letter or a digit",
    "operation_id": f"1 to 64 {_ID}",
    "source_venue": "a venue in lower case such as 'binance' or 'binance.usdm'",
    "target_venue": "a venue in lower case such as 'binance' or 'binance.usdm'",
    "source_token": "a token such as 'ETH'",
    "target_token": "a token such as 'ETH'",
    "pair": "a pair such as 'ETH/USDT'",
    "client_ref": "the 32 hex characters that `status` shows",
}
_EXAMPLES = {
    "expected_deltas": "write the changes it should make, such as {'binance:ETH': '-1'}",
    "operation_details": "write what the operation needs, such as {'amount': '1'}",
    "operations": "write a list of operations",
    "atomic_group_id": "write an id of your own",
    "amount": "write an amount such as '1.5'",
}
_WITHIN: dict[str, type[BaseModel]] = {
    "operations": OperationCommand,
    "policy": GroupPolicy,
    "tolerance": Tolerance,
    "rollback": GivenInverse,
}
_DETAILS = {
    model.model_fields["operation_type"].default.value: model for model in get_args(get_args(OperationDetails)[0])
}
_LIKELY = 0.6
"""difflib's own default: `venu` is near `venue`, `foo` is near nothing."""


def worded(error: Any, data: object, place: str, model: type[BaseModel]) -> str:
    """Say what is wrong at `place` of `data`, which was meant to be a `model`."""
    name = re.split(r"[.\[]", place)[-1].rstrip("]")
    if error["type"] == "missing":
        return f"is missing; {_EXAMPLES.get(name, 'add it')}"
    if error["type"] == "extra_forbidden":
        return _unknown_field(data, place, model)
    say = _SENTENCES.get(error["type"], _plain)
    return say(error, name)


def _was(error: Any) -> str:
    value = error["input"]
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value) if isinstance(value, Decimal) else getattr(value, "text", None) or repr(value)
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004 (a line of a terminal)


def _plain(error: Any, _name: str) -> str:
    what = str(error["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    return f"must be {what[:1].lower()}{what[1:]}, was {_was(error)}"


def _said(error: Any, _name: str) -> str:
    """A validator of our own speaks in whole sentences already."""
    return f"is wrong: {error['ctx']['error']}"


def _must(what: str) -> Callable[[Any, str], str]:
    return lambda error, _name: f"must be {what}, was {_was(error)}"


def _shaped(error: Any, name: str) -> str:
    shape = _SHAPES.get(name) or f"text of the form {error['ctx'].get('pattern', '')}"
    return f"must be {shape}, was {_was(error)}"


def _amount(error: Any, _name: str) -> str:
    return f"must be an amount of at most 38 digits, 18 of them after the point, was {_was(error)}"


def _bounded(sign: str, key: str) -> Callable[[Any, str], str]:
    return lambda error, _name: f"must be {sign} {error['ctx'][key]}, was {_was(error)}"


def _choice(error: Any, _name: str) -> str:
    expected = str(error["ctx"]["expected"])
    near = _near(str(error["input"]).lower(), re.findall(r"'([^']+)'", expected))
    return f"must be one of {expected}, was {_was(error)}{_meant(near)}"


def _tag(error: Any, _name: str) -> str:
    found = str(error["ctx"]["tag"])
    near = _near(found, list(_DETAILS))
    return f"have the operation_type {found!r}, which must be one of {', '.join(_DETAILS)}{_meant(near)}"


def _too_long(error: Any, name: str) -> str:
    context = error["ctx"]
    if name == "operations":
        return f"must hold at most {context['max_length']} operations; split the group"
    return f"must have at most {context['max_length']} characters or entries"


def _too_short(_error: Any, name: str) -> str:
    return f"must not be empty; {_EXAMPLES.get(name, 'write a value')}"


_TIME = _must("a time with its offset, such as '2026-01-31T12:00:00Z'")
_SENTENCES: dict[str, Callable[[Any, str], str]] = {
    "value_error": _said,
    "string_pattern_mismatch": _shaped,
    "string_type": _must("text in quotes"),
    "int_type": _must("a whole number, without quotes"),
    "int_parsing": _must("a whole number"),
    "bool_type": _must("true or false, without quotes"),
    "dict_type": _must("a mapping"),
    "model_type": _must("a mapping"),
    "model_attributes_type": _must("a mapping"),
    "tuple_type": _must("a list"),
    "list_type": _must("a list"),
    "finite_number": _must("a finite amount of at most 38 digits"),
    "decimal_type": _must("an amount such as '1.5'"),
    "decimal_parsing": _must("an amount such as '1.5'"),
    "decimal_max_digits": _amount,
    "decimal_max_places": _amount,
    "decimal_whole_digits": _amount,
    "enum": _choice,
    "literal_error": _choice,
    "union_tag_invalid": _tag,
    "greater_than": _bounded("greater than", "gt"),
    "greater_than_equal": _bounded("at least", "ge"),
    "less_than": _bounded("less than", "lt"),
    "less_than_equal": _bounded("at most", "le"),
    "too_short": _too_short,
    "string_too_short": _too_short,
    "too_long": _too_long,
    "string_too_long": _too_long,
    "timezone_aware": _TIME,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
}


def _unknown_field(data: object, place: str, model: type[BaseModel]) -> str:
    name, fields = place.rpartition(".")[2], _fields(data, place, model)
    missing = [field for field in fields if field not in _at(data, place.rpartition(".")[0])]
    near = _near(name, missing) or _near(name, list(fields))
    return f"is no field{_meant(near) or '; the fields are ' + ', '.join(fields)}"


def _near(word: str, words: list[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word, words, n=1, cutoff=_LIKELY)), None)


def _meant(near: str | None) -> str:
    return f"; did you mean {near!r}?" if near else ""


def _fields(data: object, place: str, model: type[BaseModel]) -> tuple[str, ...]:
    parent = place.rpartition(".")[0]
    container = re.sub(r"\[\d+\]$", "", parent).rpartition(".")[2]
    if container == "operation_details":
        kind = str(_at(data, parent.rpartition(".")[0]).get("operation_type", "")).lower()
        return tuple(_DETAILS[kind].model_fields) if kind in _DETAILS else ()
    return tuple(_WITHIN.get(container, model).model_fields)


def _at(data: object, place: str) -> Mapping[str, Any]:
    """Return the mapping at `place`, an empty one where there is none."""
    here: Any = data
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", place):
        try:
            here = here[name] if name else here[int(index)]
        except (KeyError, IndexError, TypeError):
            return {}
    return mapping_of(here) or {}
