"""What an answer lacks of a typed model, and has beyond it: the SDK takes either, since all its fields are optional."""

from collections.abc import Iterator
from typing import Any

_EXTRA: str = "additional_properties"


def lacking(model: Any) -> set[str]:
    """Return the declared fields that came with no value, by path; every row of a list counts."""
    return {path for path, value in _declared(model, "") if value is None}


def beyond(model: Any) -> set[str]:
    """Return the fields that came and that the model does not declare, by path."""
    return {f"{path}{name}" for path, each in _models(model, "") for name in each.additional_properties}


def has_rows(model: Any) -> bool:
    """Tell whether there was a typed model to look at: an empty list, or a bare dictionary, says nothing."""
    return next(_models(model, ""), None) is not None


def _models(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every model in `value` with the path before its fields."""
    if value.__class__ is list:
        for row in value:
            yield from _models(row, path)
    elif hasattr(value, "actual_instance"):
        yield from _models(value.actual_instance, path)
    elif fields := _fields(value):
        yield path, value
        for name, alias in fields.items():
            yield from _models(getattr(value, name), f"{path}{alias}.")


def _declared(model: Any, start: str) -> Iterator[tuple[str, Any]]:
    for path, each in _models(model, start):
        for name, alias in _fields(each).items():
            yield f"{path}{alias}", getattr(each, name)


def _fields(model: Any) -> dict[str, str]:
    """Return the declared fields of a model, each with its name on the wire; none where it is no model."""
    declared: dict[str, Any] = getattr(model.__class__, "model_fields", {})
    return {name: str(field.alias or name) for name, field in declared.items() if name != _EXTRA}
