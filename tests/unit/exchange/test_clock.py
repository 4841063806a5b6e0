"""The exchange's clock as it is kept here: from one reading of it, and by no clock that anybody sets."""

import time
from datetime import UTC, datetime

import pytest

from allornone.venues.exchange.clock import VenueClock, milliseconds, moment_of
from allornone.venues.exchange.errand import Errand


class Ticks:
    """Seconds of a clock that only a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


def test_it_goes_on_from_what_the_exchange_showed(ticks: Ticks) -> None:
    clock = VenueClock(ticks)
    clock.set(1_700_000_000_000)

    ticks.now += 2.5

    assert milliseconds(clock.now()) == 1_700_000_002_500


def test_it_is_read_again_after_a_while_and_when_the_exchange_calls_it_wrong(ticks: Ticks) -> None:
    clock = VenueClock(ticks)
    before = clock.stale
    clock.set(1_700_000_000_000)
    at_once = clock.stale
    ticks.now += 601
    later = clock.stale
    clock.set(1_700_000_601_000)
    clock.forget()

    assert (before, at_once, later, clock.stale) == (True, False, True, True)


def test_before_it_was_read_it_shows_nothing() -> None:
    with pytest.raises(LookupError):
        VenueClock().now()


def test_a_moment_survives_being_written_in_milliseconds() -> None:
    moment = datetime(2026, 11, 22, 21, 0, 0, 123_000, UTC)

    assert moment_of(str(milliseconds(moment))) == moment


def test_time_goes_on_while_the_machine_is_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    slept_s = 0.0
    boottime = time.clock_gettime(time.CLOCK_BOOTTIME)

    def suspended(clock: int) -> float:
        return boottime + slept_s if clock == time.CLOCK_BOOTTIME else 7.0

    monkeypatch.setattr(time, "clock_gettime", suspended)
    monkeypatch.setattr(time, "monotonic", lambda: 7.0)
    clock = VenueClock()
    errand = Errand(patience_s=60)
    clock.set(1_700_000_000_000)
    slept_s = 20.0

    assert milliseconds(clock.now()) == 1_700_000_020_000
    assert errand.left_s(clock.now) == 40
