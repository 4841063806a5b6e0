"""What the paper venues charge and pay, read from a YAML file; the packaged one is the default."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from allornone.errors import BadGroupError
from allornone.models.details import OperationType
from allornone.positions import parse_key, typed
from allornone.units import (
    EXACT,
    ZERO,
    NonNegativeAmount,
    PositiveAmount,
    Token,
    VenueName,
    normalised,
    times,
)

NUMERAIRE = "USDT"
"""What a token is valued in where its pair is not listed."""

PRICE_PLACES = 8
_BPS = Decimal(10_000)


def floored(amount: Decimal, step: Decimal) -> Decimal:
    """Return `amount` rounded down to a whole number of steps."""
    return normalised(EXACT.multiply(EXACT.divide_int(amount, step), step))


def bps_of(amount: Decimal, bps: Decimal) -> Decimal:
    """Return `bps` basis points of `amount`, exactly."""
    return EXACT.divide(times(amount, bps), _BPS)


def placed_down(amount: Decimal, places: int) -> Decimal:
    """Round towards zero to `places` decimals, as a venue does with what it pays."""
    return normalised(amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN, context=EXACT))


def placed_up(amount: Decimal, places: int) -> Decimal:
    """Round away from zero to `places` decimals, as a venue does with what it takes."""
    return normalised(amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_UP, context=EXACT))


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rate(_Closed):
    """What one token is worth of the token it stands for."""

    of: Token
    rate: PositiveAmount


class TokenRules(_Closed):
    """The grid of one token's amounts: on exchanges `step` and `minimum`, everywhere `decimals`."""

    step: PositiveAmount | None = None
    minimum: NonNegativeAmount = ZERO
    decimals: Annotated[int, Field(ge=0, le=18)] = 18


class CommissionBps(_Closed):
    """Commission of one venue, in basis points of the traded value."""

    spot: NonNegativeAmount = ZERO
    perp: NonNegativeAmount = ZERO
    swap: NonNegativeAmount = ZERO


class Quotes(_Closed):
    """Prices, rates, fees and limits of every paper venue at one moment (the comments are in quotes.yaml)."""

    prices: dict[str, PositiveAmount] = Field(default_factory=dict)
    rates: dict[Token, Rate] = Field(default_factory=dict)
    tokens: dict[Token, TokenRules] = Field(default_factory=dict)
    fees_bps: dict[VenueName, CommissionBps] = Field(default_factory=dict)
    fee_asset: dict[VenueName, Token] = Field(default_factory=dict)
    gas: dict[OperationType, NonNegativeAmount] = Field(default_factory=dict[OperationType, Decimal])
    withdrawal_fees: dict[Token, NonNegativeAmount] = Field(default_factory=dict)
    flash_premium_bps: dict[VenueName, NonNegativeAmount] = Field(default_factory=dict)
    unstake_discount_bps: Annotated[NonNegativeAmount, Field(le=10_000)] = ZERO
    balances: dict[str, NonNegativeAmount] = Field(default_factory=dict)

    @field_validator("balances")
    @classmethod
    def _typed_keys(cls, balances: dict[str, Decimal]) -> dict[str, Decimal]:
        return {str(typed(parse_key(key))): amount for key, amount in balances.items()}

    def worth(self, token: str) -> Decimal | None:
        """Return what one `token` is worth in USDT, None where the file does not tell."""
        if token == NUMERAIRE:
            return Decimal(1)
        rate = self.rates.get(token)
        if rate is None:
            return self.prices.get(f"{token}/{NUMERAIRE}")
        underlying = self.worth(rate.of)
        return None if underlying is None else times(rate.rate, underlying)

    def price(self, base: str, quote: str) -> Decimal | None:
        """Return one `base` in `quote`: as listed, else derived, to 8 decimals; None where unknown."""
        listed = self.prices.get(f"{base}/{quote}")
        if listed is not None:
            return listed
        ratio = self.ratio(base, quote)
        return None if ratio is None else placed_down(EXACT.divide(*ratio), PRICE_PLACES)

    def ratio(self, source: str, target: str) -> tuple[Decimal, Decimal] | None:
        """Return how many `target` one `source` is worth, as a fraction so that nothing is rounded yet."""
        if source == target:
            return Decimal(1), Decimal(1)
        own, rate_of_own = self._stands_for(source)
        other, rate_of_other = self._stands_for(target)
        if own == other:
            return rate_of_own, rate_of_other
        listed = self.prices.get(f"{source}/{target}")
        if listed is not None:
            return listed, Decimal(1)
        worth, worth_of_other = self.worth(source), self.worth(target)
        return None if worth is None or worth_of_other is None else (worth, worth_of_other)

    def converted(self, amount: Decimal, source: str, target: str) -> Decimal | None:
        """Return what `amount` of `source` is worth in `target`, rounded down; None where that is unknown."""
        ratio = self.ratio(source, target)
        if ratio is None:
            return None
        return placed_down(EXACT.divide(EXACT.multiply(amount, ratio[0]), ratio[1]), self.decimals(target))

    def decimals(self, token: str) -> int:
        """Return how many decimals amounts of `token` have: its own, else those of what it is a claim on."""
        rules = self.tokens.get(token)
        if rules is not None:
            return rules.decimals
        rate = self.rates.get(token)
        return self.decimals(rate.of) if rate is not None else TokenRules().decimals

    def unit(self, token: str) -> Decimal:
        """Return the smallest amount of `token` there is."""
        return Decimal(1).scaleb(-self.decimals(token))

    def trade_step(self, token: str) -> Decimal:
        """Return the step of trades in `token` on exchanges."""
        rules = self.tokens.get(token)
        return rules.step if rules is not None and rules.step is not None else self.unit(token)

    def trade_minimum(self, token: str) -> Decimal:
        """Return the smallest trade in `token` on exchanges."""
        rules = self.tokens.get(token)
        return rules.minimum if rules is not None else ZERO

    def _stands_for(self, token: str) -> tuple[str, Decimal]:
        rate = self.rates.get(token)
        return (rate.of, rate.rate) if rate is not None else (token, Decimal(1))


def read_quotes(text: str, name: str) -> Quotes:
    """Read quotes from YAML `text`. Raises BadGroupError that names the file and the field."""
    try:
        # BaseLoader leaves every scalar the text it was written as, so that no digit passes through a float.
        return Quotes.model_validate(yaml.load(text, Loader=yaml.BaseLoader) or {})  # noqa: S506 (BaseLoader is safe)
    except (yaml.YAMLError, ValidationError) as error:
        raise BadGroupError(f"{name} is no quotes file: {error}") from error


@cache
def packaged_quotes() -> Quotes:
    """Return the quotes that the package ships."""
    return read_quotes(
        files("allornone.venues.paper").joinpath("quotes.yaml").read_text("utf-8"), "the packaged quotes.yaml"
    )


class QuotesFile:
    """Quotes that follow a file: read again when it changes, the packaged ones while there is none."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._signature: tuple[int, int, int] | None = None
        self._quotes = packaged_quotes()

    def current(self) -> Quotes:
        """Return the quotes as the file has them now. A file that went away leaves the last ones."""
        signature = _signature(self._path)
        if self._path is not None and signature is not None and signature != self._signature:
            self._quotes = read_quotes(self._path.read_text("utf-8"), str(self._path))
            self._signature = signature
        return self._quotes


def _signature(path: Path | None) -> tuple[int, int, int] | None:
    try:
        found = path.stat() if path is not None else None
    except FileNotFoundError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size, found.st_ino)
