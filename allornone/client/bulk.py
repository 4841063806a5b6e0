"""One command for many groups: each is told, or says why not, and none of them stops the others."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from allornone.client.side_by_side import side_by_side
from allornone.errors import AllOrNoneError, NoServerError, NoWorkerError
from allornone.models.commands import CommandReceipt

Tell = Callable[[str], Awaitable[CommandReceipt]]


class Reception(StrEnum):
    """How a group took a command."""

    TAKEN = "taken"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    """Nobody answered in time: it may still be taken."""


class Told(BaseModel):
    """What came of one group's command."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    atomic_group_id: str
    reception: Reception
    message: str


async def tell_all(group_ids: Sequence[str], tell: Tell) -> AsyncGenerator[Told]:
    """Yield what came of each group's command, as it comes.

    The first is told alone: where nobody answers it, NoWorkerError is raised, and no other is told.
    """

    async def told(group_id: str) -> Told:
        return await _told(group_id, tell)

    if not group_ids:
        return
    first = await told(group_ids[0])
    if first.reception is Reception.UNANSWERED:
        raise NoWorkerError(f"{first.message}; no other group was told anything")
    yield first
    async for _, each in side_by_side(group_ids[1:], told):
        yield each


async def _told(group_id: str, tell: Tell) -> Told:
    try:
        receipt = await tell(group_id)
    except (NoWorkerError, NoServerError) as error:
        return Told(atomic_group_id=group_id, reception=Reception.UNANSWERED, message=str(error))
    except AllOrNoneError as error:
        return Told(atomic_group_id=group_id, reception=Reception.REFUSED, message=str(error))
    return Told(atomic_group_id=group_id, reception=Reception.TAKEN, message=receipt.message)
