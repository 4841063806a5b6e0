"""The code that decides: what a part of the campaign has loaded of the house and of its world, told by a short hash.

A verdict says something about that code and no other. What is not loaded (the commands, an adapter of another venue)
may change, and so may comments, docstrings and the lines that things stand on.
"""

import ast
import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

Part = Literal["A", "B", "C", "D", "E"]

ROOT = Path(__file__).parents[2]
HOUSE = ("allornone", "activities", "workflows", "worker")
_VIRTUAL = ("tests.campaign.schedules", "tests.campaign.space", "tests.campaign.repeat", "tests.campaign.rules")
_REAL = ("tests.campaign.rig.worker",)
ENTRIES: dict[Part, tuple[str, ...]] = {"A": _VIRTUAL, "B": _REAL, "C": _REAL, "D": _VIRTUAL, "E": _VIRTUAL + _REAL}
"""What each part runs the house by."""
_OF_THE_CAMPAIGN = tuple(f"tests.campaign.{name}" for name in ("virtual", "schedules", "varieties", "random_plans"))
_WORLD = (*_OF_THE_CAMPAIGN, "tests.unit.core.plans")
WORLDS: dict[Part, tuple[str, ...]] = {"A": _WORLD, "B": (), "C": (), "D": _WORLD, "E": ()}
"""The world that a part plays in: in another one the same seed has another verdict."""
_TELL = """
import importlib, sys
for name in sys.argv[1].split(","):
    importlib.import_module(name)
for name, module in sorted(sys.modules.items()):
    is_ours = any((name + ".").startswith(each + ".") for each in sys.argv[2].split(","))
    if is_ours and getattr(module, "__file__", None):
        print(module.__file__)
"""


def code_of(part: Part) -> str:
    """Return the hash of the code that decides in a part. Takes a second or two: a process loads it."""
    return hash_of(deciding(part))


def deciding(part: Part) -> list[Path]:
    """Return the files that a part loads of the house and of its world, in order."""
    command = [sys.executable, "-c", _TELL, ",".join(ENTRIES[part]), ",".join(HOUSE + WORLDS[part])]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [Path(line).relative_to(ROOT) for line in told.stdout.splitlines()]


def hash_of(files: Iterable[Path], root: Path = ROOT) -> str:
    """Return a short hash over what files do, whatever they say beside it."""
    found = hashlib.sha256()
    for path in files:
        found.update(path.as_posix().encode() + b"\0" + _gist((root / path).read_text("utf-8")).encode() + b"\0")
    return found.hexdigest()[:12]


def _gist(source: str) -> str:
    """Return a program without its comments, docstrings and lines."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not _is_said(each)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_said(node: ast.stmt) -> bool:
    """Tell whether a statement is text and nothing else."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
