"""Opens the sources of a film, a few at a time: most of it is waiting for reads and for a first frame."""

import asyncio
from collections.abc import AsyncGenerator, Iterable

from gran_worker.ports import MediaPort, Probe

AT_ONCE = 4
"""Each has its first frame decoded, and phones have few decoders."""


async def probes(media: MediaPort, paths: Iterable[str]) -> AsyncGenerator[Probe, None]:
    """``media.probe`` of each of ``paths``, in their order. The first that fails ends the others."""
    room = asyncio.Semaphore(AT_ONCE)

    async def probe(path: str) -> Probe:
        async with room:
            return await media.probe(path)

    tasks = [asyncio.ensure_future(probe(path)) for path in paths]
    try:
        for task in tasks:
            yield await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
