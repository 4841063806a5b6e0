"""Which deposit is whose: told once, to all workers of a host, whatever they do at once."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from allornone.errors import VenueUnavailableError
from allornone.venues.exchange.deposits.claims import Claim, Claims

SINCE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_claim_is_there_for_another_worker(tmp_path: Path) -> None:
    Claims(tmp_path / "deposits.db", "kraken").take("Q1", "ours", SINCE)

    assert Claims(tmp_path / "deposits.db", "kraken").of("ours") == Claim("Q1", SINCE)


def test_what_is_taken_is_not_had_again(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "deposits.db", "kraken")
    claims.take("Q1", "ours", SINCE)

    assert claims.take("Q1", "theirs", SINCE) is None
    assert claims.taken(["Q1", "Q2"], "theirs") == {"Q1"}
    assert claims.taken(["Q1", "Q2"], "ours") == frozenset()


def test_a_reference_has_one_deposit_for_good(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "deposits.db", "kraken")
    claims.take("Q1", "ours", SINCE)

    assert claims.take("Q2", "ours", SINCE) == Claim("Q1", SINCE)


def test_another_exchange_has_numbers_of_its_own(tmp_path: Path) -> None:
    Claims(tmp_path / "deposits.db", "kraken").take("1", "ours", SINCE)

    assert Claims(tmp_path / "deposits.db", "binance").taken(["1"], "theirs") == frozenset()


def test_of_many_who_claim_at_once_one_has_it(tmp_path: Path) -> None:
    references = [f"reference-{number}" for number in range(20)]

    def claimed(reference: str) -> Claim | None:
        return Claims(tmp_path / "deposits.db", "kraken").take("Q1", reference, SINCE)

    with ThreadPoolExecutor(4) as threads:
        given = list(threads.map(claimed, references))

    assert [claim for claim in given if claim is not None] == [Claim("Q1", SINCE)]


def test_a_file_that_cannot_be_had_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "deposits.db"
    path.write_text("this is no database, and long enough to be seen as none" * 20)

    with pytest.raises(VenueUnavailableError, match="cannot be used"):
        Claims(path, "kraken").of("ours")


def test_a_file_that_another_holds_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "deposits.db"
    claims = Claims(path, "kraken")
    claims.of("ours")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(VenueUnavailableError, match="locked"):
        claims.take("Q1", "ours", SINCE)
    holder.close()
