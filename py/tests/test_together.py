"""Things done at the same time: the first failure is raised by itself, and nothing is left running."""

import asyncio

import pytest

from gran_worker.errors import EncoderError, SourceError
from gran_worker.together import together


async def fails(error: Exception, after_s: float) -> None:
    await asyncio.sleep(after_s)
    raise error


async def test_results_are_there_behind_it() -> None:
    async with together() as group:
        slow, quick = (group.create_task(asyncio.sleep(seconds, result)) for seconds, result in ((2, "slow"), (1, "quick")))
    assert (slow.result(), quick.result()) == ("slow", "quick")
    assert asyncio.get_running_loop().time() == pytest.approx(2)


async def test_the_first_failure_ends_the_rest() -> None:
    with pytest.raises(SourceError) as caught:
        async with together() as group:
            group.create_task(fails(EncoderError("Later."), 2))
            group.create_task(fails(SourceError("First."), 1))
    assert caught.value.message == "First."
    assert len(asyncio.all_tasks()) == 1


async def test_a_cancel_stays_a_cancel() -> None:
    async def work() -> None:
        async with together() as group:
            group.create_task(asyncio.sleep(10))

    task = asyncio.ensure_future(work())
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
