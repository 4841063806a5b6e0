"""The halt file of a data folder: while it stands, none of the folder's workers sends anything new forward."""

import fcntl
import os
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

FILE = "halt"
LOCK = "halt.lock"
REASON_MAX = 400
_TICK_S = 0.02


class HaltFile:
    """Stops forward sends by being there, whatever it says; one that cannot be read stops them too.

    Anybody may make it and take it away, by hand too. Its text is the reason that is shown.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / FILE

    def reason(self) -> str | None:
        """Return why forward sends are halted, None where they are not."""
        try:
            found = os.lstat(self.path)
        except FileNotFoundError:
            return None
        except OSError as error:
            return f"the halt file cannot be read: {error.strerror}"
        if not stat.S_ISREG(found.st_mode):
            return "the halt file is no file that could be read"
        return self._read()

    def since(self) -> datetime | None:
        """Return when the file was written, None where none stands."""
        try:
            return datetime.fromtimestamp(os.lstat(self.path).st_mtime, UTC)
        except OSError:
            return None

    def _read(self) -> str | None:
        try:
            with self.path.open("rb") as file:
                text = file.read(4 * REASON_MAX).decode(errors="replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            return f"the halt file cannot be read: {error.strerror}"
        return " ".join(text.split())[:REASON_MAX] or "no reason was given"

    def stand(self, actor: str, reason: str, now: datetime) -> None:
        """Make the file, or renew its text. Raises OSError; it may stand all the same, on a full disk without text."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # It halts from here on; the text may still find no room.
        with self.path.open("w", encoding="utf-8") as file:
            file.write(f"{actor}: {reason or 'no reason was given'} ({now:%Y-%m-%d %H:%M:%S} UTC)\n")

    def lift(self) -> bool:
        """Take the file away. Tells whether it was there."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        return True

    @contextmanager
    def passage(self) -> Generator[str | None]:
        """Give why a forward send may not pass, None where it may: then `settled` waits until it came back."""
        why = self.reason()
        if why is not None:
            yield why
            return
        try:
            lock = self._opened()
        except OSError as error:
            yield f"the lock of the halt file cannot be opened: {error.strerror}"
            return
        try:
            yield self._taken(lock)
        finally:
            os.close(lock)

    def settled(self, limit_s: float) -> bool:
        """Wait until every send that passed before the file stood came back; tell whether they did in that time."""
        lock, end = self._opened(), time.monotonic() + limit_s
        try:
            while not _flocked(lock, fcntl.LOCK_EX):
                if time.monotonic() > end:
                    return False
                time.sleep(_TICK_S)
        finally:
            os.close(lock)
        return True

    def _taken(self, lock: int) -> str | None:
        if not _flocked(lock, fcntl.LOCK_SH):
            return "a halt is being set"
        # Read again under the lock: from here on whoever sets a halt waits for this send.
        return self.reason()

    def _opened(self) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        return os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _flocked(lock: int, how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
