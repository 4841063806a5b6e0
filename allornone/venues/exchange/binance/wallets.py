"""Which wallet of an account money leaves and comes to: a person may have chosen another one in Binance's pages."""

from collections.abc import Mapping
from typing import Any

SPOT = "0"
"""Withdraw: "0-spot wallet, 1-funding wallet. Default walletType is the current selected wallet under wallet->Fiat and
Spot/Funding->Deposit": so it is always named. The histories of withdrawals and deposits tell it of each row."""


def is_spot(row: Mapping[str, Any]) -> bool:
    """Tell whether a row of either history is of the spot wallet."""
    return str(row.get("walletType", SPOT)) == SPOT
