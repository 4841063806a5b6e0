"""The demo's faults, beside those the user may have written: a marked block of `paper-faults.yaml`.

Its rules name operations of one run of the demo, so they meet nobody else's; the user's lines stay as they are.
"""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from allornone.errors import BadGroupError
from allornone.venues.paper.faults import FaultRule, read_faults

FILE = "paper-faults.yaml"
_BLOCK = re.compile(r"\n *# allornone demo (?P<run>\S+) begins\n.*?# allornone demo (?P=run) ends\n", re.DOTALL)
_INDENTS = ("", "  ", "    ")


def add_rules(data_dir: Path, run: str, rules: Sequence[FaultRule]) -> None:
    """Add the rules of one run of the demo.

    Raises BadGroupError when the file cannot be read, or is written so that no line can be added to its list.
    """
    path = data_dir / FILE
    text = path.read_text("utf-8") if path.exists() else ""
    wanted = (*read_faults(text, str(path)), *rules)
    for indent in _INDENTS:
        longer = text + _block(run, rules, indent)
        if _reads_as(longer, wanted):
            _replace(path, longer)
            return
    raise BadGroupError(
        f"{path}: no rule can be added to it; write its rules as a list, one '- ' each, or move it away"
    )


def remove_rules(data_dir: Path) -> None:
    """Remove what every run of the demo added, and the file if nothing else is in it."""
    path = data_dir / FILE
    if not path.exists():
        return
    text = path.read_text("utf-8")
    rest = _BLOCK.sub("", text)
    if rest == text:
        return
    if rest:
        _replace(path, rest)
    else:
        path.unlink()


def _block(run: str, rules: Sequence[FaultRule], indent: str) -> str:
    # JSON is YAML, in one line.
    written = (json.dumps(rule.model_dump(mode="json", exclude_defaults=True)) for rule in rules)
    lines = (f"# allornone demo {run} begins", *(f"- {rule}" for rule in written), f"# allornone demo {run} ends")
    return "\n" + "".join(f"{indent}{line}\n" for line in lines)


def _reads_as(text: str, wanted: tuple[FaultRule, ...]) -> bool:
    try:
        return read_faults(text, FILE) == wanted
    except BadGroupError:
        return False


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(path)
