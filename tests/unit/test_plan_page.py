"""The page about the plan: its example is read, and its tables are the models' fields, with their defaults."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from allornone.documents import read_group
from allornone.models.group import MAX_OPERATIONS, AtomicGroup, GroupPolicy
from allornone.models.operation import OperationCommand, Tolerance

PAGE = (Path(__file__).parents[2] / "docs" / "plan.md").read_text("utf-8")
TABLES: dict[str, type[BaseModel]] = {
    "Group": AtomicGroup,
    "Policy": GroupPolicy,
    "Operation": OperationCommand,
    "Tolerance": Tolerance,
}
WORDED = {"deadline": None, "policy": GroupPolicy(), "atomic_group_id": None, "sequence_in_group": None}
"""Defaults that the page tells in words."""


def rows(section: str) -> dict[str, str]:
    body = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", body, re.MULTILINE))


def said(default: Any) -> str:
    if default is None:
        return "none"
    return {True: "`true`", False: "`false`"}[default] if isinstance(default, bool) else f"`{_quoted(default)}`"


def _quoted(default: Any) -> str:
    return f'"{default}"' if isinstance(default, str) else str(default)


@pytest.mark.parametrize("section", list(TABLES))
def test_every_field_is_there_and_no_other(section: str) -> None:
    assert list(rows(section)) == list(TABLES[section].model_fields)


@pytest.mark.parametrize("section", list(TABLES))
def test_every_default_is_the_models(section: str) -> None:
    for name, field in TABLES[section].model_fields.items():
        default = field.get_default(call_default_factory=True)
        told = rows(section)[name]
        if default is PydanticUndefined:
            assert told == "required", name
        elif name in WORDED:
            assert default == WORDED[name], name
        else:
            assert told == said(default), name


def test_the_example_is_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PAGE.split("```yaml\n")[1].split("```")[0])

    assert read_group(path).policy.forward_retries == 2


def test_the_bound_of_a_plan_is_told() -> None:
    assert f"1 to {MAX_OPERATIONS}, in the order" in PAGE
