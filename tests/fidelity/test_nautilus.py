"""The same book and the same orders at our Binance and at Nautilus Trader's simulated exchange.

Where the two differ, both answers are written down, and ours is what Binance documents. Its words are those of
https://github.com/binance/binance-spot-api-docs, enums.md ("EXPIRED: the order was canceled according to the order
type's rules, e.g. LIMIT FOK orders with no fill, LIMIT IOC or MARKET orders that partially fill") and errors.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from tests.fidelity.filled import Asked, Book, Done
from tests.fidelity.nautilus import Nautilus
from tests.fidelity.spot_desk import SpotDesk, Street

BOOK: Book = {
    "bids": [("49999", "0.4"), ("49998", "0.1"), ("49995", "0.6")],
    "asks": [("50001", "0.3"), ("50002", "0.5"), ("50004", "0.2")],
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Both exchanges, each with the same account, and BOOK in the market."""

    street: Street
    ours: SpotDesk
    theirs: Nautilus

    def place(self, asked: Asked) -> tuple[Done, Done]:
        """Send the order to both."""
        return self.ours.place(asked)[1], self.theirs.place(asked)[1]

    def rest(self, asked: Asked) -> tuple[str, Any]:
        """Send the order to both; return what each knows it by."""
        return self.ours.place(asked)[0], self.theirs.place(asked)[0]

    def arrive(self, more: Book) -> None:
        """Let somebody else's orders come to both books."""
        self.street.rest(more)
        self.theirs.show({side: more.get(side, []) + BOOK[side] for side in BOOK})


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Give both; in the end the balances have moved alike, and our books add up."""
    street = Street()
    street.rest(BOOK)
    ours = street.desk()
    theirs = Nautilus(ours.market, ours.opening)
    try:
        theirs.show(ours.book())
        yield Pair(street, ours, theirs)
    finally:
        theirs.close()
    assert street.problems() == []


def buy(amount: str, price: str = "", lasting: str = "") -> Asked:
    return Asked("BUY", "LIMIT" if price else "MARKET", amount, price, lasting)


def sell(amount: str, price: str = "", lasting: str = "") -> Asked:
    return Asked("SELL", "LIMIT" if price else "MARKET", amount, price, lasting)


class Case(NamedTuple):
    """An order at BOOK: what fills, what is left, and where it then stands, here and there."""

    asked: Asked
    fills: str
    left: str
    ours: str
    theirs: str


CASES = {
    "market buy inside the top level": Case(buy("0.1"), "0.1@50001", "0", "FILLED", "FILLED"),
    "market sell inside the top level": Case(sell("0.1"), "0.1@49999", "0", "FILLED", "FILLED"),
    "market buy of just the top level": Case(buy("0.3"), "0.3@50001", "0", "FILLED", "FILLED"),
    "market buy one step beyond the top level": Case(
        buy("0.30001"), "0.3@50001 0.00001@50002", "0", "FILLED", "FILLED"
    ),
    "market buy through three levels": Case(
        buy("0.9"), "0.3@50001 0.5@50002 0.1@50004", "0", "FILLED", "FILLED"
    ),
    "market sell through three levels": Case(
        sell("0.8"), "0.4@49999 0.1@49998 0.3@49995", "0", "FILLED", "FILLED"
    ),
    "market buy of the whole book": Case(
        buy("1"), "0.3@50001 0.5@50002 0.2@50004", "0", "FILLED", "FILLED"
    ),
    # Binance: a MARKET order that fills in part is EXPIRED. Nautilus leaves what does not fill open.
    "market buy of more than the book, expired here, left open there": Case(
        buy("1.9"), "0.3@50001 0.5@50002 0.2@50004", "0.9", "EXPIRED", "PARTIALLY_FILLED"
    ),
    "market sell of more than the book, expired here, left open there": Case(
        sell("1.5"), "0.4@49999 0.1@49998 0.6@49995", "0.4", "EXPIRED", "PARTIALLY_FILLED"
    ),
    # What Binance calls EXPIRED is CANCELED in Nautilus' words, which has EXPIRED for the end of a time only.
    "ioc buy that fills in part": Case(
        buy("0.9", "50002", "IOC"), "0.3@50001 0.5@50002", "0.1", "EXPIRED", "CANCELED"
    ),
    "ioc sell that fills in part": Case(
        sell("0.9", "49998", "IOC"), "0.4@49999 0.1@49998", "0.4", "EXPIRED", "CANCELED"
    ),
    "ioc buy one tick short of the book": Case(buy("0.1", "50000.99", "IOC"), "", "0.1", "EXPIRED", "CANCELED"),
    "ioc sell one tick short of the book": Case(sell("0.1", "49999.01", "IOC"), "", "0.1", "EXPIRED", "CANCELED"),
    "ioc buy at the tick of the book": Case(buy("0.1", "50001.00", "IOC"), "0.1@50001", "0", "FILLED", "FILLED"),
    "ioc buy that fills whole": Case(
        buy("0.8", "50003", "IOC"), "0.3@50001 0.5@50002", "0", "FILLED", "FILLED"
    ),
    "fok buy that lacks one step": Case(buy("0.80001", "50002", "FOK"), "", "0.80001", "EXPIRED", "CANCELED"),
    "fok sell that lacks one step": Case(sell("0.50001", "49998", "FOK"), "", "0.50001", "EXPIRED", "CANCELED"),
    "fok buy of all there is": Case(buy("0.8", "50002", "FOK"), "0.3@50001 0.5@50002", "0", "FILLED", "FILLED"),
    "fok sell of all there is": Case(sell("0.5", "49998", "FOK"), "0.4@49999 0.1@49998", "0", "FILLED", "FILLED"),
    "gtc buy that fills in part and rests": Case(
        buy("0.9", "50002", "GTC"), "0.3@50001 0.5@50002", "0.1", "PARTIALLY_FILLED", "PARTIALLY_FILLED"
    ),
    "gtc sell that fills in part and rests": Case(
        sell("0.9", "49998", "GTC"), "0.4@49999 0.1@49998", "0.4", "PARTIALLY_FILLED", "PARTIALLY_FILLED"
    ),
    "gtc buy fills at the book's price and not at its own": Case(
        buy("0.2", "50010", "GTC"), "0.2@50001", "0", "FILLED", "FILLED"
    ),
    # What Binance calls NEW is ACCEPTED in Nautilus' words.
    "gtc buy that rests whole": Case(buy("0.5", "49997", "GTC"), "", "0.5", "NEW", "ACCEPTED"),
    "gtc sell that rests whole": Case(sell("0.5", "50003.01", "GTC"), "", "0.5", "NEW", "ACCEPTED"),
    "post-only buy one tick short of the book": Case(
        Asked("BUY", "LIMIT_MAKER", "0.1", "50000.99"), "", "0.1", "NEW", "ACCEPTED"
    ),
    "post-only sell one tick short of the book": Case(
        Asked("SELL", "LIMIT_MAKER", "0.1", "49999.01"), "", "0.1", "NEW", "ACCEPTED"
    ),
    "market buy of the least cost": Case(buy("0.0001"), "0.0001@50001", "0", "FILLED", "FILLED"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_order_fills_as_it_does_at_nautilus(pair: Pair, name: str) -> None:
    case = CASES[name]

    ours, theirs = pair.place(case.asked)

    assert (ours.by_level(), ours.left, ours.status) == (case.fills, Decimal(case.left), case.ours)
    assert theirs == replace(ours, status=case.theirs)
    assert pair.ours.moved() == pair.theirs.moved()


REFUSALS = {
    # The words of errors.md are "Order would immediately match and take."
    "post-only buy at the book's price": (Asked("BUY", "LIMIT_MAKER", "0.1", "50001"), "-2010", "REJECTED"),
    "post-only sell through the book": (Asked("SELL", "LIMIT_MAKER", "0.1", "49998"), "-2010", "REJECTED"),
    # Those of errors.md are "Account has insufficient balance for requested action."
    "limit buy of more than there is money for": (buy("2.1", "49000", "GTC"), "-2010", "DENIED"),
    "limit sell of more than is held": (sell("5.1", "50003", "GTC"), "-2010", "DENIED"),
    # errors.md: "Filter failure: PRICE_FILTER", LOT_SIZE, NOTIONAL.
    "price between two ticks": (buy("0.1", "50000.001", "GTC"), "-1013", "DENIED"),
    "amount between two steps": (buy("0.100001"), "-1013", "DENIED"),
    "amount above the most": (buy("9000.00001", "10001", "GTC"), "-1013", "DENIED"),
    "limit cost one step below the least": (buy("0.00009", "50001", "GTC"), "-1013", "DENIED"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_an_order_is_refused_as_it_is_at_nautilus_and_moves_nothing(pair: Pair, name: str) -> None:
    asked, code, word = REFUSALS[name]

    ours, theirs = pair.place(asked)

    assert (ours.status, ours.fills, theirs.status, theirs.fills) == (code, (), word, ())
    assert pair.ours.moved() == pair.theirs.moved() == {"BTC": 0, "USDT": 0}
    assert pair.ours.locked() == pair.theirs.locked() == {"BTC": 0, "USDT": 0}


def test_a_market_order_below_the_least_cost_is_refused_here_and_filled_at_nautilus(pair: Pair) -> None:
    # filters.md: NOTIONAL's `applyMinToMarket`, which is true here. Nautilus looks at orders that have a price.
    ours, theirs = pair.place(buy("0.00009"))

    assert (ours.status, ours.fills, theirs.status, theirs.by_level()) == ("-1013", (), "FILLED", "0.00009@50001")


def test_a_market_sell_of_more_than_is_held_is_refused_here_and_filled_at_nautilus(pair: Pair) -> None:
    # errors.md: "Not enough funds to complete the action." Nautilus looks at orders that have a price.
    ours, theirs = pair.place(sell("5.1"))

    assert (ours.status, ours.fills) == ("-2010", ())
    assert theirs.by_level() == "0.4@49999 0.1@49998 0.6@49995"


def test_a_resting_order_is_filled_as_maker_at_its_own_price_by_what_arrives_through_it(pair: Pair) -> None:
    mine, order = pair.rest(buy("1", "50000", "GTC"))
    pair.arrive({"asks": [("49999.5", "0.4")]})

    ours = pair.ours.told(mine)
    assert (ours.by_level(), ours.left, ours.status) == ("0.4@50000", Decimal("0.6"), "PARTIALLY_FILLED")
    assert [fill.maker for fill in ours.fills] == [True]
    assert pair.theirs.told(order) == ours

    pair.arrive({"asks": [("50000", "0.6")]})
    ours = pair.ours.told(mine)
    assert (ours.by_level(), ours.left, ours.status) == ("1@50000", Decimal(0), "FILLED")
    assert pair.theirs.told(order) == ours
    assert pair.ours.moved() == pair.theirs.moved() == {"BTC": 1, "USDT": -50_000}


def test_a_resting_sell_is_filled_no_further_than_what_arrives_reaches(pair: Pair) -> None:
    mine, order = pair.rest(sell("0.5", "50000", "GTC"))
    pair.arrive({"bids": [("49999.99", "0.3")]})
    assert (pair.ours.told(mine).status, pair.theirs.told(order).status) == ("NEW", "ACCEPTED")

    pair.arrive({"bids": [("50000.5", "0.2")]})
    ours = pair.ours.told(mine)
    assert (ours.by_level(), ours.left, ours.status) == ("0.2@50000", Decimal("0.3"), "PARTIALLY_FILLED")
    assert pair.theirs.told(order) == ours
    assert pair.ours.moved() == pair.theirs.moved() == {"BTC": Decimal("-0.2"), "USDT": 10_000}


def test_the_rest_of_an_order_that_took_is_filled_as_maker(pair: Pair) -> None:
    mine, order = pair.rest(buy("0.4", "50001", "GTC"))
    pair.street.rest({"asks": [("50000.5", "0.1")]})
    pair.theirs.show({"bids": BOOK["bids"], "asks": [("50000.5", "0.1"), *BOOK["asks"][1:]]})

    ours = pair.ours.told(mine)
    assert [(fill.amount, fill.maker) for fill in ours.fills] == [(Decimal("0.3"), False), (Decimal("0.1"), True)]
    assert (ours.by_level(), ours.status) == ("0.4@50001", "FILLED")
    assert pair.theirs.told(order) == ours


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        (buy("0.5", "49997", "GTC"), {"BTC": Decimal(0), "USDT": Decimal("24998.5")}),
        (sell("0.5", "50003", "GTC"), {"BTC": Decimal("0.5"), "USDT": Decimal(0)}),
    ],
    ids=["buy", "sell"],
)
def test_a_resting_order_holds_what_it_would_pay_and_gives_it_back(
    pair: Pair, asked: Asked, held: dict[str, Decimal]
) -> None:
    mine, order = pair.rest(asked)
    assert pair.ours.locked() == pair.theirs.locked() == held

    assert (pair.ours.cancel(mine).status, pair.theirs.cancel(order).status) == ("CANCELED", "CANCELED")
    assert pair.ours.locked() == pair.theirs.locked() == {"BTC": 0, "USDT": 0}
    assert pair.ours.moved() == pair.theirs.moved() == {"BTC": 0, "USDT": 0}


def test_what_was_taken_is_gone_here_and_there_again_at_nautilus_until_it_is_shown(pair: Pair) -> None:
    pair.place(buy("0.4"))

    ours, theirs = pair.place(buy("0.4"))
    assert (ours.by_level(), theirs.by_level()) == ("0.4@50002", "0.3@50001 0.1@50002")

    assert pair.ours.book()["asks"] == [("50004.00", "0.20000")]
    pair.theirs.show(pair.ours.book())
    ours, theirs = pair.place(buy("0.1"))
    assert (ours.by_level(), theirs) == ("0.1@50004", ours)


def test_two_orders_at_one_price_are_one_level(pair: Pair) -> None:
    pair.arrive({"asks": [("50000.5", "0.1"), ("50000.5", "0.2")]})

    ours, theirs = pair.place(buy("0.25"))

    assert [fill.amount for fill in ours.fills] == [Decimal("0.1"), Decimal("0.15")]
    assert ours.by_level() == theirs.by_level() == "0.25@50000.5"
    assert (ours.average, pair.ours.moved()) == (theirs.average, pair.theirs.moved())


def test_a_commission_is_of_what_is_received_here_and_of_the_cost_at_nautilus_worth_the_same(pair: Pair) -> None:
    # faqs/commission_faq.md: "the received amount is multiplied"; for a buy it is `quantity`, for a sell the notional.
    bought, sold = pair.place(buy("0.1")), pair.place(sell("0.1"))

    assert [done.fills[0].worth for done in bought] == [Decimal("5.0001"), Decimal("5.0001")]
    assert [done.fills[0].worth for done in sold] == [Decimal("4.9999"), Decimal("4.9999")]
    assert [(row["commission"], row["commissionAsset"]) for row in pair.ours.trades()] == [
        ("0.00010000", "BTC"),
        ("4.99990000", "USDT"),
    ]


def test_a_commission_is_rounded_down_here_and_to_the_nearest_at_nautilus(pair: Pair) -> None:
    # 0.00013 x 49999.99 x 0.001 = 0.0064999987. How Binance rounds is in none of its documents.
    pair.arrive({"bids": [("49999.99", "1")]})

    ours, theirs = pair.place(sell("0.00013"))

    assert [done.fills[0].worth for done in (ours, theirs)] == [Decimal("0.00649999"), Decimal("0.00650000")]
