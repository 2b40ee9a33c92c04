"""Things done at the same time: how they end."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager


@asynccontextmanager
async def together() -> AsyncGenerator[asyncio.TaskGroup, None]:
    """A task group that raises what failed first, by itself: the rest of a group of failures were only ended for it."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def see_through(work: Coroutine[object, object, None]) -> bool:
    """Awaits ``work`` to its end, however often that is cancelled; says whether it was."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            # Not shield(): it reports a failure that comes after a cancellation as one that nobody looks at.
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    task.result()
    return cancelled
