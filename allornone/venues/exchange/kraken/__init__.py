"""Kraken: its accounts by the name that the settings' `account` gives them."""

from collections.abc import Mapping

from allornone.venues.exchange.dialect import Account
from allornone.venues.exchange.kraken import deposits, spot

ACCOUNTS: Mapping[str, Account] = {"spot": spot.ACCOUNT, "deposits": deposits.ACCOUNT}
