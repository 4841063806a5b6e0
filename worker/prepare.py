"""What a worker sees to at its server before it works there."""

from temporalio.client import Client

from allornone.settings import Settings
from worker.namespace import register_search_attributes
from worker.schedule import schedule_sweep


async def prepare(client: Client, settings: Settings) -> None:
    """Register the search attributes, and have the sweep run. May be called again.

    Raises BadSettingsError when the server lacks what groups need and it cannot be registered.
    """
    await register_search_attributes(client)
    await schedule_sweep(client, settings)
