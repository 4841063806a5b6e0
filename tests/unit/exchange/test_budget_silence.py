"""An exchange that wants silence gets it, from every worker of the host, until its time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from allornone.errors import NotSentError
from tests.unit.exchange.budget_time import Host
from tests.unit.exchange.turns import forward, urgent


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path)
    yield host
    host.close()


async def test_an_exchange_that_wants_silence_hears_nothing_from_any_worker(host: Host) -> None:
    first = host.worker()
    await first.heard(await forward(first, 1), 429, {"retry-after": "30"})

    with pytest.raises(NotSentError, match=r"binance wants no request for 31.0 s more \(HTTP 429\)"):
        await urgent(host.worker(account="usdm"), 1)


async def test_a_short_silence_is_waited_for(host: Host) -> None:
    budget = host.worker()
    await budget.heard(await forward(budget, 1), 429, {"retry-after": "2"})

    await forward(budget, 1, left_s=5)

    assert sum(host.slept) == 3


async def test_another_exchange_is_asked_meanwhile(host: Host) -> None:
    budget = host.worker()
    await budget.heard(await forward(budget, 1), 418, {"retry-after": "300"})

    assert await forward(host.worker(exchange="kraken"), 1)


async def test_silence_asked_for_in_other_words_than_a_status_is_kept_too(host: Host) -> None:
    budget = host.worker()
    await budget.heard(await forward(budget, 1), 200, {}, backed_off=True)

    with pytest.raises(NotSentError, match=r"binance wants no request for 5\.0 s more"):
        await urgent(budget, 1, left_s=4)


async def test_a_ban_outlives_the_worker_that_heard_of_it(host: Host) -> None:
    first = host.worker()
    await first.heard(await forward(first, 1), 418, {"retry-after": "120"})
    first.close()
    host.passes(120)

    with pytest.raises(NotSentError, match="HTTP 418"):
        await urgent(host.worker(), 1, left_s=0.5)
    host.passes(1)
    assert await urgent(host.worker(), 1)


async def test_a_ban_outlives_the_host(host: Host) -> None:
    first = host.worker()
    await first.heard(await forward(first, 1), 418, {"retry-after": "120"})
    host.reboots(down_s=60)

    with pytest.raises(NotSentError, match=r"binance wants no request for 61\.0 s more"):
        await urgent(host.worker(), 1)


async def test_a_wall_clock_that_comes_back_wrong_ends_no_ban_and_keeps_nobody_for_ever(host: Host) -> None:
    first = host.worker()
    await first.heard(await forward(first, 1), 418, {"retry-after": "120"})
    host.reboots(down_s=60, wall_jumps_s=-86_400)

    with pytest.raises(NotSentError, match=r"binance wants no request for 121\.0 s more"):
        await urgent(host.worker(), 1)
    host.passes(121)
    assert await urgent(host.worker(), 1)


async def test_the_wall_clocks_jumps_move_nothing_while_the_host_runs(host: Host) -> None:
    await forward(host.worker(), 80)
    host.wall += 3_600_000

    with pytest.raises(NotSentError, match=r"room for it in 63.0 s"):
        await forward(host.worker(), 1)
