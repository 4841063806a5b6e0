"""What an answer lacks of a typed model, and has beyond it: the SDK takes either, since all its fields are optional."""

from collections.abc import Iterator
from typing import Any

_EXTRA = "additional_properties"


def lacking(model: Any) -> set[str]:
    """Return the declared fields that came with no value, by path; every row of a list counts."""
    return {path for path, value in _declared(model, "") if value is None}


def beyond(model: Any) -> set[str]:
    """Return the fields that came and that the model does not declare, by path."""
    return {f"{path}{name}" for path, value in _models(model, "") for name in getattr(value, _EXTRA, None) or {}}


def has_rows(model: Any) -> bool:
    """Tell whether there was a typed model to look at: an empty list, or a bare dictionary, says nothing."""
    return next(_models(model, ""), None) is not None


def _models(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every model in `value` with the path before its fields."""
    if isinstance(value, list):
        rows: list[Any] = value
        for row in rows:
            yield from _models(row, path)
    elif hasattr(value, "actual_instance"):
        yield from _models(value.actual_instance, path)
    elif hasattr(type(value), "model_fields"):
        yield path, value
        for name, field in type(value).model_fields.items():
            if name != _EXTRA:
                yield from _models(getattr(value, name), f"{path}{field.alias or name}.")


def _declared(model: Any, start: str) -> Iterator[tuple[str, Any]]:
    for path, each in _models(model, start):
        for name, field in type(each).model_fields.items():
            if name != _EXTRA:
                yield f"{path}{field.alias or name}", getattr(each, name)
