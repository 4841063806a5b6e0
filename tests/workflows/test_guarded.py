"""What an installation's worker runs its groups behind."""

from typing import cast

from allornone.settings import Settings
from tests.workflows.house import House
from worker.build import build_worker
from worker.timely import TimelyRunner


async def test_a_workers_runs_are_guarded_against_events_before_their_time(slow_house: House) -> None:
    house = slow_house
    settings = Settings(data_dir=house.folder, task_queue=house.task_queue)

    worker = build_worker(house.client, settings, house.venues, house.log)

    config = cast("dict[str, object]", worker.config())
    assert isinstance(config["workflow_runner"], TimelyRunner)
