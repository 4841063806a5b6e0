import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from allornone.venues.paper import PaperWorld
from allornone.venues.paper.ledger import PaperLedger
from allornone.venues.paper.rows import Effect, OrderState
from allornone.venues.paper.terms import terms_of
from tests.unit.paper.world import NOON, buy, run, world

TWENTY_BUYS = """
import asyncio, sys
from pathlib import Path
from tests.unit.paper.world import buy, run, world

async def main():
    paper = world(Path(sys.argv[1]))
    for number in range(20):
        await run(paper, buy("1", name=f"{sys.argv[2]}-{number}"))

asyncio.run(main())
"""


def test_what_fails_inside_a_transaction_leaves_nothing(tmp_path: Path) -> None:
    paper = world(tmp_path)
    asked = buy("1")
    terms = terms_of(asked, paper.quotes.current())

    def fails_halfway() -> None:
        with paper.ledger.transaction() as book:
            book.add_order("binance", asked, terms, OrderState.OPEN, received_at=NOON, visible_from=NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_halfway()

    assert paper.ledger.orders() == ()


async def test_a_new_process_finds_what_took_effect(tmp_path: Path) -> None:
    first = world(tmp_path)
    await run(first, buy("1"))
    first.close()

    totals = {key: str(amount) for key, amount in PaperLedger(tmp_path / "paper.db").totals("group-1").items()}

    assert totals == {"binance:BaseToken:ETH": "1", "binance:BaseToken:USDT": "-3003"}


async def test_balances_are_the_sum_of_effects(tmp_path: Path) -> None:
    paper = world(tmp_path)
    await run(paper, buy("1", name="one"))
    await run(paper, buy("0.5", name="two"))

    with paper.ledger.transaction() as book:
        balances = {key: book.balance(key) for key in ("binance:BaseToken:ETH", "binance:BaseToken:USDT")}

    assert balances == paper.ledger.totals()


def test_an_effect_of_18_decimals_is_kept_to_the_last(tmp_path: Path) -> None:
    paper = PaperWorld(tmp_path)
    asked = buy("1")
    exact = "123456789012345678.123456789012345678"

    with paper.ledger.transaction() as book:
        terms = terms_of(asked, paper.quotes.current())
        order = book.add_order("binance", asked, terms, OrderState.OPEN, received_at=NOON, visible_from=NOON)
        book.add_effects(order, [Effect("wallet:BaseToken:ETH", "ETH", Decimal(exact))], NOON)

    assert str(paper.ledger.totals()["wallet:BaseToken:ETH"]) == exact


def test_several_processes_write_one_ledger(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    writers = [
        subprocess.Popen([sys.executable, "-c", TWENTY_BUYS, tmp_path, name], cwd=root) for name in ("a", "b", "c")
    ]

    assert [writer.wait(60) for writer in writers] == [0, 0, 0]

    ledger = PaperLedger(tmp_path / "paper.db")
    assert len(ledger.orders(OrderState.CLOSED)) == 60
    assert ledger.totals()["binance:BaseToken:ETH"] == 60
