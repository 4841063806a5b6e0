"""Headers come from outside: a number, a date, or as if they were not there."""

import pytest

from allornone.venues.exchange.limits.headers import lasts_ms, number, retry_after_s

USED = "x-mbx-used-weight-1m"


def test_a_count_is_read() -> None:
    assert number({USED: "5999"}, USED) == 5999


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1e9", "many", "٣", "9" * 13, "0x10"])
def test_what_is_no_count_is_as_if_it_were_not_there(text: str) -> None:
    assert number({USED: text}, USED) is None


def test_silence_is_told_in_seconds() -> None:
    assert retry_after_s({"retry-after": "17"}) == 17


def test_silence_is_told_by_a_date_against_the_answers_own() -> None:
    headers = {"retry-after": "Sun, 22 Nov 2026 21:40:30 GMT", "date": "Sun, 22 Nov 2026 21:40:00 GMT"}

    assert retry_after_s(headers) == 30


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"retry-after": "soon"},
        {"retry-after": "-5"},
        {"retry-after": "Sun, 22 Nov 2026 21:40:30 GMT"},
        {"retry-after": "Sun, 99 Nov 2026 21:40:30 GMT", "date": "Sun, 22 Nov 2026 21:40:00 GMT"},
    ],
)
def test_silence_of_no_readable_length_is_of_none(headers: dict[str, str]) -> None:
    assert retry_after_s(headers) is None


def test_a_count_lasts_until_the_exchanges_own_minute_is_over() -> None:
    assert lasts_ms({"date": "Sun, 22 Nov 2026 21:40:45 GMT"}, 60_000) == 15_000


def test_a_count_of_an_unknown_moment_lasts_a_whole_window() -> None:
    assert lasts_ms({"date": "now"}, 60_000) == 60_000
