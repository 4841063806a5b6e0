"""What Coinbase's answers to a write prove, in each of the shapes that it says something in."""

import json

import pytest

from allornone.venues.exchange.coinbase.outcomes import OUTCOMES
from allornone.venues.exchange.outcomes import Outcome
from allornone.venues.exchange.wire import Leg, Phase


def proves(status: int, body: str) -> Outcome:
    return OUTCOMES.of(Leg("POST", Phase.ANSWERED, status, {}, body))[0]


def failed(reason: str, **more: str) -> str:
    told = {"error": reason, "message": "", "error_details": "", "new_order_failure_reason": reason, **more}
    return json.dumps({"success": False, "failure_reason": "UNKNOWN_FAILURE_REASON", "error_response": told})


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("INSUFFICIENT_FUND", Outcome.REFUSED),
        ("UNSUPPORTED_ORDER_CONFIGURATION", Outcome.REFUSED),
        ("PRODUCT_TRADING_HALTED", Outcome.REFUSED),
        ("INVALID_SIZE_PRECISION", Outcome.REFUSED),
        ("DUPLICATE_CLIENT_ORDER_ID", Outcome.LOOK_UP),
        ("UNKNOWN_FAILURE_REASON", Outcome.UNKNOWN),
        ("SOME_NEW_REASON", Outcome.UNKNOWN),
        ("INVALID_SOMETHING_NEW", Outcome.UNKNOWN),
    ],
)
def test_an_order_that_failed_in_a_200_was_not_created_where_it_says_why(reason: str, expected: Outcome) -> None:
    assert proves(200, failed(reason)) is expected


@pytest.mark.parametrize(
    ("reason", "preview", "expected"),
    [
        ("UNKNOWN_FAILURE_REASON", "PREVIEW_INVALID_BASE_SIZE_TOO_SMALL", Outcome.REFUSED),
        ("UNKNOWN_FAILURE_REASON", "PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL", Outcome.REFUSED),
        ("UNKNOWN_FAILURE_REASON", "PREVIEW_SOMETHING_NEW", Outcome.UNKNOWN),
        ("UNKNOWN_FAILURE_REASON", "UNKNOWN_PREVIEW_FAILURE_REASON", Outcome.UNKNOWN),
        ("SOME_NEW_REASON", "PREVIEW_INVALID_BASE_SIZE_TOO_SMALL", Outcome.UNKNOWN),
        ("INSUFFICIENT_FUND", "PREVIEW_SOMETHING_NEW", Outcome.REFUSED),
    ],
)
def test_the_previews_reason_counts_where_there_is_no_other(reason: str, preview: str, expected: Outcome) -> None:
    assert proves(200, failed(reason, preview_failure_reason=preview)) is expected


def test_the_first_order_of_an_id_is_an_acceptance() -> None:
    assert proves(200, '{"success":true,"success_response":{"order_id":"1"}}') is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, '{"error":"INVALID_ARGUMENT","message":"no size"}', Outcome.REFUSED),
        (400, '{"errors":[{"id":"validation_error","message":"no amount"}]}', Outcome.REFUSED),
        (401, "Unauthorized\n", Outcome.REFUSED),
        (401, '{"error":"unauthorized"}', Outcome.REFUSED),
        (402, '{"errors":[{"id":"two_factor_required","message":""}]}', Outcome.REFUSED),
        (403, '{"error":"PERMISSION_DENIED","message":"Missing required scopes"}', Outcome.REFUSED),
        (403, "<html>Forbidden</html>", Outcome.BACK_OFF),
        (429, '{"errors":[{"id":"rate_limit_exceeded","message":""}]}', Outcome.BACK_OFF),
        (429, "slow down", Outcome.BACK_OFF),
        (500, '{"error":"INTERNAL"}', Outcome.UNKNOWN),
        (500, '{"errors":[{"id":"internal_server_error","message":""}]}', Outcome.UNKNOWN),
        (502, "<html>Bad Gateway</html>", Outcome.UNKNOWN),
        (503, failed("INSUFFICIENT_FUND"), Outcome.UNKNOWN),
        (404, "<html>Not Found</html>", Outcome.UNKNOWN),
        (408, '{"error":"CANCELLED","message":"context canceled"}', Outcome.UNKNOWN),
        (409, '{"error":"ALREADY_EXISTS","message":""}', Outcome.UNKNOWN),
        (400, '{"error":"FAILED_PRECONDITION","message":""}', Outcome.UNKNOWN),
        (400, '{"errors":[{"id":"some_new_word","message":""}]}', Outcome.UNKNOWN),
        (404, '{"errors":[{"id":"not_found","message":""}]}', Outcome.REFUSED),
        (499, '{"error":"CANCELLED","message":""}', Outcome.UNKNOWN),
        (200, "<html>Welcome</html>", Outcome.UNKNOWN),
        (200, "", Outcome.UNKNOWN),
        (200, "[]", Outcome.UNKNOWN),
    ],
)
def test_an_answer_proves_what_its_row_says(status: int, body: str, expected: Outcome) -> None:
    assert proves(status, body) is expected


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, '{"errors":[{"id":"rate_limit_exceeded","message":""}]}', Outcome.BACK_OFF),
        (429, '{"error":"RESOURCE_EXHAUSTED","message":""}', Outcome.BACK_OFF),
        (429, "slow down", Outcome.SILENCED),
        (429, "{}", Outcome.SILENCED),
        (403, "<html>Forbidden</html>", Outcome.SILENCED),
        (403, '{"error":"PERMISSION_DENIED","message":"Missing required scopes"}', Outcome.REFUSED),
        (403, '{"error":"SOMETHING_NEW","message":""}', Outcome.UNKNOWN),
    ],
)
def test_a_send_was_not_sent_where_coinbase_itself_wants_silence_and_else_nobody_knows(
    status: int, body: str, expected: Outcome
) -> None:
    table = OUTCOMES.at("v2PrivatePostAccountsAccountIdTransactions")

    assert table.of(Leg("POST", Phase.ANSWERED, status, {}, body))[0] is expected
