"""JSON objects as they were read: nothing in them is believed yet."""

from typing import Any, cast

Fields = dict[str, Any]


def fields_of(value: Any) -> Fields:
    """Return `value` where it is an object, an empty one where it is none."""
    return cast("Fields", value) if isinstance(value, dict) else {}
