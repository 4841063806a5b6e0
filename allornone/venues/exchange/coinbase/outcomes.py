"""What Coinbase's answers prove. The sources are its API documentation: Advanced Trade errors, create order, `/v2`."""

import json
from typing import Any

from allornone.venues.exchange.coinbase.refusals import REASONS, REASONS_MALFORMED, REASONS_OF_PREVIEW, WORDS
from allornone.venues.exchange.outcomes import UNREADABLE, Outcome, Outcomes, Problem, Row
from allornone.venues.exchange.wire import Leg

_OK = range(200, 300)
_MALFORMED = range(400, 500)
_SERVER = range(500, 600)
_NO_WORD = "UNKNOWN_FAILURE_REASON"
_NO_WORDS = (_NO_WORD, "UNKNOWN_PREVIEW_FAILURE_REASON")

_ACCEPTED = Row(Outcome.ACCEPTED, _OK, says=False)
_LIMITED = tuple(
    Row(Outcome.BACK_OFF, code=code)
    for code in ("rate_limit_exceeded", "resource_exhausted", "RESOURCE_EXHAUSTED", "too_many_requests")
)
_COMMON = (
    # Create order: an id that was used shows its first order. The failure reason of that name is in the same
    # document; when it comes is not: an order is there under this id.
    Row(Outcome.LOOK_UP, code="DUPLICATE_CLIENT_ORDER_ID"),
    # Create order: a failure without a reason says nothing.
    Row(Outcome.UNKNOWN, _OK, code=_NO_WORD),
    Row(Outcome.UNKNOWN, _OK, code=UNREADABLE),
    Row(Outcome.UNKNOWN, code="internal_server_error"),
    Row(Outcome.UNKNOWN, code="INTERNAL"),
    Row(Outcome.UNKNOWN, _SERVER),
    # gRPC's statuses behind an HTTP gateway, whose form these answers have: cancelled (408, 499), and aborted or
    # already there (409).
    Row(Outcome.UNKNOWN, (408, 409, 499)),
    # Create order: "success: false" with a reason that is known is an order that was not created.
    *(Row(Outcome.REFUSED, _OK, code=code, error="EXEC-007") for code in (*REASONS_MALFORMED, *REASONS_OF_PREVIEW)),
    *(Row(Outcome.REFUSED, _OK, code=code) for code in REASONS),
    Row(Outcome.REFUSED, (400,), code="INVALID_ARGUMENT", error="EXEC-007"),
    # Authentication: whatever stands there is no place where anything could be executed.
    Row(Outcome.REFUSED, (401,)),
    *(Row(Outcome.REFUSED, _MALFORMED, code=code) for code in WORDS),
)

# Rate limits: 429 is answered before anything is done. A 403 in no words of Coinbase's is the firewall's.
_ROWS = (_ACCEPTED, Row(Outcome.BACK_OFF, (429,)), Row(Outcome.BACK_OFF, (403,), code=UNREADABLE), *_LIMITED, *_COMMON)
# A send under the next reference is a second one: that none left takes Coinbase's own word, and no proxy's page.
_MONEY = (
    _ACCEPTED,
    *_LIMITED,
    Row(Outcome.SILENCED, (429,)),
    Row(Outcome.SILENCED, (403,), code=UNREADABLE),
    *_COMMON,
)


def problem_of(leg: Leg) -> Problem | None:
    """Return what Coinbase says is wrong, in whichever of its three shapes; no JSON is a problem of its own."""
    try:
        body: Any = json.loads(leg.body or "")
        return _problem(body)
    except (ValueError, LookupError, TypeError, AttributeError):
        return Problem(UNREADABLE, (leg.body or "")[:200])


def _problem(body: Any) -> Problem | None:
    if body.get("success") is False:
        told: dict[str, Any] = body.get("error_response") or {}
        reasons = (told.get("new_order_failure_reason"), told.get("error"), body.get("failure_reason"))
        # What the preview turns down may have no other reason, and no message.
        said = (*reasons, told.get("preview_failure_reason"))
        word = next((str(each) for each in said if each and each not in _NO_WORDS), _NO_WORD)
        return Problem(word, f"{word}: {told.get('message', '')}")
    if body.get("error"):
        return Problem(str(body["error"]), str(body.get("message") or body.get("error_description") or ""))
    if body.get("errors"):
        return Problem(str(body["errors"][0]["id"]), str(body["errors"][0]["message"]))
    return None


OUTCOMES = Outcomes(_ROWS, problem_of, {"v2PrivatePostAccountsAccountIdTransactions": Outcomes(_MONEY, problem_of)})
