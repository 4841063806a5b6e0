"""The models have all of the seed's fields, refuse what they do not know, and tell plans apart."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from allornone.events.delta import ExecutionDeltaEvent
from allornone.events.group import AtomicOperationGroupEvent
from allornone.events.operation import OperationExecutionEvent
from allornone.models.details import OperationDetails, OperationType, Side, SpotTradeDetails
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, ExecutionStatus, Fee
from allornone.models.group import AtomicGroup
from allornone.models.operation import GivenInverse, OperationCommand, Tolerance

DETAILS: TypeAdapter[OperationDetails] = TypeAdapter(OperationDetails)
REQUIRED = "no default"

SEED: dict[type[BaseModel], tuple[str, dict[str, Any]]] = {
    OperationCommand: (
        (
            "operation_id operation_type source_venue target_venue source_token target_token expected_deltas "
            "operation_details"
        ),
        {"atomic_group_id": None, "sequence_in_group": None, "priority": 0},
    ),
    ExecutionRequest: (
        (
            "operation_id operation_type source_venue target_venue source_token target_token expected_deltas "
            "operation_details"
        ),
        {"atomic_group_id": None, "sequence_in_group": None},
    ),
    ExecutionHandshake: (
        "operation_id status",
        {
            "actual_deltas": {},
            "execution_details": {},
            "fee_amount": 0,
            "fee_currency": "USDT",
            "error_code": None,
            "error_message": None,
        },
    ),
    OperationExecutionEvent: (
        (
            "timestamp real_utc_time correlation_id pid operation_id order_id operation_type venue status "
            "source_venue target_venue source_token target_token operation_details submitted_at"
        ),
        {
            "position_deltas": [],
            "executed_amount": 0,
            "fee_amount": 0,
            "fee_currency": "USDT",
            "error_code": None,
            "error_message": None,
            "atomic_group_id": None,
            "sequence_in_group": None,
            "executed_at": None,
            "venue_metadata": {},
            "simulated": False,
            "metadata": None,
        },
    ),
    AtomicOperationGroupEvent: (
        (
            "timestamp real_utc_time correlation_id pid atomic_group_id total_operations group_status "
            "operations execution_time_ms rollback_triggered"
        ),
        {"total_gas_fees": 0, "rollback_reason": None, "metadata": None},
    ),
    ExecutionDeltaEvent: (
        "timestamp real_utc_time correlation_id pid source_operation_id operation_type deltas",
        {"metadata": None},
    ),
}
"""What the seed requires, and the defaults of the rest."""

FIELDS = [
    (model, name, default)
    for model, (required, optional) in SEED.items()
    for name, default in {**dict.fromkeys(required.split(), REQUIRED), **optional}.items()
]


@pytest.mark.parametrize(("model", "name", "default"), FIELDS, ids=[f"{m.__name__}.{n}" for m, n, _ in FIELDS])
def test_a_field_of_the_seed_is_here_with_its_default(model: type[BaseModel], name: str, default: object) -> None:
    field = model.model_fields[name]

    found = REQUIRED if field.is_required() else field.get_default(call_default_factory=True)
    assert found == default


SELL: dict[str, Any] = {
    "operation_id": "sell",
    "operation_type": "spot_trade",
    "source_venue": "binance",
    "target_venue": "binance",
    "source_token": "ETH",
    "target_token": "USDT",
    "expected_deltas": {"binance:ETH": "-1", "binance:USDT": "3000"},
    "operation_details": {"pair": "ETH/USDT", "side": "sell", "amount": "1"},
}
STAKE: dict[str, Any] = {
    "operation_id": "stake_001",
    "operation_type": "STAKE",
    "source_venue": "binance",
    "target_venue": "lido",
    "source_token": "ETH",
    "target_token": "stETH",
    "expected_deltas": {"binance:ETH": -1.0, "lido:stETH": 1.0},
    "operation_details": {"token_in": "ETH", "token_out": "stETH", "amount": 1.0, "staking_rate": 0.04},
}
REQUEST: dict[str, Any] = {**SELL, "client_ref": "0" * 32, "not_after": "2026-01-01T00:00:00Z"}
HANDSHAKE: dict[str, Any] = {"operation_id": "sell", "status": "confirmed"}
GROUP: dict[str, Any] = {"atomic_group_id": "g-1", "operations": [SELL, STAKE]}


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (OperationCommand, SELL),
        (ExecutionRequest, REQUEST),
        (ExecutionHandshake, HANDSHAKE),
        (AtomicGroup, GROUP),
    ],
    ids=["command", "request", "handshake", "group"],
)
def test_an_unknown_field_is_refused(model: type[BaseModel], data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"expected_delta\n.*Extra inputs"):
        model.model_validate({**data, "expected_delta": {}})


def test_an_unknown_detail_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        OperationCommand.model_validate({**STAKE, "operation_details": {"amount": 1, "ratio": 2}})


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (OperationCommand, STAKE),
        (ExecutionRequest, REQUEST),
        (ExecutionHandshake, HANDSHAKE),
        (AtomicGroup, GROUP),
    ],
    ids=["command", "request", "handshake", "group"],
)
def test_what_is_written_reads_back_equal(model: type[BaseModel], data: dict[str, Any]) -> None:
    value = model.model_validate(data)

    assert model.model_validate_json(value.model_dump_json()) == value


def test_a_model_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        OperationCommand.model_validate(SELL).priority = 1  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def test_an_operation_type_is_read_in_either_case_and_written_in_lower() -> None:
    assert OperationCommand.model_validate(STAKE).model_dump(mode="json")["operation_type"] == "stake"


@pytest.mark.parametrize("kind", list(OperationType))
def test_every_operation_type_has_details_of_its_own(kind: OperationType) -> None:
    trade = {"pair": "ETH/USDT", "side": "buy"} if kind.value.endswith("_trade") else {}

    details = DETAILS.validate_python({"operation_type": kind, "amount": 1, **trade})

    assert details.operation_type is kind


def test_an_operation_that_expects_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="expected_deltas"):
        OperationCommand.model_validate({**SELL, "expected_deltas": {}})


def test_details_of_another_operation_are_refused() -> None:
    details = {"operation_type": "swap", "amount": 1}

    with pytest.raises(ValidationError, match="operation_details are those of 'swap', the operation is a 'stake'"):
        OperationCommand.model_validate({**STAKE, "operation_details": details})


@pytest.mark.parametrize("amount", ["0", "-1", "NaN"])
def test_an_amount_of_nothing_is_refused(amount: str) -> None:
    with pytest.raises(ValidationError, match="amount"):
        OperationCommand.model_validate({**STAKE, "operation_details": {"amount": amount}})


@pytest.mark.parametrize(
    ("kind", "venue"),
    [
        ("withdraw", "binance"),
        ("unstake", "binance"),
        ("transfer", "binance"),
        ("stake", "lido"),
        ("swap", "lido"),
    ],
)
def test_what_leaves_the_source_is_executed_by_the_source(kind: str, venue: str) -> None:
    operation = OperationCommand.model_validate({**STAKE, "operation_type": kind, "operation_details": {"amount": 1}})

    assert operation.venue == venue


def test_a_given_inverse_is_read_like_an_operation() -> None:
    fields = {key: value for key, value in STAKE.items() if key != "operation_id"}

    operation = OperationCommand.model_validate({**SELL, "rollback": fields})

    assert isinstance(operation.rollback, GivenInverse)
    assert operation.rollback.operation_type is OperationType.STAKE


def test_a_tolerance_is_30_bps_and_nothing_absolute_unless_given() -> None:
    assert Tolerance() == Tolerance(price_bps=Decimal(30), absolute=Decimal(0))


def test_several_fees_have_the_seeds_single_fee_as_their_sum_in_the_first_currency() -> None:
    fees = (
        Fee(position_key="binance:BNB", amount=Decimal("0.1"), currency="BNB"),
        Fee(position_key="wallet:ETH", amount=Decimal("0.002"), currency="ETH", kind="gas"),
        Fee(position_key="binance:BNB", amount=Decimal("0.2"), currency="BNB"),
    )

    handshake = ExecutionHandshake(operation_id="sell", status=ExecutionStatus.CONFIRMED, fees=fees)

    assert (handshake.fee_amount, handshake.fee_currency) == (Decimal("0.3"), "BNB")


def test_a_delta_event_keeps_its_rows() -> None:
    event = ExecutionDeltaEvent(
        timestamp="t",
        real_utc_time=datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
        correlation_id="run",
        pid=1,
        source_operation_id="sell",
        operation_type="spot_trade",
        deltas=[{"position_key": "binance:BaseToken:ETH", "delta_amount": Decimal("-1.5")}],
    )

    assert event.model_dump(mode="json")["deltas"][0]["delta_amount"] == "-1.5"


def test_a_pair_that_is_none_is_told_in_words_in_python_too() -> None:
    with pytest.raises(ValidationError, match="must be a pair such as 'ETH/USDT'"):
        SpotTradeDetails(pair="ETHUSDT", side=Side.SELL, amount=Decimal(1))
