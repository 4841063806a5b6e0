"""Every fault of the test exchange on every write that it can befall: the ends, held against the exchange's books."""

from collections.abc import AsyncIterator
from decimal import Decimal
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from allornone.testexchange.engine.conservation import problems
from tests.exchange.cells import CELLS, FAULTS, Cell
from tests.exchange.matrix import Matrix, opened, run_all

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def matrix(
    tmp_path_factory: pytest.TempPathFactory, temporal_server: WorkflowEnvironment
) -> AsyncIterator[Matrix]:
    """Every group of the table, run side by side once and to its end."""
    client: Client = temporal_server.client
    async with opened(tmp_path_factory.mktemp("matrix"), client, f"matrix-{uuid4().hex}") as made:
        await run_all(made)
        yield made


every_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)


@every_cell
async def test_it_ends_as_it_has_to(matrix: Matrix, cell: Cell) -> None:
    assert matrix.unfinished.get(cell.name) is None
    ended = matrix.ended[cell.name]
    assert ended.result.status is cell.end, ended.result.reason
    assert ended.blocked is cell.blocked


@every_cell
async def test_the_books_moved_once_or_not_at_all(matrix: Matrix, cell: Cell) -> None:
    assert matrix.moved(cell) == {key: Decimal(amount) for key, amount in cell.moves.items()}
    assert sorted(matrix.effects(cell).values()) == [1] * cell.effective


@every_cell
async def test_the_end_says_what_the_books_moved(matrix: Matrix, cell: Cell) -> None:
    assert matrix.ended[cell.name].shown == matrix.moved(cell)


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_exchange_made_and_lost_nothing(matrix: Matrix, fault: str) -> None:
    assert problems(matrix.exchanges[fault].engines["binance"]) == []


async def test_every_rule_fired(matrix: Matrix) -> None:
    assert [fault for fault, exchange in matrix.exchanges.items() if exchange.faults.silent()] == []
