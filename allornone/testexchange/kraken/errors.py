"""Kraken's words for what it turns down. All come with HTTP 200."""

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
NO_FUNDING_METHOD = "EFunding:No funding method"
INSUFFICIENT_TO_WITHDRAW = "EFunding:Insufficient funds"
TOO_SMALL_TO_WITHDRAW = "EFunding:Amount too small"

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
    Reason.COST: "EOrder:Cost minimum not met",
    Reason.PRICE_BAND: "EOrder:Invalid price",
    Reason.WOULD_TAKE: "EOrder:Post only order",
    Reason.INSUFFICIENT: "EOrder:Insufficient funds",
    Reason.MARGIN: "EOrder:Insufficient margin",
    Reason.REDUCE_ONLY: "EOrder:Reduce only:No position exists",
}


class KrakenError(Exception):
    """A request that Kraken turns down with `word`."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def word_of(reason: Reason) -> str:
    """Return Kraken's word for the engine's reason."""
    return _WORDS.get(reason, "EGeneral:Internal error")
