"""What Binance's answers to a write prove at each of its endpoints, beyond what `test_transport` reads off the wire."""

import json

import pytest

from allornone.venues.exchange.binance.outcomes import SPOT, USDM
from allornone.venues.exchange.outcomes import Outcome, Outcomes
from allornone.venues.exchange.wire import Leg, Phase

ORDER, TRANSFER = "fapiPrivatePostOrder", "sapiPostAssetTransfer"
WITHDRAWAL = "sapiPostCapitalWithdrawApply"


def said(text: str) -> str:
    """Return what stands before Binance's matching engine says: no code."""
    return json.dumps({"timestamp": 1_700_000_000_000, "path": "/fapi/v1/order", "msg": text})


OVERLOADED = '{"code": -1008, "msg": "Server is currently overloaded with other requests."}'
DEFINITE = '{"code": -1001, "msg": "Internal error; unable to process your request. Please try again."}'
UNCONFIRMED = '{"code": -4030, "msg": "The success is to be confirmed."}'


def proves(method: str, status: int, body: str, table: Outcomes = USDM) -> Outcome:
    return table.at(method).of(Leg("POST", Phase.ANSWERED, status, {}, body))[0]


def coded(code: int) -> str:
    return f'{{"code": {code}, "msg": "Something."}}'


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (503, OVERLOADED, Outcome.NOT_SENT),
        (503, said("Service Unavailable."), Outcome.NOT_SENT),
        (503, said("Internal error; unable to process your request. Please try again."), Outcome.NOT_SENT),
        (503, said("Unknown error, please check your request or try again later."), Outcome.UNKNOWN),
        (503, said("Something new."), Outcome.UNKNOWN),
        (500, said("Service Unavailable."), Outcome.UNKNOWN),
        (503, "<html>503 Service Unavailable.</html>", Outcome.UNKNOWN),
        (503, "Service Unavailable.", Outcome.UNKNOWN),
        (503, DEFINITE, Outcome.NOT_SENT),
        (400, DEFINITE, Outcome.UNKNOWN),
        (408, '{"code": -9999, "msg": "Timeout"}', Outcome.UNKNOWN),
        (400, '{"code": -2019, "msg": "Margin is insufficient."}', Outcome.REFUSED),
    ],
)
def test_an_answer_to_a_futures_order_proves_what_its_row_says(status: int, body: str, expected: Outcome) -> None:
    assert proves(ORDER, status, body) is expected


@pytest.mark.parametrize(("status", "body"), [(503, OVERLOADED), (503, DEFINITE), (400, UNCONFIRMED)])
def test_a_transfer_out_of_the_futures_wallet_is_judged_by_the_table_of_its_own_endpoint(
    status: int, body: str
) -> None:
    assert proves(TRANSFER, status, body) is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("method", "table", "code", "expected"),
    [
        ("privatePostOrder", SPOT, -2010, Outcome.REFUSED),
        ("privatePostOrder", SPOT, -1100, Outcome.REFUSED),
        ("privatePostOrder", SPOT, -1016, Outcome.UNKNOWN),
        ("privatePostOrder", SPOT, -2099, Outcome.UNKNOWN),
        ("privatePostOrder", SPOT, -4026, Outcome.UNKNOWN),
        (ORDER, USDM, -4164, Outcome.REFUSED),
        (ORDER, USDM, -5028, Outcome.RESYNC),
        (ORDER, USDM, -2020, Outcome.UNKNOWN),
        (ORDER, USDM, -4999, Outcome.UNKNOWN),
        (TRANSFER, SPOT, -5013, Outcome.REFUSED),
        (TRANSFER, SPOT, -5010, Outcome.UNKNOWN),
        (TRANSFER, SPOT, -5012, Outcome.UNKNOWN),
        (TRANSFER, SPOT, -3000, Outcome.UNKNOWN),
        (WITHDRAWAL, SPOT, -4026, Outcome.REFUSED),
        (WITHDRAWAL, SPOT, -4045, Outcome.UNKNOWN),
        (WITHDRAWAL, SPOT, -2010, Outcome.UNKNOWN),
        (WITHDRAWAL, SPOT, -2015, Outcome.REFUSED),
    ],
)
def test_a_400_is_a_refusal_by_the_codes_that_its_interface_is_known_to_refuse_with(
    method: str, table: Outcomes, code: int, expected: Outcome
) -> None:
    assert proves(method, 400, coded(code), table) is expected


@pytest.mark.parametrize("method", [TRANSFER, WITHDRAWAL])
@pytest.mark.parametrize("status", [403, 418, 429])
def test_money_was_not_sent_where_binance_itself_wants_silence_and_else_nobody_knows(method: str, status: int) -> None:
    for foreign in ("<html>Forbidden</html>", "", "{}", '{"error": "proxy"}', coded(-9999)):
        assert proves(method, status, foreign, SPOT) is Outcome.SILENCED
    for own in (coded(-1003), coded(-1015)):
        assert proves(method, status, own, SPOT) is Outcome.BACK_OFF


@pytest.mark.parametrize(("method", "table"), [("privatePostOrder", SPOT), (ORDER, USDM)])
@pytest.mark.parametrize("status", [403, 418, 429])
def test_an_order_was_not_sent_whoever_wants_silence(method: str, table: Outcomes, status: int) -> None:
    assert proves(method, status, "<html>Forbidden</html>", table) is Outcome.BACK_OFF


@pytest.mark.parametrize("text", ["Duplicate order sent.", "Duplicate order sent", "Duplicated newClientOrderId."])
def test_a_spot_order_that_may_be_open_already_is_looked_up_however_that_is_worded(text: str) -> None:
    assert proves("privatePostOrder", 400, json.dumps({"code": -2010, "msg": text}), SPOT) is Outcome.LOOK_UP
