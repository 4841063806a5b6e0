"""The basis trade of the examples at the test exchange, its worker killed at each order: no leg is done twice."""

import json
import sys
from collections.abc import Generator
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from allornone.eventlog.reader import EventReader
from allornone.events import OperationExecutionEvent
from allornone.testexchange.engine.conservation import problems
from tests.e2e.rehearsal import Rehearsal, ended, rehearsing, until
from tests.exchange.accounts import changed, effective, filled, kept, logged, sent_twice

HASTY = (sys.executable, "-m", "tests.e2e.hasty_worker")


@pytest.fixture
def rehearsal(tmp_path: Path, temporal_server: WorkflowEnvironment) -> Generator[Rehearsal]:
    """A desk at an exchange where ETH is worth what the examples expect."""
    target = temporal_server.client.service_client.config.target_host
    with rehearsing(tmp_path, target, HASTY) as rehearsing_desk:
        for symbol in ("ETHUSDT", "ETHUSDT.P"):
            rehearsing_desk.told("POST", f"/v1/binance/markets/{symbol}", {"mark": "3000"})
        yield rehearsing_desk


def reached(rehearsal: Rehearsal, kind: str, count: int) -> None:
    """Wait until so many orders or transfers are in the exchange's books."""
    until(lambda: len(rehearsal.asked("/v1/binance/books")[kind]) == count, f"{count} {kind}")


def last_of(rehearsal: Rehearsal) -> tuple[str, str]:
    """Return what the log says last of an operation."""
    events = EventReader(rehearsal.data_dir / "logs").events()
    *_, last = (event for event in events if isinstance(event, OperationExecutionEvent))
    return last.operation_id, last.status


def unknown(rehearsal: Rehearsal, group: str) -> list[str]:
    """Return the operations whose outcome nobody knows."""
    code, said = rehearsal.says("status", group, "--json")
    assert code in (0, 3), said
    return [each["operation_id"] for each in json.loads(said)["operations"] if each["state"] == "unknown"]


def run_with_deaths(rehearsal: Rehearsal, example: str, *deaths: tuple[int, str]) -> tuple[int, str]:
    """Run an example; kill the worker when its nth order is at the exchange and nobody was told."""
    running = rehearsal.begins("run", f"examples/{example}", "--id", f"{Path(example).stem}-{uuid4().hex}")
    for count, operation_id in deaths:
        reached(rehearsal, "orders", count)
        rehearsal.kill()
        assert last_of(rehearsal) == (operation_id, "pending")
        rehearsal.hire()
    return ended(running)


def test_the_basis_trade_is_done_once_though_the_worker_dies_at_each_order_of_its_hedge(rehearsal: Rehearsal) -> None:
    rehearsal.told("PUT", "/v1/faults", [{"kind": "order", "behaviour": "hang", "after": 1, "count": 2}])

    entry = run_with_deaths(rehearsal, "basis_entry.yaml", (2, "sell_perp"))
    way_out = run_with_deaths(rehearsal, "basis_exit.yaml", (3, "close_perp"))

    assert (entry[0], way_out[0]) == (0, 0), entry[1] + way_out[1]
    assert_traded(rehearsal)


@pytest.mark.long
def test_the_basis_trade_is_done_once_though_the_worker_dies_at_each_order(rehearsal: Rehearsal) -> None:
    rehearsal.told("PUT", "/v1/faults", [{"kind": "order", "behaviour": "hang", "count": "always"}])

    entry = run_with_deaths(rehearsal, "basis_entry.yaml", (1, "buy_spot"), (2, "sell_perp"))
    way_out = run_with_deaths(rehearsal, "basis_exit.yaml", (3, "close_perp"), (4, "sell_spot"))

    assert (entry[0], way_out[0]) == (0, 0), entry[1] + way_out[1]
    assert_traded(rehearsal)


def assert_traded(rehearsal: Rehearsal) -> None:
    assert_done_once(rehearsal, orders=4)
    engine = kept(rehearsal.books)
    assert engine.books.position("desk", "ETHUSDT.P").amount == 0
    assert engine.ledger.total("desk", "spot", "ETH") == Decimal("49.999")


def test_a_protocol_on_paper_and_the_exchange_are_legs_of_one_group(rehearsal: Rehearsal) -> None:
    code, said = rehearsal.says("run", "examples/hedged_lending.yaml", "--id", f"lending-{uuid4().hex}")

    assert code == 0, said
    assert_done_once(rehearsal, orders=1)


def test_a_transfer_whose_worker_died_is_an_operators_word_and_is_not_done_twice(rehearsal: Rehearsal) -> None:
    rehearsal.told("PUT", "/v1/faults", [{"kind": "transfer", "behaviour": "hang", "count": "always"}])
    group = f"basis-{uuid4().hex}"
    assert rehearsal.says("submit", "examples/basis_entry.yaml", "--id", group)[0] == 0
    reached(rehearsal, "transfers", 1)
    rehearsal.kill()
    rehearsal.hire()

    until(lambda: "move_margin" in unknown(rehearsal, group), "a transfer that is unknown")
    deltas = ("--delta", "binance:USDT=-1000", "--delta", "binance.usdm:USDT=1000")
    code, said = rehearsal.says("resolve", group, "--outcome", "confirmed", *deltas)

    assert code == 0, said
    assert rehearsal.says("watch", group)[0] == 0
    assert_done_once(rehearsal, orders=2)


def assert_done_once(rehearsal: Rehearsal, orders: int) -> None:
    """Hold the exchange's books against the log, and ask the checker: exchange and protocols each have a ledger."""
    engine, log_dir = kept(rehearsal.books), rehearsal.data_dir / "logs"
    assert len(engine.books.orders) == orders
    assert sent_twice(engine) == {}
    assert filled(engine) <= effective(log_dir)
    assert problems(engine) == []
    assert logged(log_dir) == changed(engine)
    code, said = rehearsal.says("verify", "--testexchange", str(rehearsal.books / "testexchange.db"))
    assert code == 0, said
