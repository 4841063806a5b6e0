"""How Temporal's dev server and the paper venues are started."""

import os
import sys

from allornone.settings import Settings
from worker.binary import find_binary
from worker.child import Program

TEMPORAL_LOCK = "temporal.lock"
PAPER_LOCK = "paper.lock"

DYNAMIC_CONFIG = (
    # The default of 20 makes every task wait for a tick of 50 ms: 256 against 90 ms for a bare saga of four.
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
    # Timers have a granularity of a second otherwise, and so have retries.
    'history.timerProcessorMaxTimeShift="10ms"',
    # A group whose code fails shows it at once, not after five attempts and 55 s.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=1",
)


def temporal_server(settings: Settings, port: int, ui_port: int) -> Program:
    """Return Temporal's dev server on the data folder's database. Raises NoServerError without a binary."""
    options = {
        "--ip": [settings.host],
        "--port": [str(port)],
        "--ui-port": [str(ui_port)],
        "--db-filename": [str(settings.data_dir / "temporal.db")],
        "--sqlite-pragma": ["journal_mode=WAL", f"synchronous={settings.db_synchronous}"],
        "--dynamic-config-value": DYNAMIC_CONFIG,
        "--log-level": ["error"],
    }
    given = [word for option, values in options.items() for value in values for word in (option, value)]
    return Program(
        name="Temporal's server",
        arguments=[str(find_binary()), "server", "start-dev", "--ui-disable-news-fetch", *given],
        # The user's TEMPORAL_* say how to reach another server; here they could only mislead.
        environment={key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")},
        log=settings.data_dir / "temporal.log",
        alone=settings.data_dir / TEMPORAL_LOCK,
    )


def paper_venues(settings: Settings, port: int) -> Program:
    """Return the paper venues on the data folder's ledger."""
    return Program(
        name="the paper venues' server",
        # -P: a folder `worker` where the user happens to be is not ours.
        arguments=[
            sys.executable,
            "-P",
            "-m",
            "worker.paper",
            str(settings.data_dir),
            settings.host,
            str(port),
        ],
        environment=os.environ,
        log=settings.data_dir / "paper.log",
        alone=settings.data_dir / PAPER_LOCK,
    )
