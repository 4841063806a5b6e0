"""How what took effect is undone: requests in order, sized from actual deltas."""

from pydantic import BaseModel, ConfigDict

from allornone.models.operation import GivenInverse
from allornone.units import NonNegativeAmount, Token
from allornone.venues.capabilities import UndoClass


class Inverse(BaseModel):
    """What a venue offers as an undo.

    `steps` are sent one at a time, each under an epoch of its own; after each, the inverse of what is left is asked
    for again, so only the first is ever sent from one answer. No steps with another class than `none` means that
    nothing is left to undo but dust. `dust` is, per token, what is below the venue's step or minimum.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    undo_class: UndoClass
    steps: tuple[GivenInverse, ...] = ()
    dust: dict[Token, NonNegativeAmount] = {}
