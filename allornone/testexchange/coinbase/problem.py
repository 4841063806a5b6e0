"""Coinbase's error answers: the brokerage's have a word, `/v2` has a list, a refused order is a 200 that failed."""

from dataclasses import replace
from typing import Any

from allornone.testexchange.door import Answer, Trouble
from allornone.testexchange.engine.rejection import Reason

_WORDS = {
    Reason.UNKNOWN_SYMBOL: "INVALID_PRODUCT_ID",
    Reason.HALTED: "PRODUCT_TRADING_HALTED",
    Reason.STEP: "INVALID_SIZE_PRECISION",
    Reason.TICK: "INVALID_PRICE_PRECISION",
    Reason.PRICE_BAND: "INVALID_LIMIT_PRICE",
    Reason.WOULD_TAKE: "INVALID_LIMIT_PRICE_POST_ONLY",
    Reason.INSUFFICIENT: "INSUFFICIENT_FUND",
    Reason.DUPLICATE: "DUPLICATE_CLIENT_ORDER_ID",
}
_PREVIEWS = {
    Reason.AMOUNT: "PREVIEW_INVALID_BASE_SIZE_TOO_SMALL",
    Reason.TOO_LARGE: "PREVIEW_INVALID_BASE_SIZE_TOO_LARGE",
    Reason.COST: "PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL",
}
"""A size is turned down by the preview: no reason for a new order names it."""
_TROUBLES = {
    Trouble.TIMEOUT: (504, "DEADLINE_EXCEEDED"),
    Trouble.UNKNOWN_ERROR: (500, "INTERNAL"),
    Trouble.UNEXPECTED: (502, "UNKNOWN"),
    Trouble.UNAVAILABLE: (503, "UNAVAILABLE"),
    Trouble.OVERLOADED: (503, "UNAVAILABLE"),
    Trouble.RATE_LIMITED: (429, "RESOURCE_EXHAUSTED"),
    Trouble.TOO_MANY_ORDERS: (429, "RESOURCE_EXHAUSTED"),
    Trouble.BANNED: (429, "RESOURCE_EXHAUSTED"),
}
_TOO_MANY = 429


class ProblemError(Exception):
    """An error that Coinbase answers with."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.body))
        self.answer = answer


def brokerage(status: int, word: str, details: str) -> ProblemError:
    """Return an error of `/api/v3/brokerage`."""
    return ProblemError(Answer(status, {"error": word, "error_details": details, "message": details}))


def invalid(details: str) -> ProblemError:
    """Return the brokerage's answer to what cannot be read."""
    return brokerage(400, "INVALID_ARGUMENT", details)


def listed(status: int, word: str, message: str) -> ProblemError:
    """Return an error of `/v2`."""
    return ProblemError(Answer(status, {"errors": [{"id": word, "message": message}]}))


def unauthorised() -> ProblemError:
    """Return the answer to a token that is missing, wrong, expired or made for another call."""
    return ProblemError(
        Answer(401, {"error": "unauthorized", "error_details": "Unauthorized", "message": "Unauthorized"})
    )


def troubled(path: str, trouble: Trouble, retry_s: int) -> Answer:
    """Return how Coinbase words a trouble of its own."""
    status, word = _TROUBLES[trouble]
    problem = listed if path.startswith("/v2/") else brokerage
    answer = problem(status, word.lower() if path.startswith("/v2/") else word, word.lower().replace("_", " ")).answer
    return replace(answer, headers={"Retry-After": str(retry_s)}) if status == _TOO_MANY else answer


def order_failure(reason: Reason, message: str, configuration: dict[str, Any]) -> dict[str, Any]:
    """Return the 200 that says that an order was not created."""
    word = _WORDS.get(reason, "UNKNOWN_FAILURE_REASON")
    preview = _PREVIEWS.get(reason, "UNKNOWN_PREVIEW_FAILURE_REASON")
    return {
        "success": False,
        "failure_reason": "UNKNOWN_FAILURE_REASON",
        "order_id": "",
        "error_response": {
            "error": word,
            # A recorded answer to a size that was turned down has no message.
            "message": "" if reason in _PREVIEWS else message,
            "error_details": "",
            "preview_failure_reason": preview,
            "new_order_failure_reason": word,
        },
        "order_configuration": configuration,
    }
