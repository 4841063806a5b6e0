"""Ids that exchanges give: each number has one of its own, and is found again behind it."""

import re

from allornone.testexchange.coinbase.ids import identified
from allornone.testexchange.coinbase.ids import numbered as numbered_at_coinbase
from allornone.testexchange.kraken.names import ORDER, TRADE, lettered, numbered


def test_every_number_has_its_own_id_at_kraken() -> None:
    ids = {lettered(ORDER, number) for number in range(1, 1001)}

    assert len(ids) == 1000
    assert all(re.fullmatch(r"O[A-Z2-7]{5}-[A-Z2-7]{5}-[A-Z2-7]{6}", text) for text in ids)
    assert [numbered(ORDER, lettered(ORDER, number)) for number in (1, 2, 999)] == [1, 2, 999]


def test_a_trades_id_is_no_orders_id_at_kraken() -> None:
    assert numbered(ORDER, lettered(TRADE, 7)) is None
    assert numbered(ORDER, "no id at all") is None


def test_every_number_has_its_own_id_at_coinbase() -> None:
    ids = {identified(number) for number in range(1, 1001)}

    assert len(ids) == 1000
    assert [numbered_at_coinbase(identified(number)) for number in (1, 2, 999)] == [1, 2, 999]
    assert numbered_at_coinbase("no id at all") is None
