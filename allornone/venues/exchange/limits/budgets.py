"""The budget of one account, as the settings have it."""

from allornone.errors import BadSettingsError
from allornone.venues.exchange.limits.budget import Budget
from allornone.venues.exchange.limits.budget_file import BudgetFile
from allornone.venues.exchange.limits.tariffs import tariff_of
from allornone.venues.exchange.options import Options

FILE = "budgets.db"

_COUNTED_AS = {"deposits": "spot"}
"""Accounts whose requests the exchange counts with another one's."""


def open_budget(venue: str, options: Options) -> Budget:
    """Return the budget of a venue's account, shared through the data folder; without one it is this process's own.

    An exchange that is elsewhere, such as a test exchange, has a budget and a circuit of its own. Raises
    BadSettingsError where `limits_share` is too small for any work.
    """
    account = _COUNTED_AS.get(options.account, options.account)
    try:
        tariff = tariff_of(options.exchange, account).scaled(options.limits_share)
    except ValueError as problem:
        raise BadSettingsError(f"ALLORNONE_VENUES at {venue}.limits_share: {problem}") from None
    exchange = options.exchange if options.connect_to is None else f"{options.exchange}@{options.connect_to}"
    file = BudgetFile(None if options.data_dir is None else options.data_dir / FILE)
    return Budget(file, exchange, account, tariff)
