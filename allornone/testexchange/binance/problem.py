"""Binance's error answers: a status, a code and the words that go with it."""

from allornone.testexchange.door import Answer
from allornone.testexchange.engine.rejection import Reason, RejectedError

BAD_REQUEST = 400
UNAUTHORISED = 401


class ProblemError(Exception):
    """An error that Binance answers with."""

    def __init__(self, code: int, message: str, status: int = BAD_REQUEST) -> None:
        super().__init__(message)
        self.answer = Answer(status, {"code": code, "msg": message})


_SPOT = {
    Reason.UNKNOWN_SYMBOL: (-1121, "Invalid symbol."),
    Reason.UNKNOWN_ORDER: (-2013, "Order does not exist."),
    Reason.NOT_OPEN: (-2011, "Unknown order sent."),
    Reason.DUPLICATE: (-2010, "Duplicate order sent."),
    Reason.HALTED: (-1013, "Market is closed."),
    Reason.STEP: (-1013, "Filter failure: LOT_SIZE"),
    Reason.AMOUNT: (-1013, "Filter failure: LOT_SIZE"),
    Reason.TICK: (-1013, "Filter failure: PRICE_FILTER"),
    Reason.COST: (-1013, "Filter failure: NOTIONAL"),
    Reason.PRICE_BAND: (-1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
    Reason.WOULD_TAKE: (-2010, "Order would immediately match and take."),
    Reason.INSUFFICIENT: (-2010, "Account has insufficient balance for requested action."),
}


def spot_problem(error: RejectedError) -> ProblemError:
    """Return a rejection of the engine as the spot API words it."""
    code, message = _SPOT[error.reason]
    return ProblemError(code, message)
