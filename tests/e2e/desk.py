"""A desk for a test: the commands in this process, a worker of its own, one server for all."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from allornone.cli.app import app

PATIENCE_S = 30

PLAN = """
atomic_group_id: {group_id}
strategy: {strategy}
policy: {policy}
operations:
  - operation_id: stake-1
    operation_type: stake
    source_venue: binance
    target_venue: {venue}
    source_token: ETH
    target_token: stETH
    expected_deltas: {{"binance:ETH": -{amount}, "{venue}:stETH": {amount}}}
    operation_details: {{amount: {amount}}}
  - operation_id: hedge-1
    operation_type: perp_trade
    source_venue: binance.usdm
    target_venue: binance.usdm
    source_token: USDT
    target_token: ETH
    expected_deltas: {{"binance.usdm:Perp:ETHUSDT": -1}}
    operation_details: {{pair: ETH/USDT, side: sell, amount: 1}}
"""


@dataclass(frozen=True)
class Desk:
    """Where a person sits: a folder, and the environment that every command gets."""

    folder: Path
    environment: dict[str, str]

    def says(self, *words: str) -> Result:
        """Run one command in this process."""
        cleared = {key: None for key in os.environ if key.startswith(("TEMPORAL_", "ALLORNONE_"))}
        return CliRunner().invoke(app, list(words), env={**cleared, **self.environment})

    def plan(
        self,
        group_id: str,
        *,
        amount: str = "1",
        venue: str = "lido",
        strategy: str = "",
        policy: str = "{}",
        deadline: str = "",
    ) -> str:
        """Write a group of two operations and return its path."""
        path = self.folder / f"{group_id}.yaml"
        text = PLAN.format(group_id=group_id, amount=amount, venue=venue, strategy=strategy or "''", policy=policy)
        text += f"deadline: {deadline}\n" if deadline else ""
        path.write_text(text, encoding="utf-8")
        return str(path)

    def faults(self, *rules: str) -> None:
        """Script the paper venues' misbehaviour, replacing what was scripted before."""
        text = "".join(f"- {rule}\n" for rule in rules) or "[]\n"
        beside = self.folder / "faults.new"
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.folder / "paper-faults.yaml")

    def waits_for(self, text: str, *words: str) -> None:
        """Repeat a command until its result has `text`: the server's index comes a moment later."""
        until(lambda: text in self.says(*words).stdout, f"{text!r} in {' '.join(words)}")


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for a condition. Fails with `what` was waited for."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE_S} s: {what}"
        time.sleep(0.05)
