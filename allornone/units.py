"""Exact amounts, aware times and the names of things: the smallest words every other module uses."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Context, Decimal, InvalidOperation
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

EXACT = Context(prec=96)
"""Arithmetic of amounts. Two amounts of 38 digits multiply into 76, so nothing here is ever rounded by accident."""

ZERO = Decimal(0)

_FINEST = Decimal("1e-18")
_FINEST_EXPONENT = -18

SAFE_DIGITS = 15
"""Significant digits that survive any reader which keeps JSON numbers as IEEE 754 doubles."""


class UnquotedNumber(float):
    """A number read from a file without quotes; it remembers its text, so that no digit is lost."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Keep `text` beside the double it stands for."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def _digits(text: str) -> int:
    return len(Decimal(text).normalize(EXACT).as_tuple().digits)


def _of_float(value: float) -> Decimal:
    """Read a float as it prints. Digits past the 18th place are noise of a division, far below any atomic unit."""
    amount = Decimal(repr(value))
    exponent = amount.as_tuple().exponent
    too_fine = isinstance(exponent, int) and exponent < _FINEST_EXPONENT
    return amount.quantize(_FINEST, context=EXACT) if too_fine else amount


def exact(value: object) -> object:
    """Return `value` as the Decimal it was written as; leave what is no number to pydantic to refuse."""
    if isinstance(value, UnquotedNumber):
        if _digits(value.text) > SAFE_DIGITS:
            message = f"a number of more than {SAFE_DIGITS} digits must be a quoted string, was {value.text}"
            raise ValueError(message)
        return Decimal(value.text)
    if isinstance(value, bool):
        raise ValueError(f"an amount must be a decimal string, was {value!r}")  # noqa: TRY004 (pydantic reports ValueError)
    if isinstance(value, float):
        return _of_float(value)
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            raise ValueError(f"an amount must be a decimal string such as '1.5', was {value!r}") from None
    return value


def normalised(amount: Decimal) -> Decimal:
    """Return `amount` in the one spelling that equal amounts share: 1.10 is 1.1, 1E+3 is 1000, -0 is 0."""
    if amount == 0:
        return ZERO
    return Decimal(format(amount.normalize(EXACT), "f"))


_Bounded = Annotated[Decimal, Field(max_digits=38, decimal_places=18, allow_inf_nan=False)]
# The bounds stand right at the Decimal: only there does pydantic check them in its own compiled code.
Amount = Annotated[_Bounded, BeforeValidator(exact), AfterValidator(normalised)]
"""Signed quantity of one asset, in whole units of it (1 = 1 BTC, never satoshi or wei). A JSON string on the wire."""

PositiveAmount = Annotated[Amount, Field(gt=0)]
NonNegativeAmount = Annotated[Amount, Field(ge=0)]
Ratio = Annotated[Amount, Field(ge=0, le=1)]


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts without rounding."""
    result = ZERO
    for amount in amounts:
        result = EXACT.add(result, amount)
    return normalised(result)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Return which part of `whole` `part` is, at most all of it, rounded down to the places that an amount has."""
    return normalised(min(EXACT.divide(part, whole), Decimal(1)).quantize(_FINEST, ROUND_DOWN, EXACT))


def prorated(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """Return `amount` in the proportion of `part` to `whole`, rounded to the places that an amount has."""
    if part == whole:
        return normalised(amount)
    return normalised(EXACT.divide(EXACT.multiply(amount, part), whole).quantize(_FINEST, context=EXACT))


def times(left: Decimal, right: Decimal) -> Decimal:
    """Multiply without rounding (up to the 96 digits of `EXACT`)."""
    return normalised(EXACT.multiply(left, right))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


UtcTime = Annotated[AwareDatetime, AfterValidator(_utc)]
"""An aware moment, kept in UTC."""

OperationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
LATE = "/late-"
"""Between a group's id and eight digits of a reference: the id of the run for an effect after the group's end.

A second such effect under one reference has `-2` behind it, and so on.
"""

GroupId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,99}(/late-[0-9a-f]{8}(-[0-9]{1,3})?)?$")
]
CorrelationId = Annotated[str, StringConstraints(max_length=100)]
VenueName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}(\.[a-z0-9_]{1,31})?$")]
"""A venue, with an account after a dot where it has several: `binance.usdm`."""
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,31}$")]
ClientRef = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Text = Annotated[str, StringConstraints(max_length=500)]
"""Free text of an operator or a venue, short enough for a table cell and a search attribute."""
