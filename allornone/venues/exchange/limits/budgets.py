"""The budgets of one venue's requests, as the settings have them."""

from collections.abc import Mapping
from dataclasses import dataclass

from allornone.errors import BadSettingsError
from allornone.venues.exchange.limits.budget import Budget
from allornone.venues.exchange.limits.budget_file import BudgetFile
from allornone.venues.exchange.limits.tariffs import ELSEWHERE, tariff_of
from allornone.venues.exchange.options import Options

FILE = "budgets.db"

_COUNTED_AS = {"deposits": "spot"}
"""Accounts whose requests the exchange counts with another one's."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """The account's own budget, and those of other interfaces by how ccxt's names of their calls begin."""

    own: Budget
    elsewhere: Mapping[str, Budget]

    def of(self, method: str) -> Budget:
        """Return the budget that a call takes its turn in, and that its answer's headers speak of."""
        return next((budget for begin, budget in self.elsewhere.items() if method.startswith(begin)), self.own)

    def close(self) -> None:
        """Close their files. A later turn opens them again."""
        for budget in (self.own, *self.elsewhere.values()):
            budget.close()


def open_budgets(venue: str, options: Options) -> Budgets:
    """Return the budgets of a venue, shared through the data folder; without one they are this process's own.

    An exchange that is elsewhere, such as a test exchange, has a budget and a circuit of its own. Raises
    BadSettingsError where `limits_share` is too small for any work.
    """
    account = _COUNTED_AS.get(options.account, options.account)
    others = ELSEWHERE.get((options.exchange, account), {})
    opened = {each: _opened(venue, options, each) for each in {account, *others.values()}}
    return Budgets(opened[account], {begin: opened[other] for begin, other in others.items()})


def _opened(venue: str, options: Options, account: str) -> Budget:
    try:
        tariff = tariff_of(options.exchange, account).scaled(options.limits_share)
    except ValueError as problem:
        raise BadSettingsError(f"ALLORNONE_VENUES at {venue}.limits_share: {problem}") from None
    exchange = options.exchange if options.connect_to is None else f"{options.exchange}@{options.connect_to}"
    file = BudgetFile(None if options.data_dir is None else options.data_dir / FILE)
    return Budget(file, exchange, account, tariff)
