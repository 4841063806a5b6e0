"""The short form of every pair: each behaviour alone, everywhere, and a hundred of the pairs."""

from collections.abc import Iterator

import pytest

from tests.campaign.pairs import Cell, pairs, play, scenarios, singles, unknowable
from tests.campaign.virtual.rig import rigged
from tests.campaign.virtual.venue import BINANCE, BLIND, UNBOUNDED


@pytest.fixture(autouse=True)
def _rigged() -> Iterator[None]:
    with rigged():
        yield


def test_there_are_98_cells_and_4753_pairs_of_them() -> None:
    everything = list(pairs())

    assert len(singles()) == 98
    assert len({frozenset((cell.behaviour, cell.position) for cell in pair) for pair in everything}) == 4753
    assert len(everything) == 5390  # those at one position in both orders


def test_each_behaviour_alone_breaks_nothing_and_asks_only_where_nobody_could_know() -> None:
    fired: set[Cell] = set()
    for pair in singles():
        for scenario in scenarios(pair):
            for profile in (BINANCE, UNBOUNDED):
                played = play(pair, scenario, profile)
                assert not played.broken, played.broken
                fired |= played.fired
    assert len(fired) == 98


def test_what_nobody_could_know_is_asked() -> None:
    for profile in (UNBOUNDED, BLIND):
        for pair in singles():
            if pair[0].behaviour == "timeout not executed":
                assert unknowable(profile, pair)
                assert all(play(pair, scenario, profile).blocked for scenario in scenarios(pair))


def test_every_hundredth_pair_breaks_nothing() -> None:
    for pair in list(pairs())[::100]:
        for scenario in scenarios(pair):
            played = play(pair, scenario, BINANCE)
            assert not played.broken, played.broken
