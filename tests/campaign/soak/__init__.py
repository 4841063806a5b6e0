"""Part C: the soak. Many groups, venues and roads that misbehave, kills all along; then every row is explained."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Sequence
from math import ceil

from tests.campaign.book import Cell, Verdict, commit_of
from tests.campaign.deciding import code_of
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
    done: Collection[str] = (),
) -> Iterator[Cell]:
    """Run a shard, (number from 0, how many), of `groups` groups in batches, none begun after `minutes`.

    Yields a verdict a batch; those that are named in `done` are left out.
    A batch is struck without end until its last group has ended, or `strikes` times. Call from the main thread.
    """
    sizes = [min(BATCH, groups - number * BATCH) for number in range(ceil(groups / BATCH))]
    mine = [(number, size) for number, size in enumerate(sizes)][shard[0] :: shard[1]]
    left = [each for each in mine if _name(seed, *each) not in done]
    yield from pumped(_run(seed, left, minutes, tell, strikes))


def _name(seed: int, number: int, size: int) -> str:
    return f"seed {seed} batch {number:03} of {size} groups"


async def _run(
    seed: int, batches: Sequence[tuple[int, int]], minutes: float | None, tell: Tell, strikes: int
) -> AsyncGenerator[Cell]:
    code, commit = code_of("C"), commit_of()
    now = asyncio.get_running_loop().time
    begun = now()
    for number, size in batches:
        if minutes is not None and now() - begun > minutes * 60:
            return
        # Each on a ledger of its own: every row of it is to be explained by this batch's log.
        async with rig(FAULTS) as installed:
            installed.gate.draw = mischief(seed)
            found = await Batch(installed, seed, number, size, strikes).run()
        verdict: Verdict = "broken" if found.broken else "held"
        name = _name(seed, number, size)
        note = "; ".join((found.summary, *found.broken))[:2000]
        tell(f"C {verdict:6} {found.seconds:6.1f} s  {name}  {note}")
        yield Cell("C", name, verdict, seed, commit, code, found.seconds, note)
