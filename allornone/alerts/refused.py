"""The alert of a log that cannot be written: it can have no record, and while it lasts nothing is sent."""

import errno
import shlex
from datetime import datetime
from pathlib import Path

from allornone.alerts.alert import Alert
from allornone.ids import event_id

REFUSED = "log_refuses"


def alert_of_refusal(directory: Path, group_id: str, error: OSError, now: datetime) -> Alert:
    """Return the alert of a write that `error` kept from the log in `directory`, met first by `group_id`.

    The same kind of failure within an hour is the same alert, whichever groups meet it.
    """
    kind = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return Alert(
        event_id=event_id(REFUSED, str(directory), kind, f"{now:%Y-%m-%dT%H}"),
        group=group_id,
        status=REFUSED,
        reason=f"the event log in {directory} cannot be written, and nothing is sent meanwhile: {error}",
        time=now.isoformat(),
        commands=(f"df -h {shlex.quote(str(directory))}", "allornone list"),
    )
