"""What an answer's headers say of limits. They come from outside: what makes no sense is as if it were not there."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DIGITS_MAX = 12


def number(headers: Mapping[str, str], name: str) -> int | None:
    """Return a header's whole number."""
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX else None


def retry_after_s(headers: Mapping[str, str]) -> int | None:
    """Return how long to be silent: `Retry-After` in seconds, or as a date against the answer's own."""
    seconds = number(headers, "retry-after")
    if seconds is not None:
        return seconds
    until, at = _moment(headers, "retry-after"), _moment(headers, "date")
    return None if until is None or at is None else max(0, int((until - at).total_seconds()))


def lasts_ms(headers: Mapping[str, str], window_ms: int) -> int:
    """Return for how long a count of this answer can still be counted.

    Exchanges begin their windows with the calendar's. Where the answer does not say when it was made: a whole window.
    """
    at = _moment(headers, "date")
    return window_ms if at is None else window_ms - int(at.timestamp()) * 1_000 % window_ms


def _moment(headers: Mapping[str, str], name: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(headers.get(name, ""))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
