"""What a fault rule can make of a call."""

from enum import StrEnum


class Behaviour(StrEnum):
    """What befalls a call."""

    HANG = "hang"
    """No answer; the caller runs into its timeout."""
    RESET = "reset"
    """The connection is reset instead of an answer."""
    HALF_BODY = "half_body"
    """The answer breaks off."""
    UNREADABLE = "unreadable"
    """An answer that is no JSON, with status 200."""
    BAD_GATEWAY = "bad_gateway"
    """502 and a page of HTML."""
    TIMEOUT = "timeout"
    """The exchange's own "timed out, outcome unknown"."""
    UNKNOWN_ERROR = "unknown_error"
    """The exchange's own "unknown error": outcome unknown."""
    UNEXPECTED = "unexpected"
    """The exchange's own "unexpected answer of the back end": outcome unknown."""
    UNAVAILABLE = "unavailable"
    """The exchange's own "service unavailable": never executed."""
    OVERLOADED = "overloaded"
    """The exchange's own "overloaded": never executed."""
    DUPLICATE = "duplicate"
    """Acts, and answers that the client id is in use."""

    LATE = "late"
    """No answer; the call reaches the exchange `delay_s` later, and is judged by its clock then."""
    RATE_LIMITED = "rate_limited"
    """429 with Retry-After, `delay_s`."""
    BANNED = "banned"
    """418 with Retry-After, `delay_s`."""
    FORBIDDEN = "forbidden"
    """403 from a firewall in front of the exchange."""
    REFUSE = "refuse"
    """Turned down for `reason`."""

    SLOW = "slow"
    """Acts, and answers `delay_s` later."""
    PARTIAL = "partial"
    """An order fills `ratio` of its amount and no more at once."""
    HIDDEN = "hidden"
    """What is created is not found by reads for `delay_s`."""
    STALE_BALANCE = "stale_balance"
    """Balances read as before the call for `delay_s`."""
    REPEATED_FILLS = "repeated_fills"
    """A list of fills has its last one twice, and its next page begins with the last of the one before."""
    REPEATED = "repeated"
    """The call reaches the exchange once more, `delay_s` later: something between sent it again."""
    WITHDRAWAL = "withdrawal"
    """A withdrawal stays in `end`, or fails and gives the money back."""


LOSSES = frozenset(
    {
        Behaviour.HANG,
        Behaviour.RESET,
        Behaviour.HALF_BODY,
        Behaviour.UNREADABLE,
        Behaviour.BAD_GATEWAY,
        Behaviour.TIMEOUT,
        Behaviour.UNKNOWN_ERROR,
        Behaviour.UNEXPECTED,
    }
)
"""What may happen to a call that the exchange executed as well as to one that it never got: `executed` says which."""
TURNED_AWAY = frozenset(
    {
        Behaviour.LATE,
        Behaviour.RATE_LIMITED,
        Behaviour.BANNED,
        Behaviour.FORBIDDEN,
        Behaviour.UNAVAILABLE,
        Behaviour.OVERLOADED,
        Behaviour.REFUSE,
    }
)
"""What is never executed, or not now."""
OUTCOMES = LOSSES | TURNED_AWAY | {Behaviour.DUPLICATE}
