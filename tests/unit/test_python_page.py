"""The page for strategy authors: its calls are the classes', its errors are those that a caller meets."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from allornone import ExecutionManager, GroupClient, errors
from allornone.client.listing import Fits

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text("utf-8")
OF_VENUES = {"AllOrNoneError", "RefusedError", "NotSentError", "VenueUnavailableError"}
"""What the page does not list: the base, and what only an adapter raises."""


def section(name: str) -> str:
    return PAGE.split(f"## {name}\n")[1].split("\n## ")[0]


def public(cls: type[Any]) -> list[str]:
    found = [each for name, each in inspect.getmembers(cls, inspect.isroutine) if not name.startswith("_")]
    return sorted(f"{each.__name__}({', '.join(_parameters(each))})" for each in found)


def _parameters(call: Any) -> list[str]:
    return [name for name in inspect.signature(call).parameters if name != "self"]


@pytest.mark.parametrize("cls", [GroupClient, ExecutionManager])
def test_every_call_is_there_with_its_parameters(cls: type[Any]) -> None:
    assert sorted(re.findall(r"^\| `(.+?)` \|", section(cls.__name__), re.MULTILINE)) == public(cls)


def test_every_filter_of_a_list_is_there() -> None:
    assert [name for name in Fits.__annotations__ if f"`{name}=`" not in section("GroupClient")] == []


def test_every_error_that_a_caller_meets_is_there() -> None:
    raised = {name for name, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, Exception)}

    assert set(re.findall(r"^\| `(\w+)` \|", section("Errors"), re.MULTILINE)) == raised - OF_VENUES


def test_the_example_is_python() -> None:
    assert ast.parse(PAGE.split("```python\n")[1].split("```")[0])
