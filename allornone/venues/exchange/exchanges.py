"""Which exchanges have a module of their own here: a line each."""

from collections.abc import Mapping

from allornone.venues.exchange import binance, coinbase, kraken
from allornone.venues.exchange.dialect import Account

EXCHANGES: Mapping[str, Mapping[str, Account]] = {
    "binance": binance.ACCOUNTS,
    "coinbase": coinbase.ACCOUNTS,
    "kraken": kraken.ACCOUNTS,
}
"""By ccxt's name of the exchange, then by the account's."""
