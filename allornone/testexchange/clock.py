"""The exchange's clock: this machine's, moved by an offset that may be changed while it runs."""

import time


class Clock:
    """Milliseconds since 1970, as the exchange sees them."""

    def __init__(self) -> None:
        self.offset_ms = 0

    def __call__(self) -> int:
        """Return the time."""
        return time.time_ns() // 1_000_000 + self.offset_ms
