"""Binance: its accounts by the name that the settings' `account` gives them."""

from collections.abc import Mapping

from allornone.venues.exchange.binance import deposits, perp, spot
from allornone.venues.exchange.dialect import Account

ACCOUNTS: Mapping[str, Account] = {"spot": spot.ACCOUNT, "usdm": perp.ACCOUNT, "deposits": deposits.ACCOUNT}
