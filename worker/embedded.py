"""The embedded installation: Temporal's dev server and the paper venues, as processes of their own.

Whoever needs them starts what does not run and adopts what does, under a lock; the last to leave stops them.
What a killed process leaves behind is adopted by the next.
"""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from allornone.client.address import Listener, ServerAddress, read_address, remove_address, write_address
from allornone.client.process import Process
from allornone.errors import NoServerError
from allornone.settings import Settings
from worker import ports
from worker.child import Child, Program, await_answer, start, stop, within
from worker.filelock import exclusive, is_held, shared
from worker.programs import PAPER_LOCK, TEMPORAL_LOCK, paper_venues, temporal_server

DECIDING = "server.lock"
"""Held while somebody starts, adopts or stops: two servers would open one database."""
USERS = "server.users"
"""Shared by all who use the servers."""
PATIENCE_S = 5


@contextmanager
def embedded(settings: Settings) -> Generator[ServerAddress]:
    """Have the server and the paper venues run meanwhile. Raises NoServerError when they cannot be had."""
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as users:
        try:
            with exclusive(folder / DECIDING):
                users.enter_context(shared(folder / USERS))
                address = _adopt_or_start(settings)
            yield address
        finally:
            with exclusive(folder / DECIDING):
                users.close()
                if not is_held(folder / USERS):
                    _stop_all(folder)


def revive(settings: Settings, address: ServerAddress) -> ServerAddress:
    """Start again what died, on its old ports, while it is in use. Raises as `embedded` does."""
    ports_kept = {
        "temporal_port": address.temporal.port,
        "ui_port": address.ui_port,
        "paper_port": address.paper.port if address.paper else None,
    }
    with exclusive(settings.data_dir / DECIDING):
        return _adopt_or_start(settings.model_copy(update=ports_kept))


def _adopt_or_start(settings: Settings) -> ServerAddress:
    known = read_address(settings.data_dir)
    if known is None or not _serves(known.temporal):
        known = _start_server(settings, known.paper if known else None)
    if known.paper is None or not _serves(known.paper):
        known = _start_paper(settings, known)
    return known


def _serves(listener: Listener) -> bool:
    """Whether it is there to be adopted. One that runs and does not answer still has the database open."""
    if not listener.is_running:
        return False
    within(PATIENCE_S, lambda: listener.answers or not listener.is_running)
    if listener.is_running and not listener.answers:
        raise NoServerError(
            f"process {listener.process.pid} on port {listener.port} of {listener.host} does not answer; "
            f"stop it (`kill {listener.process.pid}`) and start again"
        )
    return listener.is_running


def _start_server(settings: Settings, paper: Listener | None) -> ServerAddress:
    _await_release(settings.data_dir / TEMPORAL_LOCK)
    with (
        ports.chosen(settings.temporal_port, ports.USUAL_TEMPORAL, settings.host) as port,
        ports.chosen(settings.ui_port, ports.USUAL_UI, settings.host) as ui_port,
    ):
        program = temporal_server(settings, port, ui_port)
        listener, child = _start(program, settings.host, port)
        address = ServerAddress(
            temporal=listener, ui_port=ui_port, paper=paper, data_dir=settings.data_dir, log_dir=settings.log_dir
        )
        # Before it answers: should we be killed meanwhile, the next one must find it.
        write_address(address)
        await_answer(program, child, listener)
    return address


def _start_paper(settings: Settings, server: ServerAddress) -> ServerAddress:
    _await_release(settings.data_dir / PAPER_LOCK)
    with ports.chosen(settings.paper_port, ports.USUAL_PAPER, settings.host) as port:
        program = paper_venues(settings, port)
        listener, child = _start(program, settings.host, port)
        address = server.model_copy(update={"paper": listener})
        write_address(address)
        await_answer(program, child, listener)
    return address


def _await_release(lock: Path) -> None:
    """Wait for a killed process: it counts as dead before the last of its threads lets go of its files."""
    within(PATIENCE_S, lambda: not is_held(lock))


def _start(program: Program, host: str, port: int) -> tuple[Listener, Child]:
    child = start(program)
    return Listener(process=Process.of(child.pid), host=host, port=port), child


def _stop_all(folder: Path) -> None:
    address = read_address(folder)
    if address is None:
        return
    for listener in (address.paper, address.temporal):
        if listener is not None:
            stop(listener.process)
    remove_address(folder)
