"""Whatever is done to an exchange, in whatever order: nothing appears and nothing is lost, to the last digit."""

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allornone.testexchange.engine.conservation import problems
from allornone.testexchange.engine.ledger import Posting
from allornone.testexchange.engine.market import Side
from allornone.testexchange.engine.movement import WithdrawalState
from allornone.testexchange.engine.moving import Leaving
from allornone.testexchange.engine.order import Lasting, OrderType, Ticket
from allornone.testexchange.engine.quirks import NONE, Quirks, WithdrawalEnd
from allornone.testexchange.engine.rejection import RejectedError
from tests.unit.testexchange.world import World

ACCOUNTS = st.sampled_from(["desk", "rival"])
SYMBOLS = st.sampled_from(["BTCUSDT", "ETHUSDT", "ETHBTC", "BNBUSDT", "USDCUSDT", "BTCUSDT.P", "ETHUSDT.P"])
QUIRKS = st.sampled_from(
    [
        NONE,
        Quirks(fill_ratio=Decimal("0.37")),
        Quirks(hide_ms=500, stale_ms=500),
        Quirks(withdrawal=WithdrawalEnd.FAILURE),
        Quirks(withdrawal=WithdrawalEnd.APPROVAL),
    ]
)


class Steps:
    """What may be done next, drawn by hypothesis; what the exchange turns down changes nothing."""

    def __init__(self, data: st.DataObject) -> None:
        self.world = World()
        self.data = data

    def do(self) -> None:
        """Do one thing."""
        step = self.data.draw(
            st.sampled_from(
                [
                    self.order,
                    self.order,
                    self.order,
                    self.cancel,
                    self.mark,
                    self.move,
                    self.leave,
                    self.come,
                    self.fund,
                    self.wait,
                    self.choose,
                ]
            )
        )
        self.world.engine.reading.quirks = self.data.draw(QUIRKS)
        with suppress(RejectedError):
            step()

    def order(self) -> None:
        """Place an order of any type."""
        market = self.world.engine.markets[self.data.draw(SYMBOLS)]
        steps = self.data.draw(st.integers(1, 200_000))
        away = self.data.draw(st.integers(-30, 30))
        order_type = self.data.draw(st.sampled_from(OrderType))
        self.world.sent += 1
        spends = order_type is OrderType.MARKET and self.data.draw(st.booleans())
        self.world.engine.trading.place(
            Ticket(
                account=self.data.draw(ACCOUNTS),
                symbol=market.symbol,
                side=self.data.draw(st.sampled_from(Side)),
                type=order_type,
                client_id=f"sent-{self.world.sent}",
                amount=Decimal(0) if spends else market.step * steps,
                spend=Decimal(steps) / 100 if spends else Decimal(0),
                price=market.mark + market.gap * away,
                lasting=self.data.draw(st.sampled_from(Lasting)),
                reduce_only=self.data.draw(st.booleans()),
            )
        )

    def cancel(self) -> None:
        """Cancel the oldest open order."""
        for order in self.world.engine.books.open_orders()[:1]:
            self.world.engine.trading.cancel(order)

    def mark(self) -> None:
        """Move a market, so that resting orders fill."""
        market = self.world.engine.markets[self.data.draw(SYMBOLS)]
        away = self.data.draw(st.integers(-50, 50))
        self.world.engine.trading.set_mark(market.symbol, market.mark + market.gap * away)

    def move(self) -> None:
        """Transfer between wallets."""
        source, target = self.data.draw(st.sampled_from([("spot", "usdm"), ("usdm", "spot"), ("spot", "funding")]))
        amount = Decimal(self.data.draw(st.integers(1, 10**13))).scaleb(-8)
        self.world.engine.moving.transfer(self.data.draw(ACCOUNTS), "USDT", amount, source, target)

    def leave(self) -> None:
        """Withdraw."""
        amount = Decimal(self.data.draw(st.integers(10**9, 10**12))).scaleb(-8)
        leaving = Leaving(self.data.draw(ACCOUNTS), "spot", "USDT", amount, "0x" + "0" * 40, client_id="again")
        self.world.engine.moving.withdraw(leaving)

    def come(self) -> None:
        """Let a deposit arrive."""
        amount = Decimal(self.data.draw(st.integers(1, 10**10))).scaleb(-8)
        self.world.engine.moving.arrive(self.data.draw(ACCOUNTS), "ETH", amount)

    def fund(self) -> None:
        """Pay funding."""
        rate = Decimal(self.data.draw(st.integers(-100, 100))).scaleb(-5)
        engine = self.world.engine
        engine.perpetuals.fund(engine.markets["BTCUSDT.P"], rate)

    def wait(self) -> None:
        """Let time pass; end the oldest stuck withdrawal by hand now and then."""
        self.world.clock.now_ms += self.data.draw(st.integers(1, 5_000))
        self.world.engine.moving.pass_time()
        for stuck in [one for one in self.world.engine.books.withdrawals.values() if one.open and not one.due_ms][:1]:
            self.world.engine.moving.end_withdrawal(stuck, self.data.draw(st.sampled_from(ENDS)))

    def choose(self) -> None:
        """Begin to pay fees in the third asset."""
        self.world.engine.pays_third.add("desk")


ENDS = [WithdrawalState.COMPLETED, WithdrawalState.CANCELED, WithdrawalState.FAILED]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_nothing_appears_and_nothing_is_lost(data: st.DataObject) -> None:
    steps = Steps(data)
    for _ in range(data.draw(st.integers(1, 40))):
        steps.do()
        assert problems(steps.world.engine) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_no_spot_wallet_is_ever_overdrawn_and_no_lock_exceeds_it(data: st.DataObject) -> None:
    steps = Steps(data)
    for _ in range(data.draw(st.integers(1, 40))):
        steps.do()
        ledger = steps.world.engine.ledger
        for account, wallet, asset in ledger.balances():
            if account in ("desk", "rival") and wallet != "usdm":
                assert ledger.free(account, wallet, asset) >= 0


def test_a_posting_that_is_missing_is_noticed() -> None:
    world = World()
    world.engine.trading.place(world.ticket(Side.BUY, "0.5"))

    del world.engine.books.postings[-1]

    assert any("from nowhere" in problem for problem in problems(world.engine))


def test_money_that_the_records_do_not_explain_is_noticed() -> None:
    world = World()

    for account, amount in (("desk", Decimal(5)), ("house", Decimal(-5))):
        posting = Posting(len(world.engine.books.postings) + 1, "gift", account, "spot", "BTC", amount, 0)
        world.engine.ledger.load(posting)
        world.engine.books.keep_posting(posting)

    assert problems(world.engine) == [
        "desk/spot/BTC: the ledger has 10, the records say 5",
        "house/spot/BTC: the ledger has -5, the records say 0",
    ]


def test_a_fill_that_is_told_twice_is_noticed() -> None:
    world = World()
    placed = world.engine.trading.place(world.ticket(Side.BUY, "0.5"))

    world.engine.books.fills.append(replace(placed.fills[0], fill_id=2))

    told = problems(world.engine)
    assert "order 1: 0.5 filled, its 2 fills say otherwise" in told
    assert "desk/spot/BTC: the ledger has 5.4995, the records say 5.999" in told
