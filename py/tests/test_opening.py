"""Sources are opened a few at a time, and tell of themselves in order."""

import asyncio
from contextlib import aclosing

import pytest

from gran_worker.errors import SourceError
from gran_worker.opening import AT_ONCE, probes
from tests.fakes import FakeMedia, Trouble, video_source

PATHS = [f"{number}.mp4" for number in range(2 * AT_ONCE)]


def media(**troubles: Trouble) -> FakeMedia:
    slow = {f"probe {path}": Trouble(delay_s=1) for path in PATHS}
    return FakeMedia({path: video_source(name=path) for path in PATHS}, troubles={**slow, **troubles})


async def names(made: FakeMedia) -> list[str]:
    async with aclosing(probes(made, PATHS)) as opened:
        return [probe.name async for probe in opened]


async def test_few_are_opened_at_once_and_come_in_their_order() -> None:
    made = media(**{"probe 0.mp4": Trouble(delay_s=1.5)})
    assert await names(made) == PATHS
    # The first is slower; the second of its room begins later by that.
    assert asyncio.get_running_loop().time() == pytest.approx(2.5)


async def test_the_first_of_two_that_fail_is_told_of_whichever_is_quicker() -> None:
    slow, quick = (Trouble(SourceError(f"{name} is broken."), delay_s) for name, delay_s in (("two", 3), ("three", 1)))
    with pytest.raises(SourceError, match="two is broken"):
        await names(media(**{"probe 2.mp4": slow, "probe 3.mp4": quick}))


async def test_one_that_fails_ends_the_others() -> None:
    hangs = Trouble(delay_s=1e6)
    with pytest.raises(SourceError):
        await names(media(**{"probe 0.mp4": Trouble(SourceError("Broken."), 1), "probe 1.mp4": hangs}))
    assert asyncio.get_running_loop().time() < 2
    assert len(asyncio.all_tasks()) == 1
    assert not hangs.struck.is_set()


async def test_a_cancel_ends_all() -> None:
    opening = asyncio.ensure_future(names(media()))
    await asyncio.sleep(0.5)
    opening.cancel()
    await asyncio.wait({opening})
    assert opening.cancelled()
    assert len(asyncio.all_tasks()) == 1
