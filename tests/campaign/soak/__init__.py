"""Part C: the soak. Many groups, venues and roads that misbehave, kills all along; then every row is explained."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from math import ceil

from tests.campaign.book import Cell, Verdict, code_of, commit_of
from tests.campaign.rig.installation import rig
from tests.campaign.soak.batch import Batch
from tests.campaign.soak.plans import FAULTS
from tests.campaign.soak.road import mischief
from tests.campaign.stream import pumped

BATCH = 100
"""Groups that share an installation: every worker that is hired reads its whole log first."""

Tell = Callable[[str], None]


UNBOUNDED = 1_000_000


def run(
    seed: int,
    groups: int = 10_000,
    minutes: float | None = None,
    tell: Tell = print,
    *,
    shard: tuple[int, int] = (0, 1),
    strikes: int = UNBOUNDED,
) -> Iterator[Cell]:
    """Run a shard, (number from 0, how many), of `groups` groups in batches, none begun after `minutes`.

    Yields a verdict a batch.
    A batch is struck without end until its last group has ended, or `strikes` times. Call from the main thread.
    """
    yield from pumped(_run(seed, groups, minutes, tell, shard, strikes))


async def _run(  # noqa: PLR0917 (each was asked for by name)
    seed: int, groups: int, minutes: float | None, tell: Tell, shard: tuple[int, int], strikes: int
) -> AsyncGenerator[Cell]:
    code, commit = code_of(), commit_of()
    now = asyncio.get_running_loop().time
    begun = now()
    for number in range(ceil(groups / BATCH))[shard[0] :: shard[1]]:
        if minutes is not None and now() - begun > minutes * 60:
            return
        size = min(BATCH, groups - number * BATCH)
        # Each on a ledger of its own: every row of it is to be explained by this batch's log.
        async with rig(FAULTS) as installed:
            installed.gate.draw = mischief(seed)
            found = await Batch(installed, seed, number, size, strikes).run()
        verdict: Verdict = "broken" if found.broken else "held"
        name = f"seed {seed} batch {number:03} of {size} groups"
        note = "; ".join((found.summary, *found.broken))[:2000]
        tell(f"C {verdict:6} {found.seconds:6.1f} s  {name}  {note}")
        yield Cell("C", name, verdict, seed, commit, code, found.seconds, note)
