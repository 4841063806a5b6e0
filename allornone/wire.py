"""The names that live in Temporal's histories and search index. Changing one strands every open group."""

from datetime import timedelta

GROUP_WORKFLOW = "AtomicGroup"
SWEEP_WORKFLOW = "GroupSweep"
SWEEP_SCHEDULE = "allornone-group-sweep"

EXECUTE = "execute_operation"
RESOLVE = "resolve_operation"
ROLLBACK = "rollback_operation"
RECORD = "record_group_event"
SWEEP = "sweep_groups"

RETRY = "retry"
CANCEL = "cancel"
RESOLVE_UPDATE = "resolve"
PAUSE = "pause"
RESUME = "resume"
STATUS = "status"

TASK_QUEUE = "allornone"

GROUP_STATUS = "GroupStatus"
STRATEGY = "Strategy"
CORRELATION_ID = "CorrelationId"
VENUES = "Venues"
NEEDS_OPERATOR = "NeedsOperator"
OPERATION_COUNT = "OperationCount"

RETENTION = timedelta(days=30)
"""How long Temporal keeps a closed group. The event log keeps it forever."""

INVALID_GROUP = "InvalidGroup"
"""The type of the application error by which a run refuses its own input."""

OTHER_LIFE = "OtherLife"
"""The type of the application error by which a run refuses to begin a group that the event log has open."""

COMMAND_REFUSED = "CommandRefused"
"""The type of the application error by which an open group refuses a command."""

ASK_AGAIN = "the run has news that no workflow task has taken up yet; ask again"
"""The message by which a worker refuses a query that comes before a task of its own."""
