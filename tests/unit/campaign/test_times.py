"""A bound that does not grow with what is waited for calls a group stuck that does as it should."""

import pytest

from tests.campaign.matrix.times import WAVE_PACE_MAX, alone, in_wave
from tests.campaign.rig.worker import HELD_S

PACES = (1.0, 2.0, 6.0, 18.0, 20.0, WAVE_PACE_MAX)


@pytest.mark.parametrize("pace", PACES)
def test_a_wave_has_time_to_gather_when_the_deadline_has_passed(pace: float) -> None:
    times = in_wave(pace)

    assert times.gather_s - times.deadline_s == 45


@pytest.mark.parametrize("pace", PACES)
def test_a_send_of_a_wave_is_not_given_up_while_the_wave_gathers(pace: float) -> None:
    times = in_wave(pace)

    assert times.send_s - times.gather_s >= 15


@pytest.mark.parametrize("pace", PACES)
def test_a_venues_client_waits_in_a_wave_for_whoever_waits_for_the_deadline(pace: float) -> None:
    times = in_wave(pace)

    assert times.send_s / 2 - times.deadline_s == 30


@pytest.mark.parametrize("pace", PACES)
def test_a_group_of_a_wave_that_loses_an_attempt_with_the_server_has_its_full_time_after_that(pace: float) -> None:
    times = in_wave(pace)

    assert times.bound_s - times.gather_s - times.send_s == 120


@pytest.mark.parametrize("pace", [1.0, 4.0, 16.0])
def test_a_group_on_its_own_has_its_full_time_after_its_deadline_the_outage_and_a_lost_attempt(pace: float) -> None:
    times = alone(pace)

    assert times.bound_s - times.deadline_s - times.outage_s - times.send_s == 120


@pytest.mark.parametrize("pace", [1.0, 4.0, 16.0])
def test_what_is_under_way_is_given_up_in_an_outage(pace: float) -> None:
    times = alone(pace)

    assert times.outage_s > times.send_s


def test_a_wave_gathers_for_less_than_a_workflows_thread_may_be_held() -> None:
    assert in_wave(WAVE_PACE_MAX).gather_s < HELD_S
