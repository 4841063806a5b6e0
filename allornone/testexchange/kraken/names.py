"""What Kraken calls things: assets and pairs have an old and a short name, orders and trades have ids of letters."""

from allornone.testexchange.engine.disguise import gathered, scattered
from allornone.testexchange.engine.market import Market

_OLD = {"BTC": ("XXBT", "XBT"), "ETH": ("XETH", "ETH"), "USD": ("ZUSD", "USD"), "EUR": ("ZEUR", "EUR")}
"""Assets from before 2016 carry a prefix; Bitcoin is XBT."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SCATTER = 0x9E3779B97F4A7C15F39D

ORDER, TRADE, LEDGER = "O", "T", "L"
_SHORT = (6, 5, 6)
_LONG = (7, 6, 6)


def asset_id(asset: str) -> str:
    """Return the name that balances and funding use: `XETH`, `USDT`."""
    return _OLD.get(asset, (asset, asset))[0]


def short_name(asset: str) -> str:
    """Return the name that pairs are made of: `XBT`, `ETH`, `USDT`."""
    return _OLD.get(asset, (asset, asset))[1]


def asset_of(name: str) -> str:
    """Return the asset that `name` means, in either spelling."""
    return next((asset for asset, names in _OLD.items() if name in names), name)


def pair_id(market: Market) -> str:
    """Return the key of the pair: `XETHZUSD` where both assets are old, else `ETHUSDT`."""
    old = market.base in _OLD and market.quote in _OLD
    return asset_id(market.base) + asset_id(market.quote) if old else pair_name(market)


def pair_name(market: Market) -> str:
    """Return the pair's short name: `ETHUSD`."""
    return short_name(market.base) + short_name(market.quote)


def pair_with_slash(market: Market) -> str:
    """Return the pair as the stream names it: `ETH/USD`."""
    return f"{short_name(market.base)}/{short_name(market.quote)}"


def means(market: Market, name: str) -> bool:
    """Tell whether `name` is one of the pair's three names."""
    return name in (pair_id(market), pair_name(market), pair_with_slash(market))


def lettered(kind: str, number: int) -> str:
    """Return the id of the order, trade or ledger row `number`: `OQCLML-BW3P3-BUCMWZ`."""
    return _grouped(kind, number, _SHORT)


def reference(kind: str, number: int) -> str:
    """Return the id of the deposit, withdrawal or transfer `number`: `AGBSO6T-UFMTTQ-I7KGS6`."""
    return _grouped(kind, number, _LONG)


def numbered(kind: str, text: str) -> int | None:
    """Return the number behind an id of `kind`, None where it is no such id."""
    letters = text.replace("-", "")
    if not letters.startswith(kind) or any(letter not in _LETTERS for letter in letters):
        return None
    size = len(letters) - len(kind)
    value = 0
    for letter in letters[len(kind) :]:
        value = value * len(_LETTERS) + _LETTERS.index(letter)
    return gathered(value, _SCATTER, len(_LETTERS) ** size)


def _grouped(kind: str, number: int, shape: tuple[int, int, int]) -> str:
    size = sum(shape) - len(kind)
    value = scattered(number, _SCATTER, len(_LETTERS) ** size)
    letters = ""
    for _ in range(size):
        value, digit = divmod(value, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    letters = kind + letters
    first, second = shape[0], shape[0] + shape[1]
    return f"{letters[:first]}-{letters[first:second]}-{letters[second:]}"
