"""Planted bugs: each mutant of `mutants.yaml` is put into a copy of the tree, where its check must fail."""

import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).with_name("mutants.yaml")
COPIED = ("allornone", "activities", "workflows", "worker", "tests", "pyproject.toml")
CHECK_TIMEOUT_S = 300
FAILED, PASSED = 1, 0
"""What pytest exits with. Anything else is a check that was never made."""

Outcome = Literal["caught", "missed", "does not apply", "no check"]


class Mutant(BaseModel):
    """One bug: `old` stands once in `file`, and `new` takes its place; `check` is a test that must then fail."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    file: str
    old: str
    new: str
    check: str
    breaks: str
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Planted:
    """What came of one mutant."""

    mutant: Mutant
    outcome: Outcome
    seconds: float
    note: str = ""


def mutants() -> tuple[Mutant, ...]:
    """Return every mutant of the file."""
    return tuple(Mutant.model_validate(each) for each in yaml.safe_load(DATA.read_text("utf-8")))


@contextmanager
def copied() -> Generator[Path]:
    """Give a copy of what the checks need, in a folder of its own."""
    with TemporaryDirectory(prefix="planted-") as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
            else:
                shutil.copy2(source, copy / name)
        yield copy


def passes(copy: Path, *checks: str) -> int:
    """Run checks in a copy, and return what pytest exits with."""
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *checks]
    done = subprocess.run(command, cwd=copy, capture_output=True, timeout=CHECK_TIMEOUT_S, check=False)
    return done.returncode


def plant(copy: Path, mutant: Mutant) -> Planted:
    """Put a mutant in, run its check, and put the text back."""
    began, path = time.monotonic(), copy / mutant.file
    text = path.read_text("utf-8")
    if text.count(mutant.old) != 1:
        return Planted(mutant, "does not apply", 0.0, f"its text stands {text.count(mutant.old)} times in the file")
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    try:
        code = passes(copy, mutant.check)
    except subprocess.TimeoutExpired:
        # It hangs with the bug and does not without: that is a failure.
        code = FAILED
    finally:
        path.write_text(text, "utf-8")
    outcome: Outcome = "caught" if code == FAILED else "missed" if code == PASSED else "no check"
    return Planted(mutant, outcome, time.monotonic() - began, "" if code in (FAILED, PASSED) else f"pytest: {code}")


def run(wanted: tuple[Mutant, ...], processes: int = 1) -> Iterator[Planted]:
    """Plant each mutant, `processes` at a time. Without any the checks must pass: raises RuntimeError where not."""
    copies: SimpleQueue[Path] = SimpleQueue()

    def planted(mutant: Mutant) -> Planted:
        copy = copies.get()
        try:
            return plant(copy, mutant)
        finally:
            copies.put(copy)

    with copied() as first, copied() as second, ThreadPoolExecutor(processes) as pool:
        checks = sorted({mutant.check for mutant in wanted})
        if passes(first, *checks) != PASSED:
            raise RuntimeError(f"without any mutant the checks do not pass: {' '.join(checks)}")
        for copy in (first, second)[:processes]:
            copies.put(copy)
        yield from pool.map(planted, wanted)
