"""What Kraken's answers to a write prove: its words in a 200, and what stands before it."""

import json

import pytest

from allornone.venues.exchange.kraken.outcomes import OUTCOMES
from allornone.venues.exchange.outcomes import Outcome
from allornone.venues.exchange.wire import Leg, Phase


def proves(status: int, body: str) -> Outcome:
    return OUTCOMES.of(Leg("POST", Phase.ANSWERED, status, {}, body))[0]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("EOrder:Insufficient funds", Outcome.REFUSED),
        ("EOrder:Order minimum not met", Outcome.REFUSED),
        ("EOrder:Tick size check failed", Outcome.REFUSED),
        ("EGeneral:Invalid arguments:volume", Outcome.REFUSED),
        ("EQuery:Unknown asset pair", Outcome.REFUSED),
        ("EService:Market in cancel_only mode", Outcome.REFUSED),
        ("EAPI:Invalid key", Outcome.REFUSED),
        ("EAPI:Invalid signature", Outcome.REFUSED),
        ("EGeneral:Permission denied", Outcome.REFUSED),
        ("EFunding:Unknown withdraw key", Outcome.REFUSED),
        ("EAPI:Invalid nonce", Outcome.RESYNC),
        ("EAPI:Rate limit exceeded", Outcome.BACK_OFF),
        ("EOrder:Rate limit exceeded", Outcome.BACK_OFF),
        ("EGeneral:Temporary lockout", Outcome.BACK_OFF),
        ("EService:Throttled:1795382550", Outcome.BACK_OFF),
        ("EOrder:Duplicate cl_ord_id", Outcome.LOOK_UP),
        ("EGeneral:Invalid arguments:cl_ord_id", Outcome.LOOK_UP),
        ("EService:Deadline elapsed", Outcome.UNKNOWN),
        ("EService:Unavailable", Outcome.UNKNOWN),
        ("EService:Busy", Outcome.UNKNOWN),
        ("EGeneral:Internal error", Outcome.UNKNOWN),
        ("EGeneral:Internal error:1234", Outcome.UNKNOWN),
        ("EOrder:Domain rate limit exceeded", Outcome.BACK_OFF),
        ("EBM:limit exceeded:CAL", Outcome.REFUSED),
        ("EService:Market in post_only mode", Outcome.REFUSED),
        ("EFunding:Insufficient funds", Outcome.REFUSED),
        ("ENobody:Has ever seen this", Outcome.UNKNOWN),
    ],
)
def test_a_word_in_a_200_proves_what_its_row_says(word: str, expected: Outcome) -> None:
    assert proves(200, json.dumps({"error": [word]})) is expected


@pytest.mark.parametrize(
    "word",
    [
        "EOrder:Something new",
        "EOrder:Reduce only:Position is closed",  # "will match as much as possible and cancel back the rest"
        "EOrder:Unknown order",
        "EAPI:Bad request",
        "EAuth:Failed",
        "EAccount:Something new",
        "EFunding:Temporary error",
        "EFunding:Something new",
        "EGeneral:Something new",
        "ETrade:Something new",
        "EBM:Something new",
        "EQuery:Something new",
        "EService:Market in some new mode",
    ],
)
def test_a_word_of_a_known_family_that_is_on_no_list_proves_nothing(word: str) -> None:
    assert proves(200, json.dumps({"error": [word]})) is Outcome.UNKNOWN


def test_a_refusal_beside_another_error_proves_nothing() -> None:
    assert proves(200, '{"error":["EOrder:Insufficient funds","EService:Busy"]}') is Outcome.UNKNOWN
    assert proves(200, '{"error":["EGeneral:Invalid arguments:a","EGeneral:Invalid arguments:b"]}') is Outcome.REFUSED


def test_no_error_is_an_acceptance_and_a_warning_is_no_error() -> None:
    assert proves(200, '{"error":[],"result":{"txid":["O"]}}') is Outcome.ACCEPTED
    assert proves(200, '{"error":["WGeneral:Something"],"result":{"txid":["O"]}}') is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, "slow down", Outcome.BACK_OFF),
        (403, "<html>Forbidden</html>", Outcome.BACK_OFF),
        (502, "<html>Bad Gateway</html>", Outcome.UNKNOWN),
        (520, "{}", Outcome.UNKNOWN),
        (200, "<html>Welcome</html>", Outcome.UNKNOWN),
        (200, "", Outcome.UNKNOWN),
        (200, "[]", Outcome.UNKNOWN),
        (200, '{"result":{}}', Outcome.UNKNOWN),
        (500, '{"error":["EOrder:Insufficient funds"]}', Outcome.UNKNOWN),
    ],
)
def test_what_is_no_answer_of_krakens_proves_nothing_of_an_order(status: int, body: str, expected: Outcome) -> None:
    assert proves(status, body) is expected


def test_an_error_beside_a_result_is_no_acceptance() -> None:
    assert proves(200, '{"error":["EService:Busy"],"result":{"txid":["O"]}}') is Outcome.UNKNOWN


@pytest.mark.parametrize("status", [403, 429])
def test_a_withdrawal_was_not_sent_where_kraken_itself_wants_silence_and_else_nobody_knows(status: int) -> None:
    table = OUTCOMES.at("privatePostWithdraw")

    def means(body: str) -> Outcome:
        return table.of(Leg("POST", Phase.ANSWERED, status, {}, body))[0]

    for foreign in ("<html>Forbidden</html>", "slow down", "", "{}", '{"error":["EOrder:Something new"]}'):
        assert means(foreign) is Outcome.SILENCED
    assert means('{"error":["EAPI:Rate limit exceeded"]}') is Outcome.BACK_OFF
