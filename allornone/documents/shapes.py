"""What a parsed file may hold at a place, told apart."""

from collections.abc import Mapping, Sequence
from typing import Any, cast


def mapping_of(value: object) -> Mapping[str, Any] | None:
    """Return `value` if it is a mapping, else None."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else None


def list_of(value: object) -> Sequence[Any] | None:
    """Return `value` if it is a list, else None."""
    return cast("Sequence[Any]", value) if isinstance(value, list | tuple) else None
