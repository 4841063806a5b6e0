from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allornone.errors import BadGroupError
from allornone.venues.paper.quotes import QuotesFile, floored, packaged_quotes, read_quotes

AMOUNTS = st.decimals(min_value="0", max_value="1e12", places=12, allow_nan=False, allow_infinity=False)


def test_the_packaged_quotes_price_the_usual_pairs() -> None:
    quotes = packaged_quotes()

    assert quotes.price("BTC", "USDT") == 60000
    assert quotes.price("ETH", "USDC") == 3000
    assert quotes.price("wstETH", "ETH") == Decimal("1.2")


def test_an_unknown_token_has_no_price() -> None:
    assert packaged_quotes().price("NONESUCH", "USDT") is None


def test_amounts_of_a_file_keep_every_digit() -> None:
    quotes = read_quotes("prices: {X/USDT: 0.123456789012345678}", "quotes.yaml")

    assert quotes.price("X", "USDT") == Decimal("0.123456789012345678")


def test_a_bad_file_is_refused_with_its_name() -> None:
    with pytest.raises(BadGroupError, match=r"mine\.yaml is no quotes file"):
        read_quotes("prises: {}", "mine.yaml")


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "quotes.yaml"
    quotes = QuotesFile(path)
    before = quotes.current().price("ETH", "USDT")

    path.write_text("prices: {ETH/USDT: 2500}")

    assert before == 3000
    assert quotes.current().price("ETH", "USDT") == 2500


@given(AMOUNTS, st.sampled_from([Decimal("0.0001"), Decimal("0.3"), Decimal(1)]))
def test_rounding_down_to_a_step_loses_less_than_a_step(amount: Decimal, step: Decimal) -> None:
    rounded = floored(amount, step)

    assert 0 <= amount - rounded < step
    assert rounded % step == 0


@given(AMOUNTS, st.sampled_from([("ETH", "wstETH"), ("USDT", "ETH"), ("rETH", "weETH"), ("BTC", "ETH")]))
def test_there_and_back_never_gains(amount: Decimal, pair: tuple[str, str]) -> None:
    quotes = packaged_quotes()

    there = quotes.converted(amount, *pair) or Decimal(0)

    assert (quotes.converted(there, pair[1], pair[0]) or Decimal(0)) <= amount
