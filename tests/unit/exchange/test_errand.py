"""What a venue call's requests are for, and how long they may wait."""

from datetime import UTC, datetime, timedelta

from allornone.venues.exchange.errand import Errand, on_errand, present_errand

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def now() -> datetime:
    return NOW


def test_a_request_waits_no_longer_than_its_send_may_leave() -> None:
    assert Errand(patience_s=60, not_after=NOW + timedelta(seconds=2)).left_s(now) == 2


def test_a_request_waits_no_longer_than_its_patience() -> None:
    left = Errand(patience_s=60, not_after=NOW + timedelta(hours=1)).left_s(now)

    assert 0 < left <= 60


def test_what_follows_a_send_is_urgent_and_bound_by_no_expiry() -> None:
    errand = Errand(not_after=NOW - timedelta(seconds=1), sends=True)
    errand.sent()

    assert errand.urgent
    assert errand.left_s(now) > 0


def test_what_follows_a_read_is_as_urgent_as_the_read() -> None:
    errand = Errand()
    errand.sent()

    assert not errand.urgent


def test_requests_find_the_errand_they_are_made_on() -> None:
    errand = Errand(urgent=True)
    with on_errand(errand):
        within = present_errand()

    assert within is errand
    assert not present_errand().urgent
