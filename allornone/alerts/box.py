"""Where alerts wait until they are delivered: one file each, so that none is lost with the worker that made it."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from allornone.alerts.alert import Alert
from allornone.ids import digest

FOLDER = "alerts"
DELIVERED = "delivered"
WAITING, FAILED = ".json", ".failed"
KEPT_S = 30 * 86_400.0
"""How long a delivered alert is remembered: past that nobody records the same thing again."""

_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An alert that nobody was told of, and why."""

    alert: Alert
    why: str


class AlertBox:
    """The folder `alerts` of a data folder. Several workers may share it."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def put(self, alert: Alert) -> bool:
        """Keep an alert until it is delivered; tell whether it is new. Raises OSError where it cannot be kept."""
        self._make_folders()
        if self._delivered(alert).exists() or self._path(alert, WAITING).exists():
            return False
        part = self._path(alert, f".part-{os.getpid()}")
        with part.open("w", encoding="utf-8") as file:
            file.write(alert.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path(alert, WAITING))
        return True

    def settle(self, alert: Alert, why: str | None) -> None:
        """Remember that it was delivered, or `why` it was not, where an operator sees it. Raises OSError."""
        self._make_folders()
        if why is not None:
            self._path(alert, FAILED).write_text(why + "\n", encoding="utf-8")
            return
        self._path(alert, FAILED).unlink(missing_ok=True)
        # Another worker may have taken it over, and delivered it too.
        with suppress(FileNotFoundError):
            self._path(alert, WAITING).replace(self._delivered(alert))

    def waiting(self, older_s: float) -> Iterator[Alert]:
        """Yield the alerts that were made longer ago than `older_s`, and neither delivered nor given up."""
        for path in self._files(WAITING):
            if _age_s(path) >= older_s and not path.with_suffix(FAILED).exists():
                yield from _read(path)

    def undelivered(self) -> Iterator[Undelivered]:
        """Yield the alerts that were given up, oldest first."""
        for path in self._files(FAILED):
            for alert in _read(path.with_suffix(WAITING)):
                yield Undelivered(alert, path.read_text(encoding="utf-8").strip())

    def begin_anew(self) -> None:
        """Let what was given up be tried again, and forget what was delivered long ago: done as a worker starts."""
        for path in self._files(FAILED):
            path.unlink(missing_ok=True)
        for path in (self.folder / DELIVERED).glob("*"):
            if _age_s(path) > KEPT_S:
                path.unlink(missing_ok=True)

    def _files(self, suffix: str) -> list[Path]:
        return sorted(self.folder.glob(f"*{suffix}"), key=_age_s, reverse=True)

    def _make_folders(self) -> None:
        (self.folder / DELIVERED).mkdir(parents=True, exist_ok=True)

    def _delivered(self, alert: Alert) -> Path:
        return self.folder / DELIVERED / self._path(alert, WAITING).name

    def _path(self, alert: Alert, suffix: str) -> Path:
        name = alert.event_id if _NAME.fullmatch(alert.event_id) else digest(["alert", alert.event_id])[:32]
        return self.folder / (name + suffix)


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # another worker delivered it meanwhile
        return 0.0


def _read(path: Path) -> Iterator[Alert]:
    try:
        yield Alert.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return
