"""Exchanges through ccxt: its classes unmodified, our own session, and what each answer proves.

An exchange joins by a folder of its own beside `binance/`, and a line in `exchanges.py`:

- `outcomes.py`: the rows that say what its answers to a write prove, each with its source, and how it says that
  something is wrong. What no row fits is unknown.
- For spot and perpetuals a class that keeps `Orders` (place once, find by our id, cancel); `Trades` does the rest:
  rounding, bounds, fills to deltas, undo. Any other operation type is a class that keeps `Dialect`.
- `ACCOUNTS`: by the name that the settings' `account` gives, an `Account` of outcome table, dialects and ccxt options.

An exchange that nobody wrote a module for is the account `generic` of one settings entry: `generic.py` says what that
can and cannot do.

Nothing here trusts ccxt's exception classes: `wire.py` sees how far each request came, and the table judges that.
"""

from collections.abc import Mapping

from allornone.venues import Venue
from allornone.venues.exchange.opening import read_entry
from allornone.venues.exchange.venue import ExchangeVenue

__all__ = ["ExchangeVenue", "open_venue"]


def open_venue(name: str, settings: Mapping[str, str]) -> Venue:
    """Open the exchange account `name`: the factory of the entry point `ccxt`. Connects at its first call.

    Raises BadSettingsError, which never shows a key.
    """
    entry = read_entry(name, settings)
    return ExchangeVenue(name, entry.client, entry.account.dialects(entry.client))
