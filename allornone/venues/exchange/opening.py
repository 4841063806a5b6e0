"""From one settings entry to the account it names and the client that speaks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from allornone.errors import BadSettingsError
from allornone.venues.exchange import generic
from allornone.venues.exchange.client import Client
from allornone.venues.exchange.credentials import read_credentials
from allornone.venues.exchange.dialect import Account
from allornone.venues.exchange.exchanges import EXCHANGES, check_exchange
from allornone.venues.exchange.options import Options, read_options


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the settings, read."""

    place: str
    options: Options
    account: Account
    client: Client


def read_entry(name: str, settings: Mapping[str, str]) -> Entry:
    """Return what an entry says. Connects nowhere.

    Raises BadSettingsError, which never shows a key.
    """
    place = f"ALLORNONE_VENUES at {name}"
    options = read_options(place, settings)
    check_exchange(place, options.exchange)
    accounts = {**EXCHANGES.get(options.exchange, {}), "generic": generic.ACCOUNT}
    if options.account not in accounts:
        raise BadSettingsError(
            f"{place}.account: {options.exchange} has {', '.join(sorted(accounts))}, not {options.account!r}"
        )
    account = accounts[options.account]
    credentials = read_credentials(place, options.credentials_file, options.key_env, options.secret_env)
    client = Client(name, options, credentials, account.outcomes, account.ccxt_options, adjusted=account.adjusted)
    return Entry(place, options, account, client)
