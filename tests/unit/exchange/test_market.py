"""Amounts and prices on an exchange's grid: never more than was asked, never worse than was allowed."""

from decimal import Decimal

import pytest

from allornone.models.details import Side
from allornone.venues.exchange.market import bounded, sellable, to_grid


@pytest.mark.parametrize(
    ("value", "grid", "down", "up"),
    [
        ("1.23456", "0.01", "1.23", "1.24"),
        ("1.23", "0.01", "1.23", "1.23"),
        ("0.009", "0.01", "0", "0.01"),
        ("17", "5", "15", "20"),
        ("1.2", "0", "1.2", "1.2"),
    ],
)
def test_a_value_goes_to_the_grid(value: str, grid: str, down: str, up: str) -> None:
    assert to_grid(Decimal(value), Decimal(grid)) == Decimal(down)
    assert to_grid(Decimal(value), Decimal(grid), up=True) == Decimal(up)


def test_the_worst_price_is_on_the_tick_and_never_beyond_what_is_allowed() -> None:
    assert bounded(Decimal("2000.1"), Decimal(50), Side.BUY, Decimal("0.01")) == Decimal("2010.10")
    assert bounded(Decimal("1999.9"), Decimal(50), Side.SELL, Decimal("0.01")) == Decimal("1989.91")


@pytest.mark.parametrize(
    ("amount", "price", "left"),
    [
        ("1.99999", "2000", "1.9999"),
        ("0.00009", "2000", "0"),  # below the step
        ("0.0024", "2000", "0"),  # worth 4.8, the least is 5
        ("0.0025", "2000", "0.0025"),
        ("0.0024", None, "0.0024"),  # no price is known: the exchange will tell
    ],
)
def test_what_an_order_can_have_is_nothing_below_a_minimum(amount: str, price: str | None, left: str) -> None:
    known = None if price is None else Decimal(price)

    assert sellable(Decimal(amount), Decimal("0.0001"), Decimal("0.0001"), Decimal(5), known) == Decimal(left)
