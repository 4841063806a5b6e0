"""Which venue of the log is which exchange's books: found by what both have, or where there is no choice."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from allornone.testexchange.kraken.names import reference
from allornone.venues.paper import PaperWorld
from allornone_verify.exchange.books import Books
from allornone_verify.exchange.claims import claim
from allornone_verify.exchange.ledger import ExchangeLedger
from allornone_verify.exchange.matching import matched
from allornone_verify.exchange.refid import refid_of
from allornone_verify.exchange.rows import Deposit, Placed, Transfer
from allornone_verify.paper import PaperLedger
from allornone_verify.permits import Permits, exchange_of
from allornone_verify.witnesses import Witnesses
from tests.verify.installation import Fields

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1_000)
REF = "0e3b2873bb0dd672641cf0af4cfff627"


def permit(ref: str, venue: str, kind: str = "spot_trade", status: str = "pending", **more: object) -> Fields:
    """Return a permit as the log has it, made at noon."""
    prepared = {"amount": "5", "recv_window": "30000", "way": "MAIN_UMFUTURE"}
    return {
        "client_ref": ref,
        "status": status,
        "venue": venue,
        "operation_type": kind,
        "atomic_group_id": f"group-{ref}",
        "operation_id": "it",
        "direction": "forward",
        "source_token": "USDT",
        "target_token": "USDT",
        "operation_details": {},
        "actual_deltas": {},
        "submitted_at": NOON.isoformat(),
        "not_after": NOON.isoformat(),
        "prepared": prepared,
        **more,
    }


def permits(*records: Fields) -> Permits:
    read = Permits()
    for fields in records:
        read.read("operation_executions", fields)
    return read


def books(*client_ids: str, exchange: str = "binance", transfers: tuple[Transfer, ...] = ()) -> Books:
    orders = [
        Placed(number, client_id, "ETHUSDT", "buy", "market", Decimal(5), Decimal(0), "new", Decimal(0), Decimal(0), 0)
        for number, client_id in enumerate(client_ids, start=1)
    ]
    return Books("testexchange.db", exchange, [], [], orders, [], [], list(transfers), [], [], {})


def transfer(number: int, at_ms: int = NOON_MS) -> Transfer:
    return Transfer(number, "desk", "USDT", Decimal(5), "spot", "usdm", at_ms)


def bases(read: Permits, *found: Books, given: str = "") -> list[set[str]]:
    ledgers = [ExchangeLedger(each, read, number, given=given) for number, each in enumerate(found)]
    claim(ledgers, read)
    return [ledger.bases for ledger in ledgers]


def test_books_that_have_an_id_of_the_log_are_those_of_its_venue() -> None:
    read = permits(permit("a" * 32, "one"), permit("b" * 32, "two.usdm"))

    assert bases(read, books("b" * 32), books("a" * 32)) == [{"two"}, {"one"}]


def test_the_only_books_of_the_kind_are_those_of_a_venue_of_which_they_have_nothing() -> None:
    assert bases(permits(permit(REF, "desk_one")), books(), books(exchange="kraken")) == [{"desk_one"}, set()]


def test_where_there_is_a_choice_nothing_is_guessed() -> None:
    two_books = bases(permits(permit(REF, "one")), books(), books())
    two_venues = bases(permits(permit("a" * 32, "one"), permit("b" * 32, "two")), books())

    assert two_books == [set(), set()]
    assert two_venues == [set()]


def test_a_venue_is_called_as_it_was_given() -> None:
    read = permits(permit("a" * 32, "one"), permit("b" * 32, "two"))

    assert bases(read, books(), given="two") == [{"two"}]
    assert bases(read, books(exchange="kraken"), given="two") == [set()]


def test_a_venue_that_no_permit_is_for_is_not_a_claim() -> None:
    assert bases(permits(), books("web")) == [set()]


@pytest.mark.parametrize(
    ("prepared", "exchange"),
    [
        ({"recv_window": "1", "way": "MAIN_UMFUTURE"}, "binance"),
        ({"venue_symbol": "ETH-USDT", "own_id": "x"}, "coinbase"),
        ({"venue_symbol": "ETHUSDT", "deadline": "x"}, "kraken"),
        ({"asset": "XETH", "key": "wallet", "address": "0x"}, "kraken"),
        ({"venue_symbol": "ETHUSDT"}, ""),
        ({"symbol": "ETH/USDT", "principal_key": "binance:ETH"}, None),
        ({"asset": "ETH", "amount": "1", "since": "x", "address": "0x"}, "way in"),
        ({"deadline": "1", "nonce": "7"}, None),
    ],
)
def test_the_form_of_a_permit_tells_which_exchange_it_is_for(prepared: Fields, exchange: str | None) -> None:
    assert exchange_of(prepared) == exchange


def test_the_books_of_an_exchange_are_witness_of_what_comes_in(tmp_path: Path) -> None:
    awaited = {"asset": "USDT", "amount": "5", "since": NOON.isoformat(), "tx_hash": "ab"}
    read = permits(permit(REF, "binance"), permit("d" * 32, "binance.deposits", "transfer", prepared=awaited))
    PaperWorld(tmp_path).close()
    witnesses, ledger = Witnesses(read), ExchangeLedger(books(REF), read, 1)
    witnesses.add_paper(PaperLedger(tmp_path / "paper.db"))
    witnesses.add_exchange(ledger)
    witnesses.settle()

    assert witnesses.of("binance") is ledger
    assert witnesses.of("binance.deposits") is ledger
    assert ledger.bases == {"binance"}


def test_coinbases_ids_are_the_references_with_dashes() -> None:
    found = matched(books("0e3b2873-bb0d-d672-641c-f0af4cfff627"), permits(permit(REF, "coinbase")), {"coinbase"}, 5)

    assert found.orders[1].ref == REF


def test_a_transfer_belongs_to_the_permit_whose_record_has_its_number() -> None:
    moves = (permit("a" * 32, "binance", "transfer"), permit("b" * 32, "binance", "transfer"))
    told = permit("b" * 32, "binance", "transfer", "confirmed", evidence={"venue_ids": ["1"]})

    found = matched(books(transfers=(transfer(1),)), permits(*moves, told), {"binance"}, 5)

    assert found.transfers[1].ref == "b" * 32


def test_a_transfer_without_a_number_belongs_to_a_permit_that_the_log_says_took_effect() -> None:
    moves = (permit("a" * 32, "binance", "transfer"), permit("b" * 32, "binance", "transfer"))
    told = permit("b" * 32, "binance", "transfer", "confirmed", actual_deltas={"binance:USDT": "-5"})

    found = matched(books(transfers=(transfer(1), transfer(2))), permits(*moves, told), {"binance"}, 5)

    assert [found.transfers[number].ref for number in (1, 2)] == ["b" * 32, "a" * 32]


def test_a_transfer_without_a_number_belongs_to_a_permit_in_doubt_before_one_that_was_not_sent() -> None:
    moves = (permit("a" * 32, "binance", "transfer"), permit("b" * 32, "binance", "transfer"))
    not_sent = permit("a" * 32, "binance", "transfer", "failed")

    found = matched(books(transfers=(transfer(1), transfer(2))), permits(*moves, not_sent), {"binance"}, 5)

    assert [found.transfers[number].ref for number in (1, 2)] == ["b" * 32, "a" * 32]


def test_a_transfer_that_is_older_than_every_permit_for_it_is_nobodys() -> None:
    read = permits(permit(REF, "binance", "transfer"))

    assert matched(books(transfers=(transfer(1, NOON_MS - 6_000),)), read, {"binance"}, 5).transfers == {}
    assert matched(books(transfers=(transfer(1, NOON_MS - 4_000),)), read, {"binance"}, 5).transfers[1].ref == REF


def test_one_permit_is_for_one_transfer() -> None:
    read = permits(permit(REF, "binance", "transfer"))

    assert set(matched(books(transfers=(transfer(1), transfer(2))), read, {"binance"}, 5).transfers) == {1}


def test_krakens_number_of_a_withdrawal_is_read_as_the_exchange_writes_it() -> None:
    assert [refid_of(number) for number in (1, 2, 999_999)] == [reference("A", number) for number in (1, 2, 999_999)]


def awaited(ref: str, **evidence: object) -> tuple[Fields, Fields]:
    sought = {"asset": "USDT", "amount": "5", "since": NOON.isoformat()}
    deltas = {"binance:USDT": "5"}
    told = permit(ref, "binance.deposits", "transfer", "confirmed", actual_deltas=deltas, evidence=evidence)
    return permit(ref, "binance.deposits", "transfer", prepared=sought), told


def came(*tx_ids: str) -> Books:
    found = books()
    for number, tx_id in enumerate(tx_ids, start=1):
        row = Deposit(number, "desk", "spot", "USDT", Decimal(5), "credited", NOON_MS, NOON_MS, tx_id)
        found.deposits.append(row)
    return found


def test_a_credit_belongs_to_the_reference_that_names_its_transaction_however_it_is_spelt() -> None:
    read = permits(*awaited(REF, venue_ids=["x", "AB12"]))

    found = matched(came("0xcd", "0xab12"), read, {"binance"}, 5).deposits

    assert {number: permit.ref for number, permit in found.items()} == {2: REF}


def test_one_credit_is_not_two_references() -> None:
    read = permits(*awaited("a" * 32, venue_ids=["1", "0xab"]), *awaited("b" * 32, venue_ids=["1", "0xab"]))

    found = matched(came("0xab", "0xcd"), read, {"binance"}, 5).deposits

    assert {number: permit.ref for number, permit in found.items()} == {1: "a" * 32}


def test_a_credit_by_somebodys_word_is_one_of_that_amount_that_is_nobody_elses() -> None:
    read = permits(*awaited("a" * 32, attested=True), *awaited("b" * 32, venue_ids=["1", "0xab"]))

    found = matched(came("0xab", "0xcd"), read, {"binance"}, 5).deposits

    assert {number: permit.ref for number, permit in found.items()} == {1: "b" * 32, 2: "a" * 32}
