"""Binance's error answers: a status, a code and the words that go with it."""

from allornone.testexchange.door import Answer, Trouble
from allornone.testexchange.engine.rejection import Reason

BAD_REQUEST = 400
_COME_BACK = (418, 429)
UNAUTHORISED = 401


class ProblemError(Exception):
    """An error that Binance answers with."""

    def __init__(self, code: int, message: str, status: int = BAD_REQUEST) -> None:
        super().__init__(message)
        self.answer = Answer(status, {"code": code, "msg": message})


_ANYWHERE = {
    Reason.UNKNOWN_SYMBOL: (-1121, "Invalid symbol.", BAD_REQUEST),
    Reason.UNKNOWN_ORDER: (-2013, "Order does not exist.", BAD_REQUEST),
    Reason.NOT_OPEN: (-2011, "Unknown order sent.", BAD_REQUEST),
    Reason.UNKNOWN_ASSET: (-4018, "There is no such coin, or no such network for it.", BAD_REQUEST),
    Reason.BAD_KEY: (-2015, "Invalid API-key, IP, or permissions for action.", UNAUTHORISED),
    Reason.NO_PERMISSION: (-2015, "Invalid API-key, IP, or permissions for action.", UNAUTHORISED),
    Reason.OUTSIDE_WINDOW: (-1021, "Timestamp for this request is outside of the recvWindow.", BAD_REQUEST),
}
_SPOT = {
    Reason.DUPLICATE: (-2010, "Duplicate order sent."),
    Reason.HALTED: (-1013, "Market is closed."),
    Reason.STEP: (-1013, "Filter failure: LOT_SIZE"),
    Reason.AMOUNT: (-1013, "Filter failure: LOT_SIZE"),
    Reason.TOO_LARGE: (-1013, "Filter failure: LOT_SIZE"),
    Reason.TICK: (-1013, "Filter failure: PRICE_FILTER"),
    Reason.COST: (-1013, "Filter failure: NOTIONAL"),
    Reason.PRICE_BAND: (-1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
    Reason.WOULD_TAKE: (-2010, "Order would immediately match and take."),
    Reason.INSUFFICIENT: (-2010, "Account has insufficient balance for requested action."),
}
_USDM = {
    Reason.DUPLICATE: (-4116, "ClientOrderId is duplicated."),
    Reason.HALTED: (-4108, "Symbol is not trading: it is on delivering, settled, closed or pre-trading."),
    Reason.STEP: (-1111, "Precision is over the maximum defined for this asset."),
    Reason.AMOUNT: (-4003, "Quantity less than or equal to zero, or not within its bounds."),
    Reason.TOO_LARGE: (-4005, "Quantity greater than max quantity."),
    Reason.TICK: (-4014, "Price not increased by tick size."),
    Reason.COST: (-4164, "Order's notional must be no smaller than 5 (unless you choose reduce only)."),
    Reason.PRICE_BAND: (-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit."),
    Reason.WOULD_TAKE: (
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected.",
    ),
    Reason.INSUFFICIENT: (-2018, "Balance is insufficient."),
    Reason.MARGIN: (-2019, "Margin is insufficient."),
    Reason.REDUCE_ONLY: (-2022, "ReduceOnly Order is rejected."),
}
_WALLET = {
    Reason.INSUFFICIENT: (-4026, "You have insufficient balance."),
    Reason.AMOUNT: (-4022, "The amount is below the least that may be withdrawn."),
    Reason.STEP: (-4021, "The amount has more places than the network carries."),
    Reason.HALTED: (-4019, "This coin is not open for withdrawal."),
    Reason.ADDRESS: (-4033, "Illegal address."),
}
_TRANSFER = {
    Reason.INSUFFICIENT: (-5013, "Asset transfer failed: insufficient balance"),
    Reason.AMOUNT: (-5007, "Quantity must be greater than zero."),
}
USDM_HOST = "fapi.binance.com"
API_HOST = "api.binance.com"


def refused(reason: Reason, host: str, path: str) -> ProblemError:
    """Return a reason as the API at this place words it."""
    if reason in _ANYWHERE:
        return ProblemError(*_ANYWHERE[reason])
    code, message = _words(host, path).get(reason, (-1000, "An unknown error occurred while processing the request."))
    return ProblemError(code, message)


def _words(host: str, path: str) -> dict[Reason, tuple[int, str]]:
    if host == USDM_HOST:
        return _USDM
    if path.startswith("/sapi/"):
        return _TRANSFER if path.endswith("/transfer") else _WALLET
    return _SPOT


_GATEWAY = {
    Trouble.UNKNOWN_ERROR: "Unknown error, please check your request or try again later.",
    Trouble.UNAVAILABLE: "Service Unavailable.",
}
"""What the gateway says with status 503, without a code."""
_TROUBLES = {
    Trouble.TIMEOUT: (
        504,
        -1007,
        "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
    ),
    Trouble.UNEXPECTED: (
        500,
        -1006,
        "An unexpected response was received from the message bus. Execution status unknown.",
    ),
    Trouble.OVERLOADED: (
        503,
        -1008,
        "Server is currently overloaded with other requests. Please try again in a few minutes.",
    ),
    Trouble.TOO_MANY_ORDERS: (429, -1015, "Too many new orders."),
    Trouble.RATE_LIMITED: (429, -1003, "Too much request weight used; wait as long as Retry-After says."),
    Trouble.BANNED: (418, -1003, "Way too much request weight used; IP banned as long as Retry-After says."),
}


def troubled(trouble: Trouble, retry_s: int, path: str = "", now_ms: int = 0) -> Answer:
    """Return a trouble of the exchange as Binance words it."""
    if trouble in _GATEWAY:
        return Answer(503, {"timestamp": now_ms, "path": path, "msg": _GATEWAY[trouble]})
    status, code, message = _TROUBLES[trouble]
    headers = {"Retry-After": str(retry_s)} if status in _COME_BACK else {}
    return Answer(status, {"code": code, "msg": message}, headers)
