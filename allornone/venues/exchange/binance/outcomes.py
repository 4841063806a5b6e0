"""What Binance's answers prove, spot and USD-M. The sources are its own API documentation, by section."""

import json
from collections.abc import Iterable
from typing import Any, cast

from allornone.venues.exchange.binance.refusals import (
    MALFORMED,
    NEW_ORDER_REJECTED,
    TURNED_DOWN,
    USDM_MALFORMED,
    USDM_TURNED_DOWN,
    WALLET_TURNED_DOWN,
)
from allornone.venues.exchange.outcomes import UNREADABLE, Outcome, Outcomes, Problem, Row
from allornone.venues.exchange.wire import Leg

_OK = range(200, 300)
_MALFORMED = range(400, 500)
_SERVER = range(500, 600)

_TOO_OFTEN = (403, 418, 429)
_ACCEPTED = Row(Outcome.ACCEPTED, _OK, says=False)
# Errors, 10xx: "Too many requests queued", "Too many new orders".
_LIMITED = (Row(Outcome.BACK_OFF, code="-1003"), Row(Outcome.BACK_OFF, code="-1015"))
_COMMON = (
    # A page of a proxy's is nobody's word on the order, whatever its status.
    Row(Outcome.UNKNOWN, code=UNREADABLE),
    *_LIMITED,
    # Timing security: outside recvWindow, or more than a second ahead, and "the request will be rejected".
    Row(Outcome.RESYNC, code="-1021"),
    # Errors, 10xx: "an unknown error occurred while processing the request", "internal error; unable to process",
    # "unexpected response ... execution status unknown", "execution status unknown": whatever the HTTP status.
    *(Row(Outcome.UNKNOWN, code=code) for code in ("-1000", "-1006", "-1007")),
)

# General information, HTTP return codes: 429 breaks a request limit, 418 is banned for not backing off, 403 is the
# firewall's. Nothing of them reaches the matching engine.
_ORDERS = (_ACCEPTED, Row(Outcome.BACK_OFF, _TOO_OFTEN), *_COMMON)
# Money has no id that could show a first one: that it was not sent takes Binance's own word, and no proxy's page.
_MONEY = (_ACCEPTED, *_LIMITED, Row(Outcome.SILENCED, _TOO_OFTEN), *_COMMON)

# RFC 9110, 408: whoever answers it did not get the whole request in time, which need not be who executes it.
_TOO_SLOW = Row(Outcome.UNKNOWN, (408,))


def _refused(codes: Iterable[str], error: str = "EXEC-001") -> tuple[Row, ...]:
    """Return the rows of codes that prove that nothing happened. "4XX: the issue is on the sender's side"."""
    return tuple(Row(Outcome.REFUSED, _MALFORMED, code=code, error=error) for code in codes)


_REFUSALS = (*_refused(MALFORMED, "EXEC-007"), *_refused(TURNED_DOWN))

SPOT_ROWS = (
    *_ORDERS,
    # Errors, -2010: an order with this newClientOrderId is open, ours or an earlier one. Matched
    # loosely, as at Kraken: a look-up too many costs nothing, a refusal that is none leaves an order open.
    Row(Outcome.LOOK_UP, code="-2010", text="uplicate"),
    Row(Outcome.UNKNOWN, code="-1001"),
    # HTTP return codes: 5XX "execution status is UNKNOWN and could have been a success".
    Row(Outcome.UNKNOWN, _SERVER),
    _TOO_SLOW,
    *_refused((NEW_ORDER_REJECTED,)),
    *_REFUSALS,
)

WALLET_ROWS = (
    *_MONEY,
    Row(Outcome.UNKNOWN, code="-1001"),
    # No number could be had for what was asked; a success is to be confirmed.
    Row(Outcome.UNKNOWN, code="-4027"),
    Row(Outcome.UNKNOWN, code="-4030"),
    Row(Outcome.UNKNOWN, _SERVER),
    _TOO_SLOW,
    *_REFUSALS,
    *_refused(WALLET_TURNED_DOWN),
)

USDM_ROWS = (
    *_ORDERS,
    # USD-M errors, -4116: "clientOrderId is duplicated".
    Row(Outcome.LOOK_UP, code="-4116"),
    # USD-M errors, -5028: "timestamp for this request is outside of the ME recvWindow", the matching engine's.
    Row(Outcome.RESYNC, code="-5028"),
    # USD-M general information, HTTP return codes, 503, by its text, with or without a code: "the execution status is
    # UNKNOWN and could have been a success"; and three times "this is a failure API operation".
    Row(Outcome.UNKNOWN, (503,), text="Unknown error, please check your request or try again later."),
    Row(Outcome.NOT_SENT, (503,), text="Service Unavailable."),
    Row(Outcome.NOT_SENT, (503,), text="Internal error; unable to process your request. Please try again."),
    Row(Outcome.NOT_SENT, (503,), code="-1008"),
    Row(Outcome.UNKNOWN, code="-1001"),
    Row(Outcome.UNKNOWN, _SERVER),
    _TOO_SLOW,
    *_refused((NEW_ORDER_REJECTED,)),
    *_REFUSALS,
    *_refused(USDM_MALFORMED, "EXEC-007"),
    *_refused(USDM_TURNED_DOWN),
)


def problem_of(leg: Leg) -> Problem | None:
    """Return Binance's `{"code": ..., "msg": ...}`; a body that is no JSON at all is a problem of its own.

    What stands before it (503) has no code, and words all the same.
    """
    try:
        body: Any = json.loads(leg.body or "")
    except ValueError:
        return Problem(UNREADABLE, (leg.body or "")[:200])
    if not isinstance(body, dict):
        return None
    said = cast("dict[str, Any]", body)
    code, text = str(said.get("code", "")), str(said.get("msg", ""))
    if leg.status in _OK and code in ("", "0", "200"):
        return None
    return Problem(code, text) if "code" in said or text else None


# Transfers and withdrawals are the wallet endpoints', whatever the account: no 5xx is definite there, and their codes
# mean something else than those of futures.
_WALLET = {"sapi": Outcomes(WALLET_ROWS, problem_of)}
SPOT = Outcomes(SPOT_ROWS, problem_of, _WALLET)
USDM = Outcomes(USDM_ROWS, problem_of, _WALLET)
