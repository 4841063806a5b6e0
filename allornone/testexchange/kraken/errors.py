"""Kraken's words for what it turns down. All come with HTTP 200."""

from allornone.testexchange.door import Answer, Trouble
from allornone.testexchange.engine.rejection import Reason

INVALID_KEY = "EAPI:Invalid key"
INVALID_SIGNATURE = "EAPI:Invalid signature"
INVALID_NONCE = "EAPI:Invalid nonce"
PERMISSION_DENIED = "EGeneral:Permission denied"
INVALID_ARGUMENTS = "EGeneral:Invalid arguments"
UNKNOWN_METHOD = "EGeneral:Unknown method"
DEADLINE_ELAPSED = "EService:Deadline elapsed"
UNKNOWN_PAIR = "EQuery:Unknown asset pair"
UNKNOWN_ASSET = "EQuery:Unknown asset"
UNKNOWN_WITHDRAW_KEY = "EFunding:Unknown withdraw key"
INVALID_WITHDRAW_ADDRESS = "EFunding:Invalid withdrawal address"
UNKNOWN_REFERENCE = "EFunding:Unknown reference id"
NO_FUNDING_METHOD = "EFunding:No funding method"
INSUFFICIENT_TO_WITHDRAW = "EFunding:Insufficient funds"
INVALID_AMOUNT_TO_WITHDRAW = "EFunding:Invalid amount"

_WORDS = {
    Reason.UNKNOWN_SYMBOL: UNKNOWN_PAIR,
    Reason.UNKNOWN_ASSET: UNKNOWN_ASSET,
    Reason.UNKNOWN_ORDER: "EOrder:Unknown order",
    Reason.NOT_OPEN: "EOrder:Unknown order",
    Reason.DUPLICATE: "EOrder:Duplicate cl_ord_id",
    Reason.HALTED: "EService:Market in cancel_only mode",
    Reason.STEP: "EGeneral:Invalid arguments:volume",
    Reason.TICK: "EOrder:Tick size check failed",
    Reason.AMOUNT: "EOrder:Order minimum not met",
    Reason.TOO_LARGE: "EGeneral:Invalid arguments:volume",
    Reason.COST: "EOrder:Cost minimum not met",
    Reason.PRICE_BAND: "EOrder:Invalid price",
    Reason.WOULD_TAKE: "EOrder:Post only order",
    Reason.INSUFFICIENT: "EOrder:Insufficient funds",
    Reason.MARGIN: "EOrder:Insufficient margin",
    Reason.REDUCE_ONLY: "EOrder:Reduce only:No position exists",
    Reason.ADDRESS: UNKNOWN_WITHDRAW_KEY,
    Reason.BAD_KEY: INVALID_KEY,
    Reason.NO_PERMISSION: PERMISSION_DENIED,
    Reason.NONCE: INVALID_NONCE,
    Reason.OUTSIDE_WINDOW: DEADLINE_ELAPSED,
}

_TROUBLES = {
    Trouble.TIMEOUT: DEADLINE_ELAPSED,
    Trouble.UNKNOWN_ERROR: "EGeneral:Internal error",
    Trouble.UNAVAILABLE: "EService:Unavailable",
    Trouble.OVERLOADED: "EService:Busy",
    Trouble.RATE_LIMITED: "EAPI:Rate limit exceeded",
    Trouble.TOO_MANY_ORDERS: "EOrder:Rate limit exceeded",
    Trouble.BANNED: "EGeneral:Temporary lockout",
}
CLOUDFLARE = 520
"""What stands before Kraken says that it got an answer it could not read."""


class KrakenError(Exception):
    """A request that Kraken turns down with `word`."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def answered(*words: str) -> Answer:
    """Return the 200 that something was turned down with."""
    return Answer(200, {"error": list(words)})


def troubled(trouble: Trouble) -> Answer:
    """Return how Kraken, or what stands before it, words a trouble of its own."""
    return answered(_TROUBLES[trouble]) if trouble in _TROUBLES else Answer(CLOUDFLARE, {})


def word_of(reason: Reason) -> str:
    """Return Kraken's word for the engine's reason."""
    return _WORDS.get(reason, "EGeneral:Internal error")
