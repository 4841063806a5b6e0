"""The table of what the paper venues charge and pay says what their file says, all of it and nothing else."""

import re
from decimal import Decimal
from pathlib import Path

from allornone.venues.paper.quotes import packaged_quotes

PAGE = (Path(__file__).parents[3] / "docs" / "operations.md").read_text("utf-8")
QUOTES = packaged_quotes()


def told(row: str) -> dict[str, Decimal]:
    """Return the names of a row, each with its number."""
    (cells,) = re.findall(rf"^\| {re.escape(row)} \| (.+) \|$", PAGE, re.MULTILINE)
    return {name: Decimal(number) for name, number in re.findall(r"([\w.]+) (\d+(?:\.\d+)?)\b", cells)}


def test_the_prices() -> None:
    assert told("one in USDT") == {pair.removesuffix("/USDT"): price for pair, price in QUOTES.prices.items()}


def test_what_is_staked() -> None:
    staked = {"stETH", "wstETH", "eETH", "weETH", "rETH"}

    found = told("staked, in ETH")

    assert found.pop("at") == QUOTES.unstake_discount_bps
    assert found == {name: QUOTES.rates[name].rate for name in staked}


def test_the_commissions() -> None:
    spot, perp = told("commission in bps, spot"), told("commission in bps, perp")

    assert spot.pop("swap") == QUOTES.fees_bps["uniswap"].swap
    assert spot == {name: fee.spot for name, fee in QUOTES.fees_bps.items() if fee.spot}
    assert perp == {name: fee.perp for name, fee in QUOTES.fees_bps.items() if fee.perp}


def test_gas_and_what_is_kept() -> None:
    assert told("gas in ETH, from `wallet:ETH`") == {kind.value: gas for kind, gas in QUOTES.gas.items()}
    assert told("kept when a token leaves an exchange") == QUOTES.withdrawal_fees
    assert told("flash premium in bps") == QUOTES.flash_premium_bps


def test_the_grid() -> None:
    (cells,) = re.findall(r"^\| step and least trade \| (.+) \|$", PAGE, re.MULTILINE)

    found = {
        name: (Decimal(step), Decimal(least)) for name, step, least in re.findall(r"(\w+) ([\d.]+) and ([\d.]+)", cells)
    }

    assert found == {name: (rules.step, rules.minimum) for name, rules in QUOTES.tokens.items() if rules.step}


def test_the_receipts_that_are_named_are_there() -> None:
    (cells,) = re.findall(r"^\| receipt of a supply \| (.+) \|$", PAGE, re.MULTILINE)

    assert set(re.findall(r"\b[acm](?:st|wst|we|r)?[A-Z]+\b", cells)) <= set(QUOTES.rates)
