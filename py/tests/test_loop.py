"""The loop that async tests run on."""

import asyncio
import itertools

import pytest

from tests.loop import StuckError, run


async def test_sleeping_takes_no_time_and_passes_all_the_same() -> None:
    loop = asyncio.get_running_loop()
    await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(0.25))
    assert loop.time() == 3600


async def test_timeouts_come_in_order() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await asyncio.sleep(6)
    assert asyncio.get_running_loop().time() == 5


def test_a_deadlock_fails_and_says_who_waits_where() -> None:
    async def wait_for_nothing() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StuckError, match=r"nothing is scheduled.*test_loop\.py"):
        run(wait_for_nothing())


def test_waiting_in_circles_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.loop.MAX_TURNS", 1000)

    async def poll() -> None:
        for _ in itertools.count():
            await asyncio.sleep(1000)

    with pytest.raises(StuckError, match="1000 turns and 500000 s of virtual time"):
        run(poll())


def test_a_failure_in_a_callback_is_not_lost() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 // 0)
        await asyncio.sleep(0)

    with pytest.raises(AssertionError, match="no one looked.*division"):
        run(main())


def test_tasks_left_behind_are_cancelled() -> None:
    ended = []

    async def linger() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def main() -> None:
        main.task = asyncio.create_task(linger())  # type: ignore[attr-defined]
        await asyncio.sleep(0)

    run(main())
    assert ended == [True]
