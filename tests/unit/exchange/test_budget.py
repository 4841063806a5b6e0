"""Workers of one host share one budget: turns, and what answers say."""

import asyncio
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allornone.errors import NotSentError
from allornone.venues.exchange.limits.budget import Budget
from allornone.venues.exchange.limits.budget_file import BudgetFile, BudgetPage
from allornone.venues.exchange.limits.spending import Ticket
from tests.unit.exchange.budget_time import TARIFF, Host
from tests.unit.exchange.turns import forward, urgent, weight

USED = "x-mbx-used-weight-1m"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path)
    yield host
    host.close()


async def test_what_one_worker_used_no_other_has(host: Host) -> None:
    await forward(host.worker(), 80)

    with pytest.raises(
        NotSentError, match=r"binance/spot: its rate budget has room for it in 63\.0 s .* used are 80 of weight-1m"
    ):
        await forward(host.worker(), 1)


async def test_another_account_of_the_exchange_has_a_budget_of_its_own(host: Host) -> None:
    await forward(host.worker(account="spot"), 80)

    assert await forward(host.worker(account="usdm"), 80)


async def test_a_request_waits_for_its_turn_where_it_comes_in_time(host: Host) -> None:
    budget = host.worker()
    await forward(budget, 80)
    host.passes(60)

    await forward(budget, 1, left_s=5)

    assert sum(host.slept) == 3


async def test_a_request_whose_turn_would_come_too_late_is_not_even_waited_for(host: Host) -> None:
    budget = host.worker()
    await forward(budget, 80)

    with pytest.raises(NotSentError):
        await forward(budget, 1, left_s=60)

    assert host.slept == []


async def test_a_request_that_need_not_wait_has_its_turn_whatever_its_time(host: Host) -> None:
    assert await forward(host.worker(), 1, left_s=-1)


async def test_a_request_whose_time_is_over_does_not_wait_at_all(host: Host) -> None:
    budget = host.worker()
    await forward(budget, 80)
    host.passes(62.999)

    with pytest.raises(NotSentError):
        await forward(budget, 1, left_s=0)

    assert host.slept == []


async def test_rolling_back_goes_on_where_forward_work_has_to_stop(host: Host) -> None:
    await forward(host.worker(), 80)

    assert await urgent(host.worker(), 15)


async def test_a_worker_that_gives_up_waiting_holds_nobody_up(host: Host) -> None:
    await forward(host.worker(), 70)
    with pytest.raises(NotSentError):
        await urgent(host.worker(), 30)

    assert await forward(host.worker(), 1)
    assert host.slept == []


async def test_what_others_used_of_the_account_is_read_off_the_answers(host: Host) -> None:
    first = host.worker()
    ticket = await forward(first, 1)
    await first.heard(ticket, 200, {USED: "79"})

    await forward(host.worker(), 1)
    with pytest.raises(NotSentError, match="used are 80 of weight-1m"):
        await forward(host.worker(), 1)


async def test_what_others_used_is_forgotten_with_the_exchanges_own_minute(host: Host) -> None:
    budget = host.worker()
    ticket = await forward(budget, 1)
    await budget.heard(ticket, 200, {USED: "100", "date": "Sun, 22 Nov 2026 21:40:50 GMT"})
    host.passes(10)

    assert await forward(budget, 1)


class StoppedOnce(BudgetFile):
    """The file of a worker that is stopped for five seconds right after its first transaction."""

    def __init__(self, host: Host) -> None:
        super().__init__(host.path, host.clock())
        self._host = host
        self._stops = [5.0]

    @contextmanager
    def page(self) -> Generator[BudgetPage]:
        with super().page() as page:
            yield page
        if self._stops:
            self._host.passes(self._stops.pop())


async def test_a_ticket_that_grew_old_before_its_request_could_leave_is_not_used(host: Host) -> None:
    file = StoppedOnce(host)
    stopped = Budget(file, "binance", "spot", TARIFF, host.sleep)

    ticket = await forward(stopped, 10, left_s=20)
    stopped.close()

    assert ticket.granted == {"weight-1m": 20}


async def test_a_worker_that_was_stopped_past_its_requests_time_does_not_send_it(host: Host) -> None:
    file = StoppedOnce(host)
    stopped = Budget(file, "binance", "spot", TARIFF, host.sleep)

    with pytest.raises(NotSentError, match="no turn for it came in time"):
        await forward(stopped, 10, left_s=4)
    stopped.close()


async def test_without_its_file_nothing_is_sent_and_what_was_heard_of_a_request_is_no_error(host: Host) -> None:
    (host.folder / "no folder").write_text("", encoding="utf-8")
    budget = Budget(BudgetFile(host.folder / "no folder" / "budgets.db"), "binance", "spot", TARIFF, host.sleep)

    await budget.heard(Ticket(0, {}), 200, {USED: "5"})
    with pytest.raises(NotSentError, match="the file of its rate budget cannot be used"):
        await urgent(budget, 1)


async def test_a_worker_that_stops_within_a_transaction_stops_nobody_for_longer_than_the_patience(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allornone.venues.exchange.limits.budget_file.BUSY_TIMEOUT_S", 0.01)
    budget = host.worker()
    other = sqlite3.connect(host.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(NotSentError, match="the file of its rate budget cannot be used"):
        await forward(budget, 1)

    other.execute("ROLLBACK")
    other.close()
    assert await forward(budget, 1)


async def test_a_worker_that_got_its_turn_long_after_it_asked_does_not_send(host: Host) -> None:
    """Though it need not have waited: somebody held the file."""
    stopped = Budget(StoppedOnce(host), "binance", "spot", TARIFF, host.sleep)

    with pytest.raises(NotSentError, match="no turn for it came in time"):
        await forward(stopped, 10, left_s=-1)
    stopped.close()


async def test_the_state_tells_what_was_used_who_waits_and_until_when_the_exchange_wants_silence(host: Host) -> None:
    budget = host.worker()
    ticket = await forward(budget, 70)
    asleep = asyncio.Event()

    async def forever(_seconds: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    undo = Budget(host.file(), "binance", "spot", TARIFF, forever)
    waiting = asyncio.create_task(undo.turn(weight(30), urgent=True, left_s=100))
    await asleep.wait()
    calm = await budget.state()
    await budget.heard(ticket, 418, {"retry-after": "119"})
    banned = await budget.state()
    waiting.cancel()
    undo.close()

    assert (calm.account, calm.open_until, calm.status, calm.urgent_waiting) == ("binance/spot", None, None, 1)
    assert [(each.name, each.used, each.forward, each.urgent) for each in calm.limits] == [("weight-1m", 70, 80, 95)]
    assert (banned.open_until, banned.status) == (datetime(2027, 1, 15, 8, 2, tzinfo=UTC), 418)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9_000), st.integers(1, 40), st.booleans()), max_size=40)
)
def test_whichever_of_three_workers_asks_when_no_window_has_more_than_the_budget(
    steps: list[tuple[int, int, int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    host = Host(tmp_path_factory.mktemp("host"))
    workers = [host.worker() for _ in range(3)]
    granted: list[tuple[int, int]] = []

    async def ask() -> None:
        for worker, passed, amount, is_urgent in steps:
            host.passes(passed / 1_000)
            try:
                await workers[worker].turn(weight(amount), urgent=is_urgent, left_s=1)
            except NotSentError:
                continue
            granted.append((host.uptime, amount))
            used = sum(each for at, each in granted if at >= host.uptime - 60_000)
            assert used <= (95 if is_urgent else 80)

    asyncio.run(ask())
    host.close()
