"""Test exchanges for as long as a block lasts, with their engines in reach as the witness."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from allornone.testexchange.binance.door import BinanceDoor
from allornone.testexchange.binance.world import OPENING, binance_engine
from allornone.testexchange.clock import Clock
from allornone.testexchange.door import Door
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.faults import FaultRule, Faults
from allornone.testexchange.keys import credentials_path, key_of
from allornone.testexchange.server import Server

FAULTS_FILE = "exchange-faults.yaml"
ACCOUNT = "desk"
"""The account whose key may do everything; `desk-readonly` may only look."""


@dataclass(frozen=True, slots=True)
class Served:
    """Exchanges that are listening."""

    folder: Path
    port: int
    ca_file: Path
    engines: dict[str, Engine]
    """By the exchange's name: in this process, so that a test reads the books themselves."""
    clock: Clock
    doors: dict[str, Door]
    faults: Faults
    server: Server

    def inject(self, *rules: dict[str, object]) -> None:
        """Put these fault rules in place of those before; they count from nothing."""
        self.faults.replace(tuple(FaultRule.model_validate(rule) for rule in rules))

    async def no_more_late(self) -> None:
        """Wait until every late call has reached its exchange."""
        await self.server.no_more_late()

    @property
    def connect_to(self) -> str:
        """The adapter's option of this name."""
        return f"127.0.0.1:{self.port}"

    def credentials_file(self, exchange: str = "binance", account: str = ACCOUNT) -> Path:
        """Return the owner-only file with the key of an account: JSON with `apiKey` and `secret`."""
        return credentials_path(self.folder, exchange, account)


@asynccontextmanager
async def serving(folder: Path, exchanges: Sequence[str] = ("binance",), port: int = 0) -> AsyncIterator[Served]:
    """Serve exchanges, their files in `folder`, until the block ends."""
    clock = Clock()
    doors = {name: open_door(_made(folder), name, clock) for name in exchanges}
    faults = Faults(folder / FAULTS_FILE)
    server = Server(folder, tuple(doors.values()), faults)
    bound = await server.start(port)
    try:
        engines = {name: door.engine for name, door in doors.items()}
        yield Served(folder, bound, server.ca_file, engines, clock, doors, faults, server)
    finally:
        await server.stop()


def open_door(folder: Path, name: str, clock: Clock) -> Door:
    """Return an exchange with its keys and its opening balances."""
    if name != "binance":
        raise ValueError(f"no test exchange {name!r}; there is binance")
    engine = binance_engine(clock)
    for (wallet, asset), amount in OPENING.items():
        engine.endow(ACCOUNT, wallet, asset, amount)
    keys = [key_of(folder, name, ACCOUNT), key_of(folder, name, f"{ACCOUNT}-readonly", frozenset({"read"}))]
    return BinanceDoor(engine, keys)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
