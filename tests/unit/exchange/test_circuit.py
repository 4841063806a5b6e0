"""An exchange that wants silence gets it, for as long as it says."""

from allornone.venues.exchange.limits.circuit import LONGEST_MS, Circuit


def test_the_circuit_is_open_for_as_long_as_the_answer_says_and_a_second() -> None:
    circuit = Circuit().opened(1_000, 418, 120)

    assert circuit == Circuit(until=122_000, status=418, times=1)
    assert circuit.is_open(121_999)
    assert not circuit.is_open(122_000)


def test_a_ban_of_no_said_length_is_taken_for_two_minutes() -> None:
    assert Circuit().opened(0, 418, None).until == 120_000


def test_a_limit_of_no_said_length_is_taken_for_ten_seconds_and_twice_as_long_each_time_again() -> None:
    once = Circuit().opened(0, 429, None)
    twice = once.opened(10_000, 429, None)

    assert (once.until, twice.until) == (10_000, 30_000)


def test_what_was_on_its_way_when_the_circuit_opened_opens_it_once() -> None:
    circuit = Circuit()
    for _ in range(50):
        circuit = circuit.opened(5, 429, None)

    assert circuit == Circuit(until=10_005, status=429, times=1)


def test_a_later_answer_never_ends_it_earlier() -> None:
    circuit = Circuit().opened(0, 418, 300)

    assert circuit.opened(1_000, 429, 1) == circuit


def test_an_answer_to_what_was_sent_before_it_opened_does_not_close_it() -> None:
    circuit = Circuit().opened(0, 418, 120)

    assert circuit.taken(500) == circuit


def test_once_the_exchange_takes_requests_again_the_next_silence_is_a_first_one() -> None:
    circuit = Circuit().opened(0, 429, None).opened(10_000, 429, None).taken(30_000)

    assert circuit.opened(40_000, 429, None).until == 50_000


def test_no_answer_silences_for_longer_than_a_week() -> None:
    assert Circuit().opened(0, 429, 999_999_999_999).until == LONGEST_MS


def test_however_often_it_opens_without_a_said_length_an_hour_is_the_longest() -> None:
    circuit = Circuit(until=0, status=429, times=1_000_000)

    assert circuit.opened(0, 429, None).until == 3_600_000
