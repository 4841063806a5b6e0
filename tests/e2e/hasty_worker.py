"""`allornone worker` that gives a lost send up after seconds: `python -m tests.e2e.hasty_worker`."""

from datetime import timedelta

import workflows.calls
from worker.main import app

SOON = timedelta(seconds=9)
"""Just above the 8 s that the exchange's answers are waited for at most."""

if __name__ == "__main__":
    setattr(workflows.calls, "SEND_TIMEOUT", SOON)  # noqa: B010 (a constant, for this process alone)
    app(["worker"])
