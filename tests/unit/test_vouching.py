"""What is wrong with a command is told in the names of its options, not of its fields."""

import pytest
from pydantic import ValidationError

from allornone.cli.session import bad_command
from allornone.cli.vouching import OPTIONS, delta
from allornone.errors import BadGroupError
from allornone.models.commands import CancelCommand, ResolveCommand, RetryCommand

REF = "0123456789abcdef0123456789abcdef"


def told(**given: object) -> str:
    with pytest.raises(ValidationError) as raised:
        ResolveCommand.model_validate({"actor": "ann", **given})
    return str(bad_command(raised.value, given, ResolveCommand))


def test_what_is_confirmed_without_a_change_names_the_option() -> None:
    said = told(outcome="confirmed", client_ref=REF)

    assert said == "command: resolve as confirmed must say --delta, the changes that the venue shows"


def test_a_reference_that_is_missing_names_the_option() -> None:
    assert told(outcome="failed") == "command: resolve must name the --ref that it means; `status` shows it"


def test_an_amount_that_is_none_names_the_option() -> None:
    said = told(outcome="confirmed", client_ref=REF, actual_deltas={"binance:ETH": "-1"}, executed_amount="much")

    assert said == "command: --amount is wrong: an amount must be a decimal string such as '1.5', was 'much'"


@pytest.mark.parametrize("model", [ResolveCommand, RetryCommand, CancelCommand])
def test_every_field_of_a_command_has_its_option(
    model: type[ResolveCommand] | type[RetryCommand] | type[CancelCommand],
) -> None:
    assert set(model.model_fields) - {"outcome"} <= set(OPTIONS)


def test_an_amount_that_was_left_to_write_is_told() -> None:
    with pytest.raises(BadGroupError) as raised:
        delta("binance:ETH=AMOUNT")

    assert str(raised.value) == (
        "--delta binance:ETH=AMOUNT: write what the venue shows in place of AMOUNT, with its sign"
    )


def test_a_change_without_an_amount_is_told_how_to_be_written() -> None:
    with pytest.raises(BadGroupError, match="--delta must be key=amount such as binance:ETH=-1, was 'binance:ETH'"):
        delta("binance:ETH")
