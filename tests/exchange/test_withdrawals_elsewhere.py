"""Withdrawals from Kraken and sends from Coinbase in groups: the production worker, a real Temporal server."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from allornone.client.start import start
from allornone.models.group import GroupStatus
from allornone.models.result import GroupView, OperationState
from allornone.testexchange.engine.movement import WithdrawalState
from allornone.testexchange.kraken.world import ARBITRUM_ADDRESS, NAMED_ADDRESS
from allornone.testexchange.serving import ACCOUNT, Served, serving
from tests.exchange.desk import Desk, options
from tests.plans import leg

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = ("kraken", "coinbase")
PATIENCE_S = 300
"""An activity of 30 s, and then looks that are a minute apart at most."""
ADDRESS = "0x" + "2" * 40
FROM_KRAKEN = leg(
    "from-kraken",
    "withdraw",
    "kraken>kraken",
    "ETH>ETH",
    {"kraken:ETH": "-2"},
    amount="2",
    address=NAMED_ADDRESS,
    network="Ethereum",
)
FROM_COINBASE = leg(
    "from-coinbase",
    "withdraw",
    "coinbase>coinbase",
    "ETH>ETH",
    {"coinbase:ETH": "-2"},
    amount="2",
    address=ADDRESS,
    network="ethereum",
)


@pytest_asyncio.fixture(loop_scope="session")
async def exchanges(tmp_path: Path) -> AsyncGenerator[Served]:
    async with serving(tmp_path / "exchange", NAMES) as served:
        for engine in served.engines.values():
            engine.moving.withdrawal_ms = 0  # as soon as somebody looks
        yield served


@pytest.fixture
def desk(tmp_path: Path, client: Client, task_queue: str, exchanges: Served) -> Iterator[Desk]:
    listed = [
        {"asset": "ETH", "network": "Ethereum", "address": NAMED_ADDRESS, "key": "desk-wallet"},
        {"asset": "ETH", "network": "ethereum", "address": ADDRESS},
        {"asset": "ETH", "network": "Ethereum", "address": "0x" + "3" * 40},
        {"asset": "ETH", "network": "Ethereum", "address": ARBITRUM_ADDRESS, "key": "desk-arbitrum"},
        {"asset": "ETH", "network": "Arbitrum One", "address": ARBITRUM_ADDRESS, "key": "desk-arbitrum"},
    ]
    (tmp_path / "addresses.json").write_text(json.dumps(listed))
    opened = Desk(tmp_path / "desk", client, task_queue, exchanges)
    opened.options = {
        name: {
            **options(exchanges),
            "exchange": name,
            "credentials_file": str(exchanges.credentials_file(name)),
            "addresses": str(tmp_path / "addresses.json"),
        }
        for name in NAMES
    }
    yield opened
    opened.check()


def has(served: Served, exchange: str) -> Decimal:
    return served.engines[exchange].ledger.total(ACCOUNT, "spot", "ETH")


def sent(served: Served, exchange: str) -> int:
    return len(served.engines[exchange].books.withdrawals)


async def test_both_leave_with_their_fees(desk: Desk, exchanges: Served) -> None:
    result = await desk.run(desk.plan(FROM_KRAKEN, FROM_COINBASE))

    assert result.status is GroupStatus.COMPLETED
    assert has(exchanges, "kraken") == 48  # the fee is in the 2
    assert has(exchanges, "coinbase") == Decimal("47.9998")  # the fee is on top
    fees = [fee.amount for operation in result.operations for shown in operation.handshakes for fee in shown.fees]
    assert fees == [Decimal("0.0035"), Decimal("0.0002")]


async def test_a_send_from_coinbase_whose_answer_is_lost_is_found_and_not_sent_again(
    desk: Desk, exchanges: Served
) -> None:
    exchanges.inject({"kind": "withdraw", "behaviour": "reset"})

    result = await desk.run(desk.plan(FROM_COINBASE))

    assert result.status is GroupStatus.COMPLETED
    assert sent(exchanges, "coinbase") == 1


@pytest.mark.parametrize("executed", [True, False])
async def test_a_withdrawal_from_kraken_whose_answer_is_lost_waits_for_a_person(
    desk: Desk, exchanges: Served, *, executed: bool
) -> None:
    exchanges.inject({"kind": "withdraw", "behaviour": "reset", "executed": executed})

    view = await desk.run_until_blocked(desk.plan(FROM_KRAKEN, policy={"resolve_budget_s": "1"}))

    assert view.operations[0].state is OperationState.UNKNOWN
    assert sent(exchanges, "kraken") == int(executed)


@pytest.mark.parametrize("operation", [FROM_KRAKEN, FROM_COINBASE], ids=NAMES)
async def test_a_withdrawal_that_fails_did_nothing(desk: Desk, exchanges: Served, operation: dict[str, object]) -> None:
    exchanges.inject({"kind": "withdraw", "behaviour": "withdrawal", "end": "failure"})

    result = await desk.run(desk.plan(operation))

    assert result.status is GroupStatus.FAILED
    assert [has(exchanges, name) for name in NAMES] == [50, 50]


async def test_an_address_without_its_name_at_kraken_is_refused_before_anything_is_sent(
    desk: Desk, exchanges: Served
) -> None:
    details = {**FROM_KRAKEN["operation_details"], "address": "0x" + "3" * 40}

    result = await desk.run(desk.plan({**FROM_KRAKEN, "operation_details": details}))

    assert result.status is GroupStatus.FAILED
    assert sent(exchanges, "kraken") == 0


async def test_a_name_that_leads_over_another_network_than_the_list_says_is_refused_before_anything_is_sent(
    desk: Desk, exchanges: Served
) -> None:
    details = {**FROM_KRAKEN["operation_details"], "address": ARBITRUM_ADDRESS}

    result = await desk.run(desk.plan({**FROM_KRAKEN, "operation_details": details}))

    assert result.status is GroupStatus.FAILED
    assert sent(exchanges, "kraken") == 0
    assert "'desk-arbitrum' at kraken leads over ETH (Arbitrum One)" in result.model_dump_json()


async def test_a_name_of_another_network_leaves_over_the_network_that_the_list_says(
    desk: Desk, exchanges: Served
) -> None:
    details = {**FROM_KRAKEN["operation_details"], "address": ARBITRUM_ADDRESS, "network": "Arbitrum-One"}

    result = await desk.run(desk.plan({**FROM_KRAKEN, "operation_details": details}))

    assert result.status is GroupStatus.COMPLETED
    assert [each.network for each in exchanges.engines["kraken"].books.withdrawals.values()] == ["Arbitrum One"]


async def test_a_withdrawal_from_kraken_that_outlasts_its_watch_waits_for_a_person_too(
    desk: Desk, exchanges: Served
) -> None:
    exchanges.engines["kraken"].moving.withdrawal_ms = 3_600_000
    desk.options["kraken"]["watch_s"] = "0"

    view = await desk.run_until_blocked(desk.plan({**FROM_KRAKEN, "timeout_s": "1"}, policy={"resolve_budget_s": "1"}))

    assert view.operations[0].state is OperationState.UNKNOWN
    assert sent(exchanges, "kraken") == 1


async def test_a_withdrawal_from_kraken_that_outlasts_its_activity_is_done_when_kraken_shows_its_end(
    desk: Desk, exchanges: Served
) -> None:
    engine = exchanges.engines["kraken"]
    engine.moving.withdrawal_ms = 3_600_000

    async with desk.working(), asyncio.timeout(PATIENCE_S):
        handle = await start(desk.client, desk.settings.task_queue, desk.plan(FROM_KRAKEN))
        while True:
            view: GroupView = await handle.query("status", result_type=GroupView)
            if view.operations[0].state is OperationState.UNKNOWN:  # Temporal gave its activity up
                break
            await asyncio.sleep(0.5)
        (withdrawal,) = engine.books.withdrawals.values()
        engine.moving.end_withdrawal(withdrawal, WithdrawalState.COMPLETED)
        result = await handle.result()

    assert result.status is GroupStatus.COMPLETED
    assert result.operations[0].handshakes[-1].actual_deltas == {"kraken:BaseToken:ETH": Decimal(-2)}
    assert sent(exchanges, "kraken") == 1
