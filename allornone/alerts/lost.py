"""The alert of groups that the server does not know. It has no record: another server may run them, and is to go on."""

from collections.abc import Sequence
from datetime import datetime

from allornone.alerts.alert import Alert
from allornone.ids import event_id

LOST = "lost"
NAMED_MAX = 20


def alert_of_lost(groups: Sequence[tuple[str, str]], namespace: str, now: datetime) -> Alert:
    """Return one alert for all of `groups`, each given as its id and the id of the record its last life began with.

    The same groups, lost by the same namespace, are the same alert. `group` is the first of them.
    """
    names = [group_id for group_id, _ in groups]
    more = f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
    return Alert(
        event_id=event_id(LOST, namespace, *sorted(life for _, life in groups)),
        group=names[0],
        status=LOST,
        reason=f"the server does not know {len(names)} open group(s) of the event log: "
        f"{', '.join(names[:NAMED_MAX])}{more}; nobody runs them until `allornone recover`",
        time=now.isoformat(),
        commands=("allornone recover --dry-run", "allornone recover"),
    )
