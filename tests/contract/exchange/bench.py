"""Exchange accounts behind the ccxt adapter, held to the contract; the test exchange's own books are the witness."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from allornone.models.details import OperationType
from allornone.testexchange.kraken.world import NAMED_ADDRESS
from allornone.testexchange.serving import ACCOUNT, Served, serving
from allornone.venues import Venue
from allornone.venues.capabilities import OperationCapability
from allornone.venues.exchange import generic, open_venue
from allornone.venues.exchange.binance import spot, transfer, withdrawal
from allornone.venues.exchange.coinbase import spot as coinbase_spot
from allornone.venues.exchange.coinbase import withdrawal as coinbase_withdrawal
from allornone.venues.exchange.kraken import spot as kraken_spot
from allornone.venues.exchange.kraken import withdrawal as kraken_withdrawal
from allornone.venues.exchange.options import Options
from allornone.venues.registry import close_venues
from tests.contract.bench import Bench
from tests.contract.cases import PLANS, SPOT
from tests.contract.exchange.witness import ANYBODYS, ExchangeWitness

ADDRESS = f"0x{'00' * 19}aa"
LISTED = [
    {"asset": "ETH", "network": "ETH", "address": ADDRESS},
    {"asset": "ETH", "network": "ethereum", "address": ADDRESS},
    {"asset": "ETH", "network": "Ethereum", "address": NAMED_ADDRESS, "key": "desk-wallet"},
]


ANY = Options(exchange="binance", account="generic", lookup="recent", lateness_s=Decimal(60))
"""What the settings declare of an exchange that nobody wrote a module for: here Binance, by ccxt's unified calls."""


@dataclass(frozen=True)
class ExchangeCase:
    """One operation type at one account of an exchange."""

    venue: str
    operation_type: OperationType
    capability: OperationCapability
    restored: str
    plans: tuple[str, str, str, str, dict[str, str]] | None = None

    def __str__(self) -> str:
        return f"{self.venue}-{self.operation_type.value}"

    @property
    def plan(self) -> tuple[str, str, str, str, dict[str, str]]:
        return PLANS[self.operation_type] if self.plans is None else self.plans


EXCHANGE_CASES = [
    ExchangeCase("binance", OperationType.SPOT_TRADE, spot.TRADE, "binance:BaseToken:ETH"),
    ExchangeCase("kraken", OperationType.SPOT_TRADE, kraken_spot.TRADE, "kraken:BaseToken:ETH"),
    ExchangeCase("coinbase", OperationType.SPOT_TRADE, coinbase_spot.TRADE, "coinbase:BaseToken:ETH"),
    ExchangeCase("binance.usdm", OperationType.PERP_TRADE, spot.TRADE, "binance.usdm:Perp:ETHUSDT"),
    ExchangeCase(
        "binance",
        OperationType.TRANSFER,
        transfer.TRANSFER,
        "binance.usdm:BaseToken:USDT",
        ("binance", "binance.usdm", "USDT", "USDT", {"amount": "2"}),
    ),
    ExchangeCase(
        "binance.usdm",
        OperationType.TRANSFER,
        transfer.TRANSFER,
        "binance:BaseToken:USDT",
        ("binance.usdm", "binance", "USDT", "USDT", {"amount": "2"}),
    ),
    ExchangeCase(
        ANYBODYS,
        OperationType.SPOT_TRADE,
        generic.capability(ANY),
        f"{ANYBODYS}:BaseToken:ETH",
        (ANYBODYS, ANYBODYS, "USDT", "ETH", {**SPOT, "max_slippage_bps": "100"}),
    ),
    ExchangeCase(
        "binance",
        OperationType.WITHDRAW,
        withdrawal.WITHDRAWAL,
        "binance:BaseToken:ETH",
        ("binance", "wallet", "ETH", "ETH", {"amount": "2", "address": ADDRESS, "network": "ETH"}),
    ),
    ExchangeCase(
        "kraken",
        OperationType.WITHDRAW,
        kraken_withdrawal.WITHDRAWAL,
        "kraken:BaseToken:ETH",
        ("kraken", "wallet", "ETH", "ETH", {"amount": "2", "address": NAMED_ADDRESS, "network": "Ethereum"}),
    ),
    ExchangeCase(
        "coinbase",
        OperationType.WITHDRAW,
        coinbase_withdrawal.SEND,
        "coinbase:BaseToken:ETH",
        ("coinbase", "wallet", "ETH", "ETH", {"amount": "2", "address": ADDRESS, "network": "ethereum"}),
    ),
]
ACCOUNTS = {
    ANYBODYS: ("binance", "generic"),
    "binance": ("binance", "spot"),
    "binance.usdm": ("binance", "usdm"),
    "coinbase": ("coinbase", "spot"),
    "kraken": ("kraken", "spot"),
}
"""By venue: ccxt's name of the exchange, and the account."""


class ExchangeClock:
    """The exchange's clock, moved by a test."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=self._served.clock())

    def advance(self, seconds: float) -> None:
        self._served.clock.offset_ms += int(seconds * 1000)


@asynccontextmanager
async def exchanges_served(folder: Path) -> AsyncGenerator[Served]:
    """Serve the test exchange for a session, with money for every test of it."""
    async with serving(folder, sorted({exchange for exchange, _ in ACCOUNTS.values()})) as served:
        for engine in served.engines.values():
            engine.endow(ACCOUNT, "spot", "USDT", Decimal(10_000_000))
            engine.endow(ACCOUNT, "spot", "ETH", Decimal(10_000))
            engine.moving.withdrawal_ms = 0  # as soon as somebody looks
        (folder / "addresses.json").write_text(json.dumps(LISTED))
        yield served


@asynccontextmanager
async def exchange_bench(case: ExchangeCase, served: Served) -> AsyncGenerator[Bench]:
    """Open one account through the adapter."""
    exchange, _ = ACCOUNTS[case.venue]

    def opened(name: str) -> Venue:
        if name not in venues:
            more = {"lookup": "recent", "lateness_s": "60"} if name == ANYBODYS else {}
            addresses = str(served.folder / "addresses.json")
            venues[name] = open_account(name, *ACCOUNTS[name], served, addresses=addresses, **more)
        return venues[name]

    venues: dict[str, Venue] = {}
    witness = ExchangeWitness(served, served.engines[exchange], understood=case.venue != ANYBODYS)
    yield Bench(case, opened, ExchangeClock(served), witness)
    witness.restore()
    await close_venues(venues.values())


def open_account(name: str, exchange: str, account: str, served: Served, **more: str) -> Venue:
    """Open an exchange account as the settings would."""
    return open_venue(
        name,
        {
            "exchange": exchange,
            "account": account,
            "connect_to": served.connect_to,
            "ca_file": str(served.ca_file),
            "credentials_file": str(served.credentials_file(exchange)),
            "timeout_s": "5",
            "limits_share": "1000",  # a suite asks faster than a desk may
            **more,
        },
    )
