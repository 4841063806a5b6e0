from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from allornone.errors import BadGroupError, BadSettingsError
from allornone.models.details import OperationType
from allornone.models.group import AtomicGroup
from allornone.settings import load_settings
from allornone.venues.capabilities import Capabilities, OperationCapability, UndoClass
from allornone.venues.exchange import ExchangeVenue
from allornone.venues.registry import check_plan, configured_venues, open_venues, warnings


@dataclass(frozen=True)
class Declared:
    """A venue's name and abilities, which is all that a plan is checked against."""

    name: str
    capabilities: Capabilities


def declared(name: str, undo: UndoClass, *kinds: OperationType) -> Declared:
    return Declared(name, Capabilities(operations={kind: OperationCapability(undo=undo) for kind in kinds}))


VENUES = {
    "binance": declared("binance", UndoClass.AT_MARKET, OperationType.SPOT_TRADE),
    "kraken": declared("kraken", UndoClass.NONE, OperationType.WITHDRAW),
    "lido": declared("lido", UndoClass.AT_MARKET, OperationType.STAKE, OperationType.UNSTAKE),
}


def stake(operation_id: str = "stake", **changed: Any) -> dict[str, Any]:
    return {
        "operation_id": operation_id,
        "operation_type": "stake",
        "source_venue": "binance",
        "target_venue": "lido",
        "source_token": "ETH",
        "target_token": "stETH",
        "expected_deltas": {"binance:ETH": "-1", "lido:stETH": "1"},
        "operation_details": {"amount": "1"},
        **changed,
    }


def withdraw(operation_id: str = "out", **changed: Any) -> dict[str, Any]:
    return {
        "operation_id": operation_id,
        "operation_type": "withdraw",
        "source_venue": "kraken",
        "target_venue": "binance",
        "source_token": "ETH",
        "target_token": "ETH",
        "expected_deltas": {"kraken:ETH": "-1", "binance:ETH": "1"},
        "operation_details": {"amount": "1"},
        **changed,
    }


def group(*operations: dict[str, Any]) -> AtomicGroup:
    return AtomicGroup.model_validate({"atomic_group_id": "g", "operations": operations})


def test_a_time_of_finality_that_nobody_would_wait_for_cannot_be_declared() -> None:
    with pytest.raises(ValidationError, match="finality_s"):
        OperationCapability.model_validate({"finality_s": "60"})


def test_a_plan_that_the_venues_can_do_passes() -> None:
    check_plan(group(stake(), withdraw()), VENUES)


def test_an_unknown_venue_is_named_with_its_place_and_the_one_meant() -> None:
    with pytest.raises(BadGroupError) as caught:
        check_plan(group(stake(source_venue="binanse")), VENUES)

    assert str(caught.value) == (
        "operations.0 (stake).source_venue: unknown venue 'binanse'; "
        "did you mean 'binance'? known are binance, kraken, lido"
    )


def test_an_operation_that_its_venue_does_not_do_is_refused_with_those_it_does() -> None:
    with pytest.raises(BadGroupError) as caught:
        check_plan(group(stake(), stake("again", target_venue="binance")), VENUES)

    assert str(caught.value) == (
        "operations.1 (again).operation_type: 'binance' does not do 'stake'; it does spot_trade"
    )


def test_a_withdrawal_is_executed_by_its_source() -> None:
    with pytest.raises(BadGroupError, match="'lido' does not do 'withdraw'; it does stake, unstake"):
        check_plan(group(withdraw(source_venue="lido")), VENUES)


def test_an_account_is_a_venue_of_its_own() -> None:
    with pytest.raises(BadGroupError, match=r"unknown venue 'binance\.usdm'"):
        check_plan(group(stake(source_venue="binance.usdm")), VENUES)


def test_a_delta_at_an_unknown_venue_is_refused() -> None:
    with pytest.raises(BadGroupError, match="'okx:ETH' is at an unknown venue 'okx'"):
        check_plan(group(stake(expected_deltas={"okx:ETH": "-1"})), VENUES)


def test_a_rollback_given_by_the_strategy_is_checked_like_an_operation() -> None:
    given = {key: value for key, value in stake().items() if key != "operation_id"} | {"target_venue": "lida"}

    with pytest.raises(BadGroupError, match=r"^operations\.0 \(stake\)\.rollback\.target_venue: unknown venue 'lida'"):
        check_plan(group(stake(rollback=given)), VENUES)


def test_more_than_ten_problems_are_counted() -> None:
    with pytest.raises(BadGroupError, match=r"\.\.\. and 2 more$"):
        check_plan(group(*(stake(f"s{n}", source_venue="okx") for n in range(12))), VENUES)


def test_an_operation_without_an_undo_before_another_is_warned_about() -> None:
    (warning,) = warnings(group(withdraw(), stake()), VENUES)

    assert warning == (
        "operation 'out' cannot be undone at 'kraken' and comes before 'stake': should that fail, "
        "'out' stays in effect; put it last, or give it a rollback"
    )


@pytest.mark.parametrize(("changed", "why"), [({"pivot": True}, "is a pivot"), ({"rollback": "none"}, "has rollback")])
def test_a_pivot_or_a_refused_undo_before_another_is_warned_about(changed: dict[str, Any], why: str) -> None:
    (warning,) = warnings(group(stake("first", **changed), stake("second")), VENUES)

    assert warning.startswith(f"operation 'first' {why}")


def test_what_cannot_be_undone_is_fine_at_the_end() -> None:
    assert warnings(group(stake(), withdraw()), VENUES) == ()


def test_without_configuration_the_venues_are_the_paper_ones() -> None:
    names = configured_venues(load_settings(venues={}))

    assert {"binance", "coinbase", "kraken", "aave", "compound", "morpho"} < names.keys()
    assert {"lido", "etherfi", "rocketpool", "uniswap", "wallet"} < names.keys()


def test_a_configured_venue_is_opened_under_its_own_name(tmp_path: Path) -> None:
    venues = open_venues(load_settings(data_dir=tmp_path, venues={"binance.usdm": {}}))

    assert [venue.name for venue in venues.values()] == ["binance.usdm"]


def test_an_adapter_that_nobody_brings_is_refused_with_those_installed() -> None:
    with pytest.raises(
        BadSettingsError, match=r"at okx\.adapter: no installed package brings .* installed are .*paper"
    ):
        open_venues(load_settings(venues={"okx": {"adapter": "cctx"}}))


def trade(side: str, eth: str) -> dict[str, Any]:
    return {
        "operation_id": "trade",
        "operation_type": "spot_trade",
        "source_venue": "binance",
        "target_venue": "binance",
        "source_token": "ETH",
        "target_token": "USDT",
        "expected_deltas": {"binance:ETH": eth},
        "operation_details": {"pair": "ETH/USDT", "side": side, "amount": "1"},
    }


@pytest.mark.parametrize(("side", "eth"), [("sell", "-1"), ("buy", "1")])
def test_a_trade_that_expects_what_its_side_does_passes(side: str, eth: str) -> None:
    check_plan(group(trade(side, eth)), VENUES)


def test_a_trade_that_expects_the_other_side_is_refused() -> None:
    with pytest.raises(BadGroupError) as caught:
        check_plan(group(trade("sell", "1")), VENUES)

    assert str(caught.value) == ("operations.0 (trade).expected_deltas: 'binance:ETH' is +1, but the side is 'sell'")


@pytest.mark.parametrize("key", ["binance.usdm:ETHUSDT", "binance.usdm:Perp:ETH", "binance.usdm:ETH-PERP"])
def test_a_perp_that_expects_the_other_side_is_refused(key: str) -> None:
    perp = trade("sell", "1") | {
        "operation_type": "perp_trade",
        "source_venue": "binance.usdm",
        "target_venue": "binance.usdm",
        "expected_deltas": {key: "1"},
    }
    venues = VENUES | {"binance.usdm": declared("binance.usdm", UndoClass.AT_MARKET, OperationType.PERP_TRADE)}
    with pytest.raises(BadGroupError, match=r"is \+1, but the side is 'sell'"):
        check_plan(group(perp), venues)


def test_an_undo_that_expects_the_other_side_is_refused() -> None:
    back = {key: value for key, value in trade("buy", "-1").items() if key != "operation_id"}
    with pytest.raises(BadGroupError, match=r"\.rollback\.expected_deltas: 'binance:ETH' is -1, but the side is 'buy'"):
        check_plan(group(trade("sell", "-1") | {"rollback": back}), VENUES)


async def test_an_exchange_account_learns_where_the_workers_of_the_host_share_its_budget(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"apiKey": "key", "secret": "secret"}', encoding="utf-8")
    keys.chmod(0o600)
    account = {"adapter": "ccxt", "exchange": "binance", "credentials_file": str(keys)}

    (venue,) = open_venues(load_settings(data_dir=tmp_path / "data", venues={"binance": account})).values()

    assert isinstance(venue, ExchangeVenue)
    assert (await venue.budget()).account == "binance/spot"
    assert (tmp_path / "data" / "budgets.db").is_file()
    await venue.aclose()
