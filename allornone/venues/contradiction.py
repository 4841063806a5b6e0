"""Where a plan's own words contradict each other: it would be traded, and then be a breach. Warned about."""

from collections.abc import Iterator

from allornone.models.details import PerpTradeDetails, SpotTradeDetails, TransferDetails
from allornone.models.operation import OperationCommand
from allornone.positions import PositionType, parse_key, typed


def contradictions(operation: OperationCommand) -> Iterator[str]:
    """Yield what contradicts what, in words."""
    details = operation.operation_details
    if isinstance(details, SpotTradeDetails | PerpTradeDetails):
        yield from _of_tokens(operation, details)
    if isinstance(details, PerpTradeDetails):
        yield from _of_contract(operation, details)
    if isinstance(details, TransferDetails):
        yield from _of_amount(operation, details)


def _of_tokens(operation: OperationCommand, details: SpotTradeDetails | PerpTradeDetails) -> Iterator[str]:
    """The pair is what is traded; the tokens are what the plan calls it, for whoever reads it."""
    known = {*details.pair.split("/"), *_contracts(details)}
    for field, token in (("source_token", operation.source_token), ("target_token", operation.target_token)):
        if token not in known:
            yield f"trades {details.pair}, and its {field} is {token!r}: the pair is what is traded"


def _of_contract(operation: OperationCommand, details: PerpTradeDetails) -> Iterator[str]:
    for key in operation.expected_deltas:
        found = typed(parse_key(key))
        if found.type == PositionType.PERP and found.token not in _contracts(details):
            yield f"trades {details.pair}, and expects a change of {key!r}: it would end outside its bounds"


def _of_amount(operation: OperationCommand, details: TransferDetails) -> Iterator[str]:
    """A transfer has no price: at least its amount leaves, and a fee at most beside it."""
    for key, amount in operation.expected_deltas.items():
        if parse_key(key).token == operation.source_token and -details.amount < amount < 0:
            moves = f"moves {details.amount:f}, and expects {key!r} to change by {amount:f}"
            yield f"{moves}: it would end outside its bounds"


def _contracts(details: SpotTradeDetails | PerpTradeDetails) -> set[str]:
    base = details.pair.partition("/")[0]
    return {base, details.pair.replace("/", ""), f"{base}-PERP"} if isinstance(details, PerpTradeDetails) else set()
