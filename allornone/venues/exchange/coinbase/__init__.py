"""Coinbase Advanced Trade: its accounts by the name that the settings' `account` gives them."""

from collections.abc import Mapping

from allornone.venues.exchange.coinbase import deposits, spot
from allornone.venues.exchange.dialect import Account

ACCOUNTS: Mapping[str, Account] = {"spot": spot.ACCOUNT, "deposits": deposits.ACCOUNT}
