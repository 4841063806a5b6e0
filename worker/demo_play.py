"""The demo's course: what an earlier run left open goes on beside it, the scenes come one after the other."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from allornone.cli.session import say
from allornone.client.following import follow
from allornone.client.groups import GroupClient
from allornone.errors import AllOrNoneError
from allornone.models.group import AtomicGroup
from allornone.models.result import GroupResult
from allornone.settings import Settings
from worker.demo_faults import add_rules, remove_rules
from worker.demo_operator import Operator
from worker.demo_scenes import SCENES, Scene, group_of, is_of_the_demo, rule_of
from worker.demo_story import Story
from worker.demo_table import Row

PATIENCE_S = 120
"""How long one group may take. A send whose worker was killed is only given up after half a minute."""


async def play(groups: GroupClient, operator: Operator, settings: Settings, examples: Path) -> list[Row]:
    """Run every scene, and what earlier runs left open, to the end of each."""
    run = f"{datetime.now(UTC):%y%m%d-%H%M%S}"
    open_now = await groups.list(open_only=True, limit=1000)
    left = [group.atomic_group_id for group in open_now if is_of_the_demo(group.atomic_group_id)]
    if left:
        say(
            f"an earlier demo left {', '.join(left)} open; going on with {'it' if len(left) == 1 else 'them'} meanwhile"
        )
    add_rules(settings.data_dir, run, [rule for scene in SCENES if (rule := rule_of(scene, run)) is not None])
    leftovers = asyncio.gather(*(_leftover(groups, operator, group_id) for group_id in left))
    try:
        rows = [
            await _scene(groups, operator, settings.log_dir, scene, group_of(scene, run, examples)) for scene in SCENES
        ]
        rows = [*await leftovers, *rows]
    finally:
        leftovers.cancel()
        await asyncio.gather(leftovers, return_exceptions=True)
    # One that is still open is to meet its fault at the next run.
    if all(row.result for row in rows):
        remove_rules(settings.data_dir)
    return rows


async def _scene(groups: GroupClient, operator: Operator, log_dir: Path, scene: Scene, group: AtomicGroup) -> Row:
    say(f"\n{group.atomic_group_id} (examples/{scene.example}.yaml): {scene.shows}")
    story = Story(log_dir, group.atomic_group_id)
    await groups.submit(group)
    result = await _followed(groups, operator, group.atomic_group_id, story.tell)
    say(f"  {result.status.value if result else f'not over after {PATIENCE_S} s'}")
    return Row(group.atomic_group_id, scene.shows, scene.ends, result)


async def _leftover(groups: GroupClient, operator: Operator, group_id: str) -> Row:
    """Go on with a group that an earlier run left open. It may end in any honest way: its worker was killed."""
    try:
        result = await _followed(groups, operator, group_id, lambda: None)
    except AllOrNoneError as error:
        say(f"{group_id}: {error}")
        result = None
    return Row(group_id, "left open by an earlier demo", None, result)


async def _followed(
    groups: GroupClient, operator: Operator, group_id: str, tell: Callable[[], None]
) -> GroupResult | None:
    """Return how the group ended, None when it is not over in time."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for seen in follow(groups, group_id, every_s=0.1):
                tell()
                if seen.result is not None:
                    return seen.result
                if seen.view is not None:
                    await operator.attend(seen.view)
    except TimeoutError:
        return None
    raise AssertionError("a group is followed to its end")
