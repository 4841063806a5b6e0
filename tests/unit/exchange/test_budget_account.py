"""Who gets a turn: forward work a share, rolling back and finding out the rest, and first."""

from hypothesis import given
from hypothesis import strategies as st

from allornone.venues.exchange.limits.spending import LEASE_MS, Ask, Spending, Ticket
from allornone.venues.exchange.limits.tariff import Cost, Counted, Limit, Tariff

WEIGHT = Limit("weight-1m", Counted.WEIGHT, 100, 60_000, "used")
ORDERS = Limit("orders-10s", Counted.ORDERS, 10, 10_000)
TARIFF = Tariff(limits=(WEIGHT, ORDERS))


def forward(cost: int, asker: str = "forward") -> Ask:
    return Ask(asker, {Counted.WEIGHT: cost}, urgent=False)


def urgent(cost: int, asker: str = "urgent") -> Ask:
    return Ask(asker, {Counted.WEIGHT: cost}, urgent=True)


def granted(spending: Spending, ask: Ask, now: int = 0) -> Spending:
    after, given_ = spending.asked(TARIFF, ask, now)
    assert isinstance(given_, Ticket)
    return after


def test_forward_work_has_four_fifths_and_what_is_urgent_goes_on_beyond() -> None:
    spending = granted(Spending(), forward(80))

    _, refused = spending.asked(TARIFF, forward(1), 0)
    spending = granted(spending, urgent(15))
    _, full = spending.asked(TARIFF, urgent(1), 0)

    assert refused == 63_000
    assert full == 63_000


def test_every_limit_has_to_have_room() -> None:
    orders: Cost = {Counted.WEIGHT: 1, Counted.ORDERS: 1}
    spending = Spending()
    for order in range(8):
        spending = granted(spending, Ask(f"order-{order}", orders, urgent=False))

    _, ninth = spending.asked(TARIFF, Ask("order-9", orders, urgent=False), 0)
    _, read = spending.asked(TARIFF, forward(1), 0)

    assert ninth == 10_500
    assert isinstance(read, Ticket)


def test_forward_work_that_would_fit_waits_behind_an_urgent_request_that_does_not() -> None:
    spending = granted(Spending(), forward(70))
    spending, waits = spending.asked(TARIFF, urgent(30), 0)

    _, behind = spending.asked(TARIFF, forward(1), 10)

    assert waits == 63_000
    assert behind == 50


def test_an_urgent_request_does_not_wait_behind_another() -> None:
    spending = granted(Spending(), forward(70))
    spending, _ = spending.asked(TARIFF, urgent(30, "undo of much"), 0)

    _, other = spending.asked(TARIFF, urgent(1, "look-up"), 10)

    assert isinstance(other, Ticket)


def test_one_that_died_while_it_waited_holds_nobody_up_for_longer_than_its_lease() -> None:
    spending = granted(Spending(), forward(70))
    spending, _ = spending.asked(TARIFF, urgent(30, "of a dead worker"), 0)

    _, during = spending.asked(TARIFF, forward(1), LEASE_MS - 1)
    _, after = spending.asked(TARIFF, forward(1), LEASE_MS)

    assert during == 50
    assert isinstance(after, Ticket)


def test_one_that_gave_up_holds_nobody_up() -> None:
    spending = granted(Spending(), forward(70))
    spending, _ = spending.asked(TARIFF, urgent(30, "given up"), 0)

    _, after = spending.gone("given up").asked(TARIFF, forward(1), 1)

    assert isinstance(after, Ticket)


def test_one_that_got_its_turn_holds_nobody_up() -> None:
    spending = granted(Spending(), forward(70))
    spending, _ = spending.asked(TARIFF, urgent(30), 0)
    spending = granted(spending, urgent(30), 63_000)

    _, after = spending.asked(TARIFF, forward(1), 63_001)

    assert isinstance(after, Ticket)


def test_what_others_used_of_the_account_takes_away_from_forward_work_first() -> None:
    spending, ticket = Spending().asked(TARIFF, forward(5), 0)
    assert isinstance(ticket, Ticket)
    spending = spending.heard(TARIFF, ticket, {"weight-1m": (85, 30_000)}, 10)

    _, refused = spending.asked(TARIFF, forward(1), 20)
    _, let = spending.asked(TARIFF, urgent(10), 20)

    assert refused == 29_990
    assert isinstance(let, Ticket)


Step = tuple[int, int, int, bool]


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 8_000), st.integers(1, 30), st.integers(0, 4), st.booleans()), min_size=1, max_size=80
    )
)
def test_whatever_the_order_of_forward_and_urgent_neither_is_ever_over_its_part(steps: list[Step]) -> None:
    spending, now = Spending(), 0
    all_: list[tuple[int, int, int]] = []
    for passed, weight, orders, is_urgent in steps:
        now += passed
        cost: Cost = {Counted.WEIGHT: weight, Counted.ORDERS: orders}
        spending, told = spending.asked(TARIFF, Ask(str(len(all_)), cost, is_urgent), now)
        if not isinstance(told, Ticket):
            continue
        all_.append((now, weight, orders))
        used = sum(each for at, each, _ in all_ if at >= now - 60_000)
        ordered = sum(each for at, _, each in all_ if at >= now - 10_000)
        assert used <= (95 if is_urgent else 80)
        assert ordered <= (9 if is_urgent else 8) or not orders
