"""Values as a file wrote them: numbers with their digits, and keys that were written twice."""

from allornone.units import SAFE_DIGITS, UnquotedNumber

MAX_WIDTH = 60
"""Characters of a number. No amount is longer; what is longer stays text, for the amount to refuse."""


class Twice:
    """Stands for the value of a key that one mapping has more than once."""


def number(text: str) -> int | float | str:
    """Read an unquoted number: an int where every reader is exact, else one that knows its text."""
    if len(text) > MAX_WIDTH or _far(text):
        return text
    if text.lstrip("+-").isdecimal() and len(text.lstrip("+-")) <= SAFE_DIGITS:
        return int(text)
    return UnquotedNumber(text)


def _far(text: str) -> bool:
    """Tell whether the exponent is beyond any amount, so that nothing ever writes its zeros out."""
    return len(text.lower().partition("e")[2].lstrip("+-0")) > 2  # noqa: PLR2004 (exponents of three digits and more)


def mapping(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build a mapping, marking keys that occur twice: the last one would win silently."""
    read: dict[str, object] = {}
    for key, value in pairs:
        read[key] = Twice() if key in read else value
    return read
