"""What a group's workflow is started with, and what one run hands to the next."""

from pydantic import BaseModel, ConfigDict

from allornone.core.state import GroupState
from allornone.models.group import AtomicGroup
from allornone.units import UtcTime


class Carried(BaseModel):
    """A run's memory, for the run that continues it, or the state in which a late effect's run begins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: GroupState
    started_at: UtcTime


class GroupStart(BaseModel):
    """The workflow's one argument."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: AtomicGroup
    carried: Carried | None = None
