"""Why an exchange turns something down. A rejection is proof: nothing was changed."""

from enum import StrEnum


class Reason(StrEnum):
    """The neutral reason; each exchange's HTTP has its own code and words for it."""

    UNKNOWN_SYMBOL = "unknown_symbol"
    UNKNOWN_ASSET = "unknown_asset"
    UNKNOWN_ORDER = "unknown_order"
    NOT_OPEN = "not_open"
    DUPLICATE = "duplicate"
    HALTED = "halted"
    STEP = "step"
    TICK = "tick"
    AMOUNT = "amount"
    """Less than the least that may be."""
    TOO_LARGE = "too_large"
    COST = "cost"
    PRICE_BAND = "price_band"
    WOULD_TAKE = "would_take"
    INSUFFICIENT = "insufficient"
    MARGIN = "margin"
    REDUCE_ONLY = "reduce_only"
    ADDRESS = "address"
    BAD_KEY = "bad_key"
    NO_PERMISSION = "no_permission"
    NONCE = "nonce"
    """Its number is not above those of the key's earlier requests: another process has the key, or a clock was put
    back. Only Kraken counts so."""
    OUTSIDE_WINDOW = "outside_window"
    """The request is too old, or from the future, by the exchange's clock."""


class RejectedError(Exception):
    """The engine turned a request down and changed nothing."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
