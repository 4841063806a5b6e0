"""What a worker of the campaign is told: one line of JSON, from the rig to the zygote that forks it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """One worker. `points` are those it reports, `*` for all of them; times are seconds.

    `send_s` is each activity's start-to-close, `window_s` how long a request may be taken by its venue after the
    intent: both far shorter than in production, so that what a fault costs is seconds.
    """

    name: str
    target: str
    task_queue: str
    folder: str
    venues_url: str
    control: str
    points: tuple[str, ...]
    send_s: float = 2.0
    window_s: float = 2.0
    reserve_bytes: int = 65_536

    @property
    def home(self) -> Path:
        """The folder of the cell: its log, its switches, what its workers said."""
        return Path(self.folder)

    def line(self) -> bytes:
        """Write it on one line."""
        return orjson.dumps(asdict(self)) + b"\n"


def read_spec(line: bytes) -> WorkerSpec:
    """Read what `line` wrote."""
    fields: dict[str, Any] = orjson.loads(line)
    fields["points"] = tuple(fields["points"])
    return WorkerSpec(**fields)
