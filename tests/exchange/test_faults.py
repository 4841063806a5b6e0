"""Every fault of the test exchange on every write that it can befall: the ends, held against the exchange's books.

What is run is what is asked for: by default some faults of each kind, with `-m "long or not long"` all of them.
"""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from allornone.testexchange.engine.conservation import problems
from tests.exchange.cells import CELLS, SITES
from tests.exchange.matrix import Matrix, opened, run_all
from tests.exchange.table.cell import Cell

pytestmark = pytest.mark.asyncio(loop_scope="session")

DAILY = frozenset(
    {
        *("reset", "duplicate", "no_funds", "partial_and_lost", "refunded"),
        *("kraken_reset", "kraken_no_funds", "kraken_partial_and_lost"),
        *("coinbase_reset", "coinbase_duplicate", "coinbase_no_funds", "coinbase_refunded"),
    }
)
"""What ends soon: no fence has to be waited for."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def matrix(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, temporal_server: WorkflowEnvironment
) -> AsyncIterator[Matrix]:
    """Every group of the faults that are asked about, run side by side once and to its end."""
    client: Client = temporal_server.client
    async with opened(tmp_path_factory.mktemp("matrix"), client, f"matrix-{uuid4().hex}", asked(request)) as made:
        await run_all(made)
        yield made


def asked(request: pytest.FixtureRequest) -> list[str]:
    """Return the venues that the tests of this run ask about."""
    here = [item for item in request.session.items if isinstance(item, pytest.Function) and item.path == request.path]
    given: list[dict[str, Any]] = [item.callspec.params for item in here if hasattr(item, "callspec")]
    named = {each["cell"].site if "cell" in each else each["site"] for each in given}
    return [site for site in SITES if site in named]


def marked(site: str) -> list[pytest.MarkDecorator]:
    return [] if site in DAILY else [pytest.mark.long]


every_cell = pytest.mark.parametrize(
    "cell", [pytest.param(cell, id=cell.name, marks=marked(cell.site)) for cell in CELLS]
)


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


@pytest.mark.parametrize("site", [pytest.param(site, marks=marked(site)) for site in SITES])
async def test_the_exchange_made_and_lost_nothing(matrix: Matrix, site: str) -> None:
    assert [problems(engine) for engine in matrix.exchanges[site].engines.values()] == [[]]


async def test_the_checker_finds_nothing_broken_and_every_venue_witnessed(matrix: Matrix) -> None:
    report = await matrix.examined()

    assert str(report) == ""
    assert report.witnesses != {}
    assert set(report.witnesses.values()) == {f"testexchange.db ({name})" for name in matrix.names}
    assert {"S1", "S2", "S3", "S4", "S5", "S13", "S14", "E5", "E6", "E8"} <= {
        verdict.name for verdict in report.verdicts if verdict.state == "held"
    }


async def test_every_rule_fired(matrix: Matrix) -> None:
    assert [site for site, exchange in matrix.exchanges.items() if exchange.faults.silent()] == []
