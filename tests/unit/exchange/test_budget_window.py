"""What is used of one limit: no window of any beginning ever has more."""

from hypothesis import given
from hypothesis import strategies as st

from allornone.venues.exchange.limits.tariff import Counted, Limit
from allornone.venues.exchange.limits.window import Spent, Told

MINUTE = Limit("weight-1m", Counted.WEIGHT, 100, 60_000)


def test_what_was_granted_counts_until_it_is_older_than_the_window() -> None:
    spent = Spent().taken(MINUTE, 40, 0)

    assert spent.used(MINUTE, 60_000) == 40
    assert spent.used(MINUTE, 63_000) == 0


def test_a_request_that_does_not_fit_waits_for_the_oldest_to_be_forgotten() -> None:
    spent = Spent().taken(MINUTE, 60, 0).taken(MINUTE, 20, 30_000)

    assert spent.wait(MINUTE, 20, 80, 30_000) == 33_000


def test_a_request_that_fits_does_not_wait() -> None:
    assert Spent().taken(MINUTE, 60, 0).wait(MINUTE, 20, 80, 1_000) == 0


def test_a_request_that_costs_more_than_there_is_never_fits() -> None:
    assert Spent().wait(MINUTE, 81, 80, 0) is None


def test_what_others_used_counts_with_what_was_granted_since() -> None:
    spent = Spent().taken(MINUTE, 10, 0)
    spent = spent.heard(Told(used=70, granted=10, until=45_000), 100).taken(MINUTE, 5, 200)

    assert spent.used(MINUTE, 300) == 75
    assert spent.wait(MINUTE, 10, 80, 300) == 44_700


def test_what_the_exchange_counted_ends_with_its_own_window() -> None:
    spent = Spent().taken(MINUTE, 10, 0).heard(Told(used=70, granted=10, until=45_000), 100)

    assert spent.used(MINUTE, 45_000) == 10


def test_an_exchange_that_counts_less_than_was_sent_is_not_believed() -> None:
    spent = Spent().taken(MINUTE, 50, 0).heard(Told(used=1, granted=50, until=60_000), 100)

    assert spent.used(MINUTE, 200) == 50


def test_the_answer_to_an_earlier_request_does_not_replace_that_to_a_later() -> None:
    spent = Spent().taken(MINUTE, 10, 0).taken(MINUTE, 10, 1)
    spent = spent.heard(Told(used=60, granted=20, until=60_000), 2).heard(Told(used=30, granted=10, until=60_000), 3)

    assert spent.used(MINUTE, 4) == 60


STEPS = st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 40)), max_size=60)


@given(
    steps=STEPS,
    window_ms=st.sampled_from([1_000, 10_000, 45_000, 60_000]),
    amount=st.integers(40, 100),
    start=st.integers(0, 10**12),
)
def test_no_window_ever_has_more_than_is_allowed(
    steps: list[tuple[int, int]], window_ms: int, amount: int, start: int
) -> None:
    limit, spent, now = Limit("any", Counted.WEIGHT, amount, window_ms), Spent(), start
    granted: list[tuple[int, int]] = []
    for passed, cost in steps:
        now += passed
        if spent.wait(limit, cost, amount, now) == 0:
            spent = spent.taken(limit, cost, now)
            granted.append((now, cost))

    for first, _ in granted:
        assert sum(cost for at, cost in granted if first <= at <= first + window_ms) <= amount


@given(steps=STEPS, start=st.integers(0, 10**12))
def test_who_waits_as_long_as_was_said_has_room_then_and_had_none_before(
    steps: list[tuple[int, int]], start: int
) -> None:
    spent, now = Spent(), start
    for passed, cost in steps:
        now += passed
        wait = spent.wait(MINUTE, cost, 80, now)
        assert wait is not None
        assert wait == 0 or spent.used(MINUTE, now + wait - 1) + cost > 80
        now += wait
        assert spent.used(MINUTE, now) + cost <= 80
        spent = spent.taken(MINUTE, cost, now)


@given(steps=STEPS)
def test_a_counter_that_falls_steadily_is_never_over_its_top(steps: list[tuple[int, int]]) -> None:
    limit, spent, now = Limit("calls-45s", Counted.WEIGHT, 15, 45_000), Spent(), 0
    counter, counted_at = 0.0, 0
    for passed, weight in steps:
        cost = 1 + weight % 2
        now += passed
        if spent.wait(limit, cost, 15, now) == 0:
            spent = spent.taken(limit, cost, now)
            counter, counted_at = max(0.0, counter - (now - counted_at) / 3_000) + cost, now
            assert counter <= 15.000001


@given(steps=STEPS)
def test_no_more_is_kept_than_a_window_has_slots(steps: list[tuple[int, int]]) -> None:
    spent, now = Spent(), 0
    for passed, cost in steps:
        now += passed
        spent = spent.taken(MINUTE, cost, now)

        assert len(spent.slots) <= 22
