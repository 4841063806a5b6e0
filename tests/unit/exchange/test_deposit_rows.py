"""What a row of each exchange's deposit history says, as their documents show them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from allornone.venues.exchange.binance import deposits as binance
from allornone.venues.exchange.coinbase import deposits as coinbase
from allornone.venues.exchange.deposits.credit import Credit, Sought
from allornone.venues.exchange.kraken import deposits as kraken
from allornone.venues.reading import ReadingState

AT_BINANCE: dict[str, Any] = {
    "id": "769800519366885376",
    "amount": "0.001",
    "coin": "BNB",
    "network": "BNB",
    "status": 1,
    "address": "bnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf23",
    "addressTag": "101764890",
    "txId": "98A3EA560C6B3336D348B6C83F0F95ECE4F1F5919E94BD006E5BF3BF264FACFC",
    "insertTime": 1661493146000,
    "completeTime": 1661493146000,
    "transferType": 0,
    "confirmTimes": "1/1",
    "unlockConfirm": 0,
    "walletType": 0,
}
AT_KRAKEN: dict[str, Any] = {
    "method": "Dogecoin",
    "aclass": "currency",
    "asset": "XXDG",
    "refid": "QSB7IFM-Q3LT3X-NVAOKE",
    "txid": "92c908ea2ea819d678d67130e4d20b625a8f97f3cfff45f906dde8cef41a046a",
    "info": "D7SLwMBPqfFMCZ8EJDMoVEePpZAFFegLt8",
    "amount": "997.00000000",
    "fee": "0.00000000",
    "time": 1611308478,
    "status": "Success",
}
AT_COINBASE: dict[str, Any] = {
    "id": "0031a605-241d-514d-a97b-d4b99f3225d3",
    "type": "send",
    "status": "completed",
    "amount": {"amount": "0.00014200", "currency": "BTC"},
    "created_at": "2024-03-29T15:48:30Z",
    "updated_at": "2024-03-29T15:58:30Z",
    "network": {"status": "confirmed", "hash": "5jYuvrNsvX2DZoM", "network_name": "bitcoin"},
}
HASH = "98a3ea560c6b3336d348b6c83f0f95ece4f1f5919e94bd006e5bf3bf264facfc"


def test_a_row_of_binance_is_read() -> None:
    assert binance.credit_of(AT_BINANCE) == Credit(
        credit_id="769800519366885376",
        state=ReadingState.CLOSED,
        amount=Decimal("0.001"),
        seen_at=datetime(2022, 8, 26, 5, 52, 26, tzinfo=UTC),
        address="bnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf23",
        network="BNB",
        tx_hash="98A3EA560C6B3336D348B6C83F0F95ECE4F1F5919E94BD006E5BF3BF264FACFC",
        credited_at=datetime(2022, 8, 26, 5, 52, 26, tzinfo=UTC),
    )


def test_a_row_of_kraken_is_read() -> None:
    assert kraken.credit_of(AT_KRAKEN) == Credit(
        credit_id="QSB7IFM-Q3LT3X-NVAOKE",
        state=ReadingState.CLOSED,
        amount=Decimal(997),
        seen_at=datetime(2021, 1, 22, 9, 41, 18, tzinfo=UTC),
        address="D7SLwMBPqfFMCZ8EJDMoVEePpZAFFegLt8",
        tx_hash="92c908ea2ea819d678d67130e4d20b625a8f97f3cfff45f906dde8cef41a046a",
    )


def test_a_row_of_coinbase_is_read() -> None:
    assert coinbase.credit_of(AT_COINBASE, "bc1q") == Credit(
        credit_id="0031a605-241d-514d-a97b-d4b99f3225d3",
        state=ReadingState.CLOSED,
        amount=Decimal("0.000142"),
        seen_at=datetime(2024, 3, 29, 15, 48, 30, tzinfo=UTC),
        address="bc1q",
        network="bitcoin",
        tx_hash="5jYuvrNsvX2DZoM",
        credited_at=datetime(2024, 3, 29, 15, 58, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0, ReadingState.OPEN),
        (8, ReadingState.OPEN),
        (6, ReadingState.CLOSED),
        (1, ReadingState.CLOSED),
        (2, ReadingState.REFUSED),
        (7, None),
        (99, None),
    ],
)
def test_the_statuses_of_binance(status: int, state: ReadingState | None) -> None:
    assert binance.credit_of({**AT_BINANCE, "status": status}).state is state


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"status": "Initial"}, ReadingState.OPEN),
        ({"status": "Pending"}, ReadingState.OPEN),
        ({"status": "Settled"}, ReadingState.OPEN),
        ({"status": "Failure"}, ReadingState.REFUSED),
        ({"status": "Partial"}, None),
        ({"status-prop": "onhold"}, ReadingState.OPEN),
        ({"fee": "0.5"}, None),
    ],
)
def test_the_statuses_of_kraken(change: dict[str, str], state: ReadingState | None) -> None:
    assert kraken.credit_of({**AT_KRAKEN, **change}).state is state


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", ReadingState.OPEN),
        ("waiting_for_clearing", ReadingState.OPEN),
        ("failed", ReadingState.REFUSED),
        ("canceled", ReadingState.REFUSED),
        ("expired", ReadingState.REFUSED),
        ("something_new", None),
    ],
)
def test_the_statuses_of_coinbase(status: str, state: ReadingState | None) -> None:
    assert coinbase.credit_of({**AT_COINBASE, "status": status}, None).state is state


def test_what_goes_out_of_coinbase_is_no_deposit() -> None:
    out = {**AT_COINBASE, "amount": {"amount": "-0.00014200", "currency": "BTC"}}
    trade = {**AT_COINBASE, "type": "advanced_trade_fill"}

    assert coinbase.credits_of([out, trade], None) == []


def _sought(tx_hash: str | None = None) -> Sought:
    came = binance.credit_of(AT_BINANCE)
    return Sought("BNB", came.amount, came.seen_at, address=came.address, tx_hash=tx_hash)


@pytest.mark.parametrize("written", [HASH, HASH.upper(), f"0x{HASH}"])
def test_a_transaction_is_the_same_however_it_is_written(written: str) -> None:
    assert _sought(written).fits(binance.credit_of(AT_BINANCE))


def test_the_case_of_what_is_no_hexadecimal_counts() -> None:
    came = coinbase.credit_of(AT_COINBASE, None)

    assert not Sought("BTC", came.amount, came.seen_at, tx_hash="5JYUVRNSVX2DZOM").fits(came)


def test_a_failed_deposit_is_ours_by_its_transaction_alone() -> None:
    failed = binance.credit_of({**AT_BINANCE, "status": 2})

    assert not _sought().fits(failed)
    assert _sought(HASH).fits(failed)
