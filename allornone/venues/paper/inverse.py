"""What undoes an operation at a paper venue: sized from what took effect, never from what was asked for."""

from decimal import Decimal

from allornone.errors import RefusedError
from allornone.models.details import (
    BorrowDetails,
    FlashRepayDetails,
    OperationDetails,
    OperationType,
    PerpTradeDetails,
    RepayDetails,
    Side,
    SpotTradeDetails,
    StakeDetails,
    SupplyDetails,
    SwapDetails,
    TransferDetails,
    UnstakeDetails,
    WithdrawDetails,
)
from allornone.models.execution import ExecutionHandshake, ExecutionRequest
from allornone.models.operation import GivenInverse
from allornone.positions import identity, parse_key
from allornone.units import ZERO, total
from allornone.venues.capabilities import OperationCapability, UndoClass
from allornone.venues.inverse import Inverse
from allornone.venues.paper.answer import deltas_of
from allornone.venues.paper.capability import on_chain, paper_capabilities
from allornone.venues.paper.effects import effects_of
from allornone.venues.paper.quotes import Quotes
from allornone.venues.paper.terms import Terms, terms_of

_NO_UNDO = Inverse(undo_class=UndoClass.NONE)


def inverse_of(request: ExecutionRequest, handshake: ExecutionHandshake, quotes: Quotes) -> Inverse:
    """Return the one step that undoes what `handshake` shows of `request`, and the dust that none can.

    What is restored is the side that matters: the base of a trade, the contract of a perp, the claim of a
    supply or a stake, the debt of a loan, the token that arrived. Profit or loss on the other is friction.
    """
    declared = _declared(request)
    if declared is None or declared.undo is UndoClass.NONE:
        return _NO_UNDO
    try:
        forward = terms_of(request, quotes)
    except RefusedError:
        return _NO_UNDO
    token, left = _left(request, forward, handshake)
    back = _back(request, forward, left, quotes)
    if back is None or _declared(back) is None:
        return _NO_UNDO if left else Inverse(undo_class=declared.undo)
    return _sized(declared.undo, back, token, abs(left), quotes)


def _declared(request: ExecutionRequest) -> OperationCapability | None:
    capabilities = paper_capabilities(request.venue)
    return None if capabilities is None else capabilities.of(request.operation_type)


def _sized(undo: UndoClass, back: ExecutionRequest, token: str, left: Decimal, quotes: Quotes) -> Inverse:
    try:
        terms = terms_of(back, quotes)
        effects = effects_of(terms, back.venue, terms.amount, quotes)
    except RefusedError:
        return Inverse(undo_class=undo, dust={token: left} if left else {})
    rest = total((back.operation_details.amount, -terms.amount))
    step = GivenInverse(
        operation_type=back.operation_type,
        source_venue=back.source_venue,
        target_venue=back.target_venue,
        source_token=back.source_token,
        target_token=back.target_token,
        expected_deltas=deltas_of(effect for effect in effects if effect.kind == "principal"),
        operation_details=back.operation_details.model_copy(update={"amount": terms.amount}),
    )
    return Inverse(undo_class=undo, steps=(step,), dust={token: rest} if rest else {})


_BY_COUNTER = frozenset(
    {OperationType.SUPPLY, OperationType.STAKE, OperationType.SWAP, OperationType.TRANSFER}
    | {OperationType.BORROW, OperationType.REPAY}
)


def _left(request: ExecutionRequest, forward: Terms, handshake: ExecutionHandshake) -> tuple[str, Decimal]:
    """Return the token whose change is to be undone, and that change, signed as it happened."""
    arrives = request.operation_type in _BY_COUNTER or _leaves_exchange(request)
    key = forward.counter_key if arrives and forward.counter_key is not None else forward.principal_key
    wanted = identity(parse_key(key))
    change = total(amount for name, amount in handshake.actual_deltas.items() if identity(parse_key(name)) == wanted)
    return parse_key(key).token, change


def _leaves_exchange(request: ExecutionRequest) -> bool:
    return request.operation_type is OperationType.WITHDRAW and not on_chain(request.source_venue)


def _back(request: ExecutionRequest, forward: Terms, left: Decimal, quotes: Quotes) -> ExecutionRequest | None:
    """Return the request that takes `left` back, None where nothing does or nothing is left."""
    details = request.operation_details
    if isinstance(details, SpotTradeDetails) and left:
        side = Side.SELL if left > 0 else Side.BUY
        return _mirrored(request, SpotTradeDetails(pair=details.pair, side=side, amount=abs(left)))
    if isinstance(details, PerpTradeDetails) and left:
        side = Side.SELL if left > 0 else Side.BUY
        # What was opened is closed and never turned; what was closed has to be opened again.
        reduces = not details.reduce_only
        return _mirrored(request, PerpTradeDetails(pair=details.pair, side=side, amount=abs(left), reduce_only=reduces))
    gone = request.operation_type in _UNDONE_BY_WHAT_WENT and not _leaves_exchange(request)
    amount = -left if gone else left
    return _conversion(request, forward, amount, quotes) if amount > 0 else None


_UNDONE_BY_WHAT_WENT = frozenset({OperationType.WITHDRAW, OperationType.UNSTAKE, OperationType.REPAY})


_ANSWERS = {
    OperationType.SUPPLY: WithdrawDetails,
    OperationType.STAKE: UnstakeDetails,
    OperationType.TRANSFER: TransferDetails,
    OperationType.WITHDRAW: SupplyDetails,
    OperationType.UNSTAKE: StakeDetails,
}
_PAID_BACK = {
    OperationType.BORROW: RepayDetails,
    OperationType.REPAY: BorrowDetails,
    OperationType.FLASH_BORROW: FlashRepayDetails,
}


def _conversion(request: ExecutionRequest, forward: Terms, amount: Decimal, quotes: Quotes) -> ExecutionRequest | None:
    """Return the request that undoes `amount` of a conversion or a loan."""
    kind = request.operation_type
    if _leaves_exchange(request):
        return _reversed(request, TransferDetails(amount=amount))
    if kind is OperationType.SWAP:
        return _mirrored(request, SwapDetails(amount=amount))
    if kind in _PAID_BACK:
        return _loan(request, forward, _PAID_BACK[kind](amount=amount))
    if kind not in _ANSWERS:
        return None
    spends = _worth(request, amount, quotes) if kind in _UNDONE_BY_WHAT_WENT else amount
    return _reversed(request, _ANSWERS[kind](amount=spends)) if spends else None


def _worth(request: ExecutionRequest, amount: Decimal, quotes: Quotes) -> Decimal:
    """Return how much of what arrived buys `amount` of what went, at the rate."""
    return quotes.converted(amount, request.source_token, request.target_token) or ZERO


def _asked(
    request: ExecutionRequest, details: OperationDetails, source: tuple[str, str], target: tuple[str, str]
) -> ExecutionRequest:
    return request.model_copy(
        update={
            "operation_type": details.operation_type,
            "operation_details": details,
            "source_venue": source[0],
            "source_token": source[1],
            "target_venue": target[0],
            "target_token": target[1],
        }
    )


def _reversed(request: ExecutionRequest, details: OperationDetails) -> ExecutionRequest:
    """Ask for the way back: from where it arrived to where it came from."""
    source, target = (
        (request.target_venue, request.target_token),
        (request.source_venue, request.source_token),
    )
    return _asked(request, details, source, target)


def _mirrored(request: ExecutionRequest, details: OperationDetails) -> ExecutionRequest:
    """Ask for the tokens the other way round at the same venues."""
    source, target = (
        (request.source_venue, request.target_token),
        (request.target_venue, request.source_token),
    )
    return _asked(request, details, source, target)


def _loan(request: ExecutionRequest, forward: Terms, details: OperationDetails) -> ExecutionRequest:
    """Ask for the same money and the same debt, the other way round."""
    money = parse_key(forward.principal_key).token
    debt = parse_key(forward.counter_key).token if forward.counter_key is not None else money
    borrows = details.operation_type is OperationType.BORROW
    source, target = (debt, money) if borrows else (money, debt)
    return _asked(request, details, (request.source_venue, source), (request.target_venue, target))
