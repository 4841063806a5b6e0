"""A worker's identity at the server: it tells clients where the worker writes its event log."""

import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

_IDENTITY = re.compile(r"^allornone/(?P<pid>\d+)@(?P<host>[^:]+):(?P<log_dir>.+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class WorkerIdentity:
    """Who polls a task queue."""

    pid: int
    host: str
    log_dir: Path

    def __str__(self) -> str:
        """Write it as the server keeps it."""
        return f"allornone/{self.pid}@{self.host}:{self.log_dir}"


def worker_identity(log_dir: Path) -> str:
    """Return this process's identity as a worker that writes its events under `log_dir`."""
    return str(WorkerIdentity(os.getpid(), host_name(), log_dir))


def host_name() -> str:
    """Return this machine's name as identities have it."""
    return socket.gethostname().replace(":", "-")


def parse_identity(identity: str) -> WorkerIdentity | None:
    """Read a poller's identity, None when it is no worker of ours."""
    found = _IDENTITY.match(identity)
    return WorkerIdentity(int(found["pid"]), found["host"], Path(found["log_dir"])) if found else None
