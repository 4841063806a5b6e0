"""What pydantic found wrong, said to whoever writes the group: the place, what was there, what to write."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from allornone.documents.shapes import list_of, mapping_of
from allornone.documents.wording import worded
from allornone.errors import BadGroupError
from allornone.models.group import AtomicGroup

MAX_PLACES = 10
"""A file of the wrong kind is wrong everywhere; ten places tell that as well as a thousand."""

Place = tuple[int | str, ...]


def validated_group(data: Mapping[str, Any], name: str = "group") -> AtomicGroup:
    """Build the group that `data` describes. Raises BadGroupError with a line per wrong place."""
    try:
        return AtomicGroup.model_validate(data)
    except ValidationError as error:
        raise BadGroupError(complaint(error, data, AtomicGroup, name)) from None


def complaint(error: ValidationError, data: object, model: type[BaseModel], name: str) -> str:
    """Return `error` as text: a head with `name`, then one line per place, ten at most."""
    found = error.errors(include_url=False)
    told = [(spot(data, one["loc"]), one) for one in found if not _echo(one, found)]
    lines = [_line(place, one, data, model) for place, one in _ordered(told)]
    if len(lines) == 1:
        return f"{name}: {lines[0]}"
    more = [f"and {len(lines) - MAX_PLACES} more"] if len(lines) > MAX_PLACES else []
    return "\n  ".join([f"{name}: wrong in {len(lines)} places", *lines[:MAX_PLACES], *more])


def _line(place: str, one: Any, data: object, model: type[BaseModel]) -> str:
    if not place and one["type"] == "value_error":
        return str(one["ctx"]["error"])
    return f"{place or 'it'} {worded(one, data, place, model)}"


def _ordered(told: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Keep the first of several complaints about one place: a union complains once per member."""
    first: dict[str, Any] = {}
    for place, one in told:
        first.setdefault(place, one)
    return list(first.items())


def spot(data: object, loc: Place) -> str:
    """Write `loc` as a path into `data`: `operations[0].operation_details.amount`.

    pydantic puts the names of union members and key markers into its places; a reader of the file has not
    written them.
    """
    path, here = "", data
    for position, step in enumerate(loc):
        fields, entries = mapping_of(here), list_of(here)
        if isinstance(step, int):
            path += f"[{step}]"
            here = entries[step] if entries is not None and step < len(entries) else None
            continue
        known = fields is not None and step in fields
        if not known and (position < len(loc) - 1 or fields is None or step == "[key]"):
            continue
        path += f".{step}" if path else step
        here = fields[step] if fields is not None and known else None
    return path


def _echo(one: Any, found: Sequence[Any]) -> bool:
    """Tell whether `one` only repeats another complaint.

    So do the details of an operation whose type is wrong itself, a list that is empty because its entries
    are wrong, and the branches of `rollback` that were not meant.
    """
    loc: Place = one["loc"]
    if one["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return any(other["loc"] == (*loc[:-1], "operation_type") for other in found)
    if one["type"] == "too_short":
        return any(len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in found)
    if one["type"] == "literal_error" and str(loc[-1]).startswith("literal["):
        return isinstance(one["input"], Mapping)
    if one["type"] == "model_type" and loc[-1] == "GivenInverse":
        return isinstance(one["input"], str)
    return False
