"""Test exchanges for as long as a block lasts, with their engines in reach as the witness."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from allornone.testexchange.binance.opening import open_binance
from allornone.testexchange.clock import Clock
from allornone.testexchange.coinbase.opening import open_coinbase
from allornone.testexchange.control import Control
from allornone.testexchange.door import Door
from allornone.testexchange.engine.exchange import Engine
from allornone.testexchange.faults import FaultRule, Faults
from allornone.testexchange.keys import credentials_path
from allornone.testexchange.kraken.opening import open_kraken
from allornone.testexchange.server import Server
from allornone.testexchange.store import Store

FAULTS_FILE = "exchange-faults.yaml"
ACCOUNT = "desk"
"""The account whose key may do everything; `desk-readonly` may only look."""


@dataclass(frozen=True, slots=True)
class Served:
    """Exchanges that are listening."""

    folder: Path
    port: int
    control_url: str
    """Where what happens to the exchanges is controlled: plain HTTP on loopback."""
    ca_file: Path
    engines: dict[str, Engine]
    """By the exchange's name: in this process, so that a test reads the books themselves."""
    clock: Clock
    doors: dict[str, Door]
    faults: Faults
    server: Server
    store: Store
    """To be committed where an engine was changed by hand, and another reader of the books is to see it."""

    def inject(self, *rules: Mapping[str, object]) -> None:
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
async def serving(
    folder: Path, exchanges: Sequence[str] = ("binance",), port: int = 0, control_port: int = 0
) -> AsyncGenerator[Served]:
    """Serve exchanges, their books and files in `folder`, until the block ends. Books of an earlier block go on."""
    clock = Clock()
    store = Store(_made(folder))
    doors = {name: open_door(folder, name, clock) for name in exchanges}
    for name, door in doors.items():
        store.attach(name, door.engine)
    faults = Faults(folder / FAULTS_FILE)
    server = Server(folder, tuple(doors.values()), faults, store)
    control = Control(doors, faults, clock, store)
    try:
        bound, engines = await server.start(port), {name: door.engine for name, door in doors.items()}
        url = await control.start(control_port)
        yield Served(folder, bound, url, server.ca_file, engines, clock, doors, faults, server, store)
    finally:
        await control.stop()
        await server.stop()
        store.close()


def open_door(folder: Path, name: str, clock: Clock) -> Door:
    """Return an exchange with its keys and its opening balances. Raises ValueError where there is none of the name."""
    if name not in EXCHANGES:
        raise ValueError(f"no test exchange {name!r}; there are {', '.join(EXCHANGES)}")
    return EXCHANGES[name](folder, clock, ACCOUNT)


EXCHANGES: Mapping[str, Callable[[Path, Callable[[], int], str], Door]] = {
    "binance": open_binance,
    "coinbase": open_coinbase,
    "kraken": open_kraken,
}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
