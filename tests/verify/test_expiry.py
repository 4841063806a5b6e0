"""S16: what is permitted, sent and taken against its expiry and the deadline."""

from collections.abc import Callable

import pytest

from allornone_verify.invariants.sends import s16_nothing_after_expiry
from allornone_verify.records import Record
from allornone_verify.story import Story
from tests.verify.installation import Fields, Installation, first, names, operation

Good = Callable[[str], Installation]


async def test_s16_a_venue_that_takes_an_order_past_its_expiry(good: Good) -> None:
    spoilt = good("completed")
    spoilt.sql("UPDATE orders SET not_after = '2020-01-01T00:00:00+00:00' WHERE order_id = 1")

    report = await spoilt.report()

    assert names(report) == {"S16"}
    assert first(report, "S16")[1] == "paper.db order 1"


async def test_s16_a_permit_past_its_own_expiry(good: Good) -> None:
    spoilt = good("failed")
    spoilt.change(operation("sell", "pending"), not_after="2020-01-01T00:00:00Z")

    report = await spoilt.report()

    assert names(report) == {"S16"}
    assert first(report, "S16")[0] == "permitted after its own expiry 2020-01-01T00:00:00+00:00"


async def test_s16_a_forward_send_past_the_deadline(good: Good) -> None:
    spoilt = good("completed")

    def deadline(plan: Fields) -> None:
        plan["deadline"] = "2020-01-01T00:00:00Z"

    spoilt.plan(deadline)

    report = await spoilt.report()

    assert names(report) == {"S16"}
    assert report.verdict("S16").count == 3


async def test_s16_what_took_effect_as_sent_past_its_permits_expiry(good: Good) -> None:
    spoilt = good("completed")
    spoilt.change(operation("sell", "confirmed"), submitted_at="2099-01-01T00:00:00Z")

    report = await spoilt.report()

    assert names(report) == {"S16"}
    assert first(report, "S16")[0].startswith("it took effect as sent at 2099-01-01T00:00:00+00:00, past its permit's ")


async def test_an_operators_word_says_nothing_of_when_it_was_sent(good: Good) -> None:
    lawful = good("completed")
    lawful.change(
        operation("sell", "confirmed"), submitted_at="2099-01-01T00:00:00Z", evidence={"attested": True, "note": "x"}
    )

    assert "S16" not in names(await lawful.report())


BINANCE = {"recv_window": "30000", "timestamp": "1767225600000"}


@pytest.mark.parametrize(
    ("prepared", "expiry", "broken"),
    [
        (BINANCE, "2026-01-01T00:00:30Z", False),
        (BINANCE, "2026-01-01T00:00:29.999Z", True),
        ({"venue_symbol": "ETHUSDT", "deadline": "2026-01-01T00:00:30Z"}, "2026-01-01T00:00:30Z", False),
        ({"venue_symbol": "ETHUSDT", "deadline": "2026-01-01T00:00:30Z"}, "2026-01-01T00:00:29.999Z", True),
        ({"venue_symbol": "ETH-USDT", "own_id": "x"}, "2026-01-01T00:00:29.999Z", False),
    ],
)
def test_s16_what_an_exchange_was_told_goes_no_further_than_the_permit(
    prepared: Fields, expiry: str, *, broken: bool
) -> None:
    found = [each.found for each in s16_nothing_after_expiry(sold(prepared, expiry=expiry))]

    assert [each.partition(",")[0] for each in found] == (
        ["sent to be taken until 2026-01-01T00:00:30+00:00"] if broken else []
    )


@pytest.mark.parametrize(
    ("prepared", "kind", "broken"),
    [
        ({"venue_symbol": "ETH-USDT", "own_id": "x"}, "spot_trade", True),
        (BINANCE, "spot_trade", True),
        (BINANCE, "transfer", False),  # nothing shows that its expiry was kept
        ({"asset": "ETH", "since": "x"}, "transfer", False),  # it was awaited, and not sent
        ({"symbol": "ETH/USDT"}, "spot_trade", False),  # no exchange's, and no ledger tells
    ],
)
def test_s16_a_real_exchange_is_held_to_what_its_kind_keeps(prepared: Fields, kind: str, *, broken: bool) -> None:
    found = list(s16_nothing_after_expiry(sold(prepared, kind, sent="2026-01-01T00:05:00Z")))

    assert bool(found) is broken


def sold(
    prepared: Fields, kind: str = "spot_trade", expiry: str = "2026-01-01T00:00:30Z", sent: str = "2026-01-01T00:00:01Z"
) -> Story:
    """Return a group with one operation at a venue of which no ledger tells."""
    own: Fields = {"operation_id": "sell", "operation_type": kind, "direction": "forward", "client_ref": "r"}
    own |= {"venue": "exchange", "submitted_at": "2026-01-01T00:00:00Z", "not_after": expiry, "prepared": prepared}
    done: Fields = {**own, "status": "confirmed", "submitted_at": sent, "actual_deltas": {"exchange:ETH": "-1"}}
    records = [Record("operation_executions", {**own, "seq": 1, "status": "pending"})]
    return Story("g", [*records, Record("operation_executions", {**done, "seq": 2})])
