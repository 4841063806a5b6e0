"""The undo of a trade: sized from what its fills changed, by rules that the handshake carries."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from allornone.models.details import Side
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, ExecutionStatus
from allornone.venues.capabilities import UndoClass
from allornone.venues.exchange.market import Book, Level
from allornone.venues.exchange.undo import undo_of_trade
from allornone.venues.inverse import Inverse

RULES = {"step": "0.0001", "least": "0.0001", "least_cost": "5", "executed_price": "2000"}


def asked(kind: str, venue: str, side: str, **details: object) -> ExecutionRequest:
    return ExecutionRequest.model_validate(
        {
            "operation_id": "trade",
            "operation_type": kind,
            "source_venue": venue,
            "target_venue": venue,
            "source_token": "USDT",
            "target_token": "ETH" if kind == "spot_trade" else "ETHUSDT",
            "expected_deltas": {},
            "operation_details": {"pair": "ETH/USDT", "side": side, "amount": "2", **details},
            "client_ref": "a" * 32,
            "not_after": datetime(2030, 1, 1, tzinfo=UTC),
        }
    )


def showing(**deltas: str) -> ExecutionHandshake:
    return ExecutionHandshake(
        operation_id="trade",
        status=ExecutionStatus.CONFIRMED,
        actual_deltas={key.replace("__", ":").replace("_usdm", ".usdm"): Decimal(by) for key, by in deltas.items()},
        execution_details=RULES,
    )


def undo(request: ExecutionRequest, handshake: ExecutionHandshake, book: Book | None = None) -> Inverse:
    return undo_of_trade(request, handshake, UndoClass.AT_MARKET, Decimal(100), book)


def test_what_was_bought_is_sold_less_the_fee_that_was_taken_of_it() -> None:
    (step,) = undo(asked("spot_trade", "binance", "buy"), showing(binance__ETH="1.998", binance__USDT="-4000")).steps

    assert step.operation_details.model_dump(mode="json", exclude_none=True) == {
        "operation_type": "spot_trade",
        "pair": "ETH/USDT",
        "side": "sell",
        "amount": "1.998",
        "order_type": "market",
        "max_slippage_bps": "100",
    }
    assert step.expected_deltas == {
        "binance:BaseToken:ETH": Decimal("-1.998"),
        "binance:BaseToken:USDT": Decimal(3996),
    }


def test_the_price_seen_last_is_what_it_is_expected_at() -> None:
    book = Book(bids=(Level(Decimal(1900), Decimal(5)),), asks=(Level(Decimal(1901), Decimal(5)),))

    (step,) = undo(asked("spot_trade", "binance", "buy"), showing(binance__ETH="1"), book).steps

    assert step.expected_deltas["binance:BaseToken:USDT"] == 1900


def test_what_lies_below_the_step_is_dust() -> None:
    inverse = undo(asked("spot_trade", "binance", "buy"), showing(binance__ETH="1.99805"))

    assert inverse.steps[0].operation_details.amount == Decimal("1.998")
    assert inverse.dust == {"ETH": Decimal("0.00005")}


def test_what_is_worth_less_than_the_least_order_is_all_dust() -> None:
    inverse = undo(asked("spot_trade", "binance", "buy"), showing(binance__ETH="0.0024"))

    assert (inverse.steps, inverse.dust) == ((), {"ETH": Decimal("0.0024")})


def test_an_opened_contract_is_closed_and_never_turned_whatever_little_it_is_worth() -> None:
    request = asked("perp_trade", "binance.usdm", "sell")

    (step,) = undo(request, showing(binance_usdm__Perp__ETHUSDT="-0.002")).steps

    assert step.operation_details.model_dump(include={"side", "amount", "reduce_only"}) == {
        "side": Side.BUY,
        "amount": Decimal("0.002"),
        "reduce_only": True,
    }
    assert step.expected_deltas == {"binance.usdm:Perp:ETHUSDT": Decimal("0.002")}


def test_a_closed_contract_is_opened_again() -> None:
    request = asked("perp_trade", "binance.usdm", "buy", reduce_only=True)

    (step,) = undo(request, showing(binance_usdm__Perp__ETHUSDT="2")).steps

    assert step.operation_details.model_dump(include={"side", "reduce_only"}) == {
        "side": Side.SELL,
        "reduce_only": False,
    }


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_nothing_done_is_nothing_to_undo(side: str) -> None:
    assert undo(asked("spot_trade", "binance", side), showing()) == Inverse(undo_class=UndoClass.AT_MARKET)


@pytest.mark.parametrize(("amount", "sold"), [("0.00252", False), ("0.0026", True)])
def test_what_is_worth_too_little_at_the_bound_of_the_undo_is_dust(amount: str, *, sold: bool) -> None:
    rules = {**RULES, "step": "0.00001", "least": "0.00001"}
    shown = showing(binance__ETH=amount).model_copy(update={"execution_details": rules})

    inverse = undo(asked("spot_trade", "binance", "buy"), shown)  # 0.00252 is 5.04 at 2000, and 4.9896 at 1980

    assert ([step.operation_details.amount for step in inverse.steps], inverse.dust) == (
        ([Decimal(amount)], {}) if sold else ([], {"ETH": Decimal(amount)})
    )
