"""JSON that came from outside, told apart by its shape."""

from typing import Any, cast


def object_of(value: object) -> dict[str, Any] | None:
    """Return a JSON object, None for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def list_of(value: object) -> list[object] | None:
    """Return a JSON list, None for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else None
