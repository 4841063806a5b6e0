"""What Kraken's answers prove. The sources are its API documentation: spot errors, rate limits, add order.

Kraken answers 200 to whatever reached it, with a list of errors: `EOrder:Insufficient funds`. What stands before the
second colon is the code. Other statuses come from what stands before it, and say nothing of the order.
"""

import json
from typing import Any, cast

from allornone.venues.exchange.kraken.refusals import MALFORMED, TURNED_DOWN
from allornone.venues.exchange.outcomes import UNREADABLE, Outcome, Outcomes, Problem, Row
from allornone.venues.exchange.wire import Leg

_OK = range(200, 300)

UNKNOWN_ORDER = "EOrder:Unknown order"

_ACCEPTED = Row(Outcome.ACCEPTED, _OK, says=False)
# Rate limits. "EService:Throttled" carries the time of its end.
_LIMITED = (
    *(
        Row(Outcome.BACK_OFF, code=code)
        for code in (
            "EAPI:Rate limit exceeded",
            "EOrder:Rate limit exceeded",
            "EOrder:Domain rate limit exceeded",
            "EGeneral:Too many requests",
            "EGeneral:Temporary lockout",
            "EAuth:Rate limit exceeded",
            "EAuth:Too many requests",
            "EService:Throttled",
            "EService: Throttled",
        )
    ),
)
_COMMON = (
    # Authentication: a nonce that does not rise is turned away before anything is read.
    Row(Outcome.RESYNC, code="EAPI:Invalid nonce"),
    # Client order identifiers: unique across open orders. The words for a second one are in no document: whatever
    # speaks of a duplicate, or of our id, means that it has to be looked up.
    Row(Outcome.LOOK_UP, text="uplicate"),
    Row(Outcome.LOOK_UP, text="cl_ord_id"),
    # "The request timed out according to the default or specified deadline": by whom, it does not say.
    Row(Outcome.UNKNOWN, code="EService:Deadline elapsed"),
    # "The matching engine or API is offline"; busy; internal errors: seen on orders that were then there.
    *(
        Row(Outcome.UNKNOWN, code=code)
        for code in (
            "EService:Unavailable",
            "EService:Busy",
            "EService:Timeout",
            "EGeneral:Internal error",
            "EDatabase:Internal error",
        )
    ),
    # And whatever no list has: a word that says that something was turned down need not say that nothing happened.
    # "EOrder:Reduce only:Position is closed" is the answer to an order that matched as far as it could.
    *(Row(Outcome.REFUSED, _OK, code=code, error="EXEC-007") for code in MALFORMED),
    *(Row(Outcome.REFUSED, _OK, code=code) for code in TURNED_DOWN),
)

# 403 and 429 are Cloudflare's, before Kraken.
_ROWS = (_ACCEPTED, Row(Outcome.BACK_OFF, (403, 429)), *_LIMITED, *_COMMON)
# Nothing could show a first withdrawal: that it was not sent takes Kraken's own word, and no proxy's page.
_MONEY = (_ACCEPTED, *_LIMITED, Row(Outcome.SILENCED, (403, 429)), *_COMMON)


def problem_of(leg: Leg) -> Problem | None:
    """Return the error of Kraken's list (a warning is none); what is no such answer is a problem of its own.

    Several different ones have no code: one of them may be a refusal, and another none.
    """
    try:
        body: Any = json.loads(leg.body or "")
        told = [str(word) for word in cast("list[object]", body["error"])]
    except (ValueError, LookupError, TypeError):
        return Problem(UNREADABLE, (leg.body or "")[:200])
    errors = [word for word in told if not word.startswith("W")]
    codes = {":".join(word.split(":")[:2]) for word in errors}
    return Problem(codes.pop() if len(codes) == 1 else "", "; ".join(errors)) if errors else None


OUTCOMES = Outcomes(_ROWS, problem_of, {"privatePostWithdraw": Outcomes(_MONEY, problem_of)})
