"""What a worker may touch and by how much: read at the edge, held against what a request says of itself."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allornone.errors import BadGroupError, BadSettingsError, RefusedError
from allornone.limits import Limits
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, Fee
from allornone.models.operation import OperationCommand
from allornone.settings import load_settings
from allornone.venues.paper import PAPER_VENUES, PaperWorld
from allornone.venues.plan import check_plan
from allornone.venues.registry import check_limits
from tests.plans import SELL, SHORT, STAKE, Leg, group, leg

LIMITS = Limits(
    venues=frozenset({"binance", "binance.usdm", "lido", "aave", "wallet"}),
    assets={"ETH": Decimal(2), "stETH": Decimal(2), "USDT": Decimal(5000), "ETHUSDT": Decimal(2)},
)


def problems(asked: Leg, sent: str | None = None) -> list[str]:
    return list(LIMITS.problems(OperationCommand.model_validate(asked), Decimal(sent) if sent else None))


def amounting(asked: Leg, amount: str) -> Leg:
    return {**asked, "operation_details": {**asked["operation_details"], "amount": amount}}


def request(asked: Leg) -> ExecutionRequest:
    own = {"client_ref": "0" * 32, "not_after": "2026-01-05T12:00:00Z"}
    return ExecutionRequest.model_validate({**asked, **own})


def predicted(changes: dict[str, str], *fees: Fee) -> ExecutionHandshake:
    return ExecutionHandshake.model_validate(
        {"operation_id": "sell", "status": "confirmed", "actual_deltas": changes, "fees": fees}
    )


@pytest.mark.parametrize("asked", [SELL, STAKE, SHORT], ids=["sell", "stake", "short"])
def test_what_is_inside_is_allowed(asked: Leg) -> None:
    assert problems(asked) == []


def test_the_limit_itself_is_inside() -> None:
    asked = {**amounting(STAKE, "2"), "expected_deltas": {"binance:ETH": "-2", "lido:stETH": "2"}}
    assert problems(asked) == []


def test_the_amount_counts_whatever_the_expected_changes_say() -> None:
    assert problems(amounting(SELL, "100"))[0] == "100 ETH is more than 2"


def test_the_amount_of_a_perpetual_is_its_contracts() -> None:
    assert problems(amounting(SHORT, "3")) == ["3 ETHUSDT is more than 2"]


def test_every_asset_that_leaves_counts_and_not_only_the_one_that_is_named() -> None:
    asked = {**SELL, "expected_deltas": {"binance:ETH": "-1", "binance:BTC": "-1", "binance:USDT": "3000"}}
    assert problems(asked) == ["asset 'BTC' is not listed"]


def test_what_arrives_counts_too_so_that_it_can_be_undone() -> None:
    asked = {**SELL, "expected_deltas": {"binance:ETH": "-1", "binance:USDT": "6000"}}
    assert problems(asked) == ["6000 USDT is more than 5000"]


def test_what_leaves_several_holdings_adds_up() -> None:
    asked = {**STAKE, "expected_deltas": {"binance:ETH": "-1.5", "wallet:ETH": "-1.5", "lido:stETH": "1"}}
    assert problems(asked) == ["3 ETH is more than 2"]


def test_moving_an_asset_from_one_venue_to_another_counts_once() -> None:
    move = leg("move", "transfer", "binance>wallet", "ETH>ETH", {"binance:ETH": "-1.5", "wallet:ETH": "1.5"})
    assert problems(amounting(move, "1.5")) == []


def test_a_venue_that_is_not_listed_is_named_wherever_it_stands() -> None:
    asked = {**STAKE, "source_venue": "kraken", "expected_deltas": {"coinbase:ETH": "-1", "lido:stETH": "1"}}
    assert problems(asked) == ["venue 'coinbase' is not listed", "venue 'kraken' is not listed"]


def test_a_loan_is_of_the_token_that_is_lent() -> None:
    loan = leg("loan", "borrow", "wallet>aave", "USDT>ETH", {"wallet:ETH": "1"}, amount="3")
    assert problems(loan) == ["3 ETH is more than 2"]


def test_a_limit_price_says_what_a_trade_may_move_of_its_quote() -> None:
    asked = {**SELL, "operation_details": {**SELL["operation_details"], "side": "buy", "limit_price": "6000"}}
    assert problems({**asked, "expected_deltas": {"binance:ETH": "1"}}) == ["6000 USDT is more than 5000"]


def test_what_is_sent_counts_as_it_was_rounded() -> None:
    asked = {**amounting(STAKE, "2.0009"), "expected_deltas": {"binance:ETH": "-2.0009", "lido:stETH": "2.0009"}}
    assert problems(asked) == ["2.0009 ETH is more than 2", "2.0009 stETH is more than 2"]
    assert problems(asked, sent="2") == []


def test_what_its_venue_predicts_counts_without_the_fees() -> None:
    commission = Fee(position_key="binance:BNB", amount=Decimal(1), currency="BNB")
    shown = {"binance:ETH": "-1", "binance:USDT": "4999", "binance:BNB": "-1"}
    LIMITS.refuse(request(SELL), {"amount": "1"}, predicted(shown, commission))
    with pytest.raises(RefusedError, match="beyond this worker's limits: 5001 USDT is more than 5000") as refused:
        LIMITS.refuse(request(SELL), {"amount": "1"}, predicted({**shown, "binance:USDT": "5001"}, commission))
    assert refused.value.code == "EXEC-009"


def test_a_plan_beyond_the_limits_is_refused_with_the_place(tmp_path: Path) -> None:
    world = PaperWorld(tmp_path)
    venues = {name: world.venue(name) for name in PAPER_VENUES}
    back: dict[str, Any] = {
        **{key: SELL[key] for key in SELL if key != "operation_id"},
        "expected_deltas": {"binance:ETH": "-9"},
    }
    with pytest.raises(BadGroupError) as refused:
        check_plan(group("g", SELL, amounting({**SHORT, "rollback": back}, "3")), venues, LIMITS)
    assert str(refused.value).splitlines() == [
        "operations.1 (short): beyond this worker's limits: 3 ETHUSDT is more than 2",
        "operations.1 (short).rollback: beyond this worker's limits: 9 ETH is more than 2",
    ]
    check_plan(group("g", SELL, amounting(SHORT, "3")), venues)


# --- how they are given ---


def test_without_limits_there_are_none() -> None:
    assert load_settings().limits is None


@pytest.mark.parametrize("amount", ["10", '"10"', "10.0"])
def test_limits_are_json_in_the_variable(monkeypatch: pytest.MonkeyPatch, amount: str) -> None:
    monkeypatch.setenv("ALLORNONE_LIMITS", f'{{"venues": ["binance"], "assets": {{"ETH": {amount}}}}}')
    limits = load_settings().limits
    assert limits == Limits(venues=frozenset({"binance"}), assets={"ETH": Decimal(10)})
    assert str(limits) == "venues binance; at most 10 ETH an operation"


def test_limits_are_a_file_that_the_variable_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "limits.json"
    file.write_text('{"venues": ["binance", "lido"], "assets": {"ETH": "0.5"}}')
    monkeypatch.setenv("ALLORNONE_LIMITS", str(file))
    assert str(load_settings().limits) == "venues binance, lido; at most 0.5 ETH an operation"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "ALLORNONE_LIMITS is wrong: must be a JSON object or the path of a file with one"),
        ("/nowhere/limits.json", "the path of a file with one: No such file or directory"),
        ("{venues", "the path of a file with one: Expecting property name"),
        ('{"venues": ["binance"]}', "ALLORNONE_LIMITS at assets is missing; add it"),
        ('{"venues": [], "assets": {"ETH": 1}}', "ALLORNONE_LIMITS at venues must not be empty; write a value"),
        (
            '{"venues": ["binance"], "assets": {"ETH": 0}}',
            "ALLORNONE_LIMITS at assets.ETH must be greater than 0, was 0",
        ),
        (
            '{"venues": ["binance"], "assets": {"ETH": 1}, "max": 1}',
            "ALLORNONE_LIMITS at max is no field; the fields are",
        ),
        (
            '{"venues": ["binance"], "asset": {"ETH": 1}}',
            "ALLORNONE_LIMITS at asset is no field; did you mean 'assets'?",
        ),
        (
            '{"venues": ["Binance"], "assets": {"ETH": 1}}',
            "ALLORNONE_LIMITS at venues.0 must be a venue in lower case such as 'binance' or 'binance.usdm', was 'B",
        ),
        (
            '{"venues": ["binance"], "assets": {"E T H": 1}}',
            "ALLORNONE_LIMITS at assets.E T H must be a token such as 'ETH', was 'E T H'",
        ),
        (
            '{"venues": ["binance"], "assets": {"ETH": 1.2345678901234567}}',
            "ALLORNONE_LIMITS at assets.ETH is wrong: a number of more than 15 digits must be a quoted string",
        ),
    ],
)
def test_wrong_limits_are_told_what_to_write(monkeypatch: pytest.MonkeyPatch, given: str, said: str) -> None:
    monkeypatch.setenv("ALLORNONE_LIMITS", given)
    with pytest.raises(BadSettingsError) as wrong:
        load_settings()
    assert said in str(wrong.value)


def test_limits_that_list_a_venue_which_the_worker_does_not_have_are_refused_by_its_name() -> None:
    settings = load_settings(
        limits='{"venues": ["bianance", "lido"], "assets": {"ETH": "1"}}',
        venues={"binance": {"adapter": "paper"}, "lido": {"adapter": "paper"}},
    )

    with pytest.raises(BadSettingsError) as wrong:
        check_limits(settings)

    assert str(wrong.value) == "ALLORNONE_LIMITS at venues: this worker has no venue 'bianance'; it has binance, lido"


def test_limits_that_list_some_of_the_workers_venues_are_taken() -> None:
    check_limits(load_settings(limits='{"venues": ["binance"], "assets": {"ETH": "1"}}'))
    check_limits(load_settings())
