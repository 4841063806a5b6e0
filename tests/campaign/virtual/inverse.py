"""How the virtual venue undoes what took effect: the staked units back, all of them."""

from decimal import Decimal

from allornone.deltas import negate
from allornone.models.details import OperationType, StakeDetails, UnstakeDetails
from allornone.models.execution import ExecutionHandshake, ExecutionRequest
from allornone.models.operation import GivenInverse
from allornone.venues.capabilities import UndoClass
from allornone.venues.inverse import Inverse
from tests.unit.core.answers import deltas

STAKED = "lido:StakingToken:stETH"

_NONE = Inverse(undo_class=UndoClass.NONE)
_NOTHING_LEFT = Inverse(undo_class=UndoClass.INSTANT)
_known: dict[Decimal, Inverse] = {}


def inverse_of(request: ExecutionRequest, handshake: ExecutionHandshake, *, undoable: bool) -> Inverse:
    """Return what takes back the units that are staked; nothing where none are, none where it cannot be."""
    if not undoable:
        return _NONE
    staked = handshake.actual_deltas.get(STAKED, Decimal(0))
    back = request.operation_type is not OperationType.UNSTAKE
    if staked <= 0 if back else staked >= 0:
        return _NOTHING_LEFT
    if staked not in _known:
        _known[staked] = Inverse(undo_class=UndoClass.INSTANT, steps=(_step(staked),))
    return _known[staked]


def _step(staked: Decimal) -> GivenInverse:
    return _unstake(staked) if staked > 0 else _stake(-staked)


def _stake(units: Decimal) -> GivenInverse:
    """Return what does again what a late undo has taken back."""
    return GivenInverse.model_validate(
        {
            "operation_type": "stake",
            "source_venue": "binance",
            "target_venue": "lido",
            "source_token": "ETH",
            "target_token": "stETH",
            "expected_deltas": deltas(int(units)),
            "operation_details": StakeDetails(amount=units),
        }
    )


def _unstake(staked: Decimal) -> GivenInverse:
    return GivenInverse.model_validate(
        {
            "operation_type": "unstake",
            "source_venue": "lido",
            "target_venue": "binance",
            "source_token": "stETH",
            "target_token": "ETH",
            "expected_deltas": negate(deltas(int(staked))),
            "operation_details": UnstakeDetails(amount=staked),
        }
    )
