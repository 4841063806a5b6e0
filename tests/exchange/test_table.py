"""The table is whole: each fault on each write of each exchange has its end, or a reason why there is none."""

from collections import Counter

import pytest

from tests.exchange.cells import ABSENT, CELLS, TABLES, WRITES
from tests.exchange.table.faults import RULES


@pytest.mark.parametrize("exchange", TABLES)
def test_every_fault_has_an_end_on_every_write_or_a_reason_why_there_is_none(exchange: str) -> None:
    ends = {f"{cell.fault}-{cell.write}" for cell in CELLS if cell.exchange == exchange}

    assert ends | ABSENT[exchange].keys() == {f"{fault}-{write}" for fault in RULES for write in WRITES[exchange]}
    assert ends & ABSENT[exchange].keys() == set()


def test_no_cell_is_there_twice() -> None:
    assert [name for name, times in Counter(cell.name for cell in CELLS).items() if times > 1] == []
