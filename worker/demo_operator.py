"""The demo's operator: does at a blocked group what a person would, and says so."""

import shlex
import time
from decimal import Decimal

import aiohttp
from pydantic import TypeAdapter
from rich.console import Console

from allornone.cli.tables import changes, group_table, headline
from allornone.client.groups import GroupClient
from allornone.errors import CommandRefusedError
from allornone.models.commands import ResolveCommand, ResolvedOutcome, RetryCommand
from allornone.models.result import GroupView, OperationState, OperationView
from worker.demo_table import short

ACTOR = "demo-operator"
THINK_S = 3.0
"""A person does not ask again at once what was just refused."""

_TOTALS: TypeAdapter[dict[str, Decimal]] = TypeAdapter(dict[str, Decimal])


class Operator:
    """Watches for blocked groups. `paper_url` is where the venues' own books are read: the exchange's web page."""

    def __init__(self, groups: GroupClient, paper_url: str, console: Console) -> None:
        self._groups = groups
        self._paper_url = paper_url
        self._console = console
        self._rests_until: dict[str, float] = {}

    async def attend(self, view: GroupView) -> None:
        """Decide what a blocked group waits for, if anything. A refusal is taken, and tried again later."""
        group_id, now = view.atomic_group_id, time.monotonic()
        meant = next((operation for operation in view.operations if operation.client_ref is not None), None)
        if not view.needs_operator or meant is None or now < self._rests_until.get(group_id, 0.0):
            return
        self._rests_until[group_id] = now + THINK_S
        self._say(f"$ allornone status {group_id}")
        self._say(headline(view))
        self._console.print(group_table(view))
        try:
            await self._decide(view, meant)
        except CommandRefusedError as refusal:
            self._say(f"refused: {refusal}")

    async def _decide(self, view: GroupView, meant: OperationView) -> None:
        group_id, ref = view.atomic_group_id, meant.client_ref or ""
        if meant.state is not OperationState.UNKNOWN:
            self._say(f"$ allornone retry {group_id}")
            await self._groups.retry(group_id, RetryCommand(actor=ACTOR, reason="try again", client_ref=ref))
            return
        found = await self._books(ref)
        self._say(f"{meant.venue}'s own books on {ref}: {changes(short(found)) if found else 'nothing'}")
        outcome = ResolvedOutcome.CONFIRMED if found else ResolvedOutcome.FAILED
        deltas = " ".join(shlex.quote(f"--delta={key}={amount}") for key, amount in short(found).items())
        self._say(f"$ allornone resolve {group_id} --outcome {outcome.value} {deltas}".rstrip())
        receipt = await self._groups.resolve(
            group_id,
            ResolveCommand(
                actor=ACTOR,
                reason="looked it up",
                outcome=outcome,
                client_ref=ref,
                actual_deltas=found,
                evidence=f"the books of {meant.venue}",
            ),
        )
        self._say(f"{receipt.message} ({receipt.status.value})")

    async def _books(self, ref: str) -> dict[str, Decimal]:
        url = f"{self._paper_url}/v1/totals"
        async with aiohttp.ClientSession() as session, session.get(url, params={"client_ref": ref}) as answer:
            return _TOTALS.validate_json(await answer.read())

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False)
