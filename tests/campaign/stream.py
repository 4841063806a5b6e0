"""An asynchronous stream read from synchronous code, on a loop of its own, and closed whatever happens."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def pumped(stream: AsyncGenerator[Item]) -> Iterator[Item]:
    """Yield what the stream yields. Ctrl-C, or a caller that stops, closes the stream and all that it has open."""
    with asyncio.Runner() as runner:
        try:
            while True:
                try:
                    item = runner.run(_next(stream))
                except StopAsyncIteration:
                    return
                yield item
        finally:
            runner.run(stream.aclose())


async def _next(stream: AsyncGenerator[Item]) -> Item:
    return await anext(stream)


async def side_by_side(
    units: Iterable[Item], work: Callable[[Item], Awaitable[Made]], at_once: int, begin: Callable[[], bool]
) -> AsyncGenerator[Made]:
    """Yield what `work` makes of each unit, as it is done, `at_once` at a time; begin no more once `begin` says no."""
    waiting = iter(units)
    under_way: set[asyncio.Task[Made]] = set()
    try:
        while True:
            while len(under_way) < at_once and begin() and (unit := next(waiting, None)) is not None:
                under_way.add(asyncio.ensure_future(_done(work(unit))))
            if not under_way:
                return
            done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _done(making: Awaitable[Made]) -> Made:
    return await making
