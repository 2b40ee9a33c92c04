"""A source's pictures, whatever becomes of the first decoder: one that fails is replaced, once, by one in software."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from gran_worker.errors import SourceError
from gran_worker.ports import Frame, MediaPort

Retried = Callable[[int | None], None]
"""Told of the second decoder, with the source µs after which it goes on."""


async def decoded_frames(media: MediaPort, path: str, start_us: int, end_us: int, retried: Retried) -> AsyncGenerator[Frame, None]:
    """``media.frames(path, start_us, end_us)``; a second decoder goes on behind the last frame that the first one gave.

    Raises SourceError where the second fails too.
    """
    last_us: int | None = None
    in_software = media.is_in_software(path)
    try:
        async with aclosing(media.frames(path, start_us, end_us)) as frames:
            async for frame in frames:
                last_us = frame.pts_us
                yield frame
        return
    except SourceError as error:
        if in_software or not _is_worth_another(error, media, path):
            raise
    retried(last_us)
    async with aclosing(media.frames(path, start_us if last_us is None else max(start_us, last_us), end_us)) as frames:
        async for frame in frames:
            if last_us is not None and frame.pts_us <= last_us:
                frame.close()
            else:
                yield frame


async def decoded_still(media: MediaPort, path: str, source_us: int, retried: Retried) -> Frame | None:
    """``media.still(path, source_us)``, tried again in the same way."""
    in_software = media.is_in_software(path)
    try:
        return await media.still(path, source_us)
    except SourceError as error:
        if in_software or not _is_worth_another(error, media, path):
            raise
    retried(None)
    return await media.still(path, source_us)


def _is_worth_another(error: SourceError, media: MediaPort, path: str) -> bool:
    return error.code == "E_DECODE" and media.prefer_software(path)
