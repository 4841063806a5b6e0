"""Many groups asked or told at once, and never more than a server and its workers bear."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeVar

AT_ONCE = 8
"""Enough to keep a worker busy, few enough that a person's next command is not behind them."""

T = TypeVar("T")
R = TypeVar("R")


async def side_by_side(items: Sequence[T], work: Callable[[T], Awaitable[R]]) -> AsyncGenerator[tuple[T, R]]:
    """Yield each item with what `work` made of it, as it comes. What `work` raises ends all of it."""
    free = asyncio.Semaphore(AT_ONCE)

    async def bounded(item: T) -> tuple[T, R]:
        async with free:
            return item, await work(item)

    tasks = [asyncio.ensure_future(bounded(item)) for item in items]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
