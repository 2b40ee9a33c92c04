"""An event loop without a clock of its own: where all wait, time jumps to the next timer.

So async tests take no time, run the same on every machine, and run inside Pyodide, where nothing may block.
"""

import asyncio
from asyncio import events
from collections.abc import Awaitable, Coroutine
from typing import TypeVar

T = TypeVar("T")

MAX_TURNS = 300_000
"""A test that polls for what never comes would poll for ever, since time costs nothing."""


class StuckError(AssertionError):
    """Everything waits and nothing will ever come: what a blocking loop would hang on."""


class _Clockwork:
    """Stands where a loop keeps its selector: asked to wait, it moves the clock instead."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> tuple[()]:
        self._loop.count_turn()
        if timeout is None:
            raise StuckError(f"nothing is scheduled, and nothing is done: {self._loop.waiting()}")
        if timeout > 0:
            self._loop.jump()
        return ()


class VirtualLoop(asyncio.BaseEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0
        self._turns = 0
        self._selector = _Clockwork(self)
        self._clock_resolution = 1e-6  # finer than a float of many days' seconds, and a timer would never be due
        self.failures: list[dict[str, object]] = []
        self.set_exception_handler(lambda _, context: self.failures.append(context))

    def time(self) -> float:
        return self._now_s

    def jump(self) -> None:
        self._now_s = max(self._now_s, self._scheduled[0].when())  # type: ignore[attr-defined]  # BaseEventLoop's own heap

    def count_turn(self) -> None:
        self._turns += 1
        if self._turns > MAX_TURNS:
            self._turns = 0  # what is left gets its chance to end
            raise StuckError(f"after {MAX_TURNS} turns and {self._now_s:.0f} s of virtual time still waiting: {self.waiting()}")

    def waiting(self) -> str:
        """Which tasks wait, and where."""
        places = []
        for task in asyncio.all_tasks(self):
            frames = task.get_stack(limit=1)
            place = f" at {frames[0].f_code.co_filename}:{frames[0].f_lineno}" if frames else ""
            places.append(f"{task.get_name()}{place}")
        return ", ".join(sorted(places)) or "no task at all"

    def _process_events(self, _event_list: object) -> None:
        pass

    def _write_to_self(self) -> None:
        pass

    def run_in_executor(self, *_: object) -> asyncio.Future[object]:
        raise RuntimeError("tests have no threads: Pyodide has none")


def run(main: Coroutine[object, object, T] | Awaitable[T]) -> T:
    """As asyncio.run; raises StuckError for a deadlock, and what no one awaited but failed."""
    loop = VirtualLoop()
    try:
        try:
            result = running(loop, main)
        finally:
            running(loop, _cancel_rest(loop))
            running(loop, loop.shutdown_asyncgens())
    finally:
        loop.close()
    if loop.failures:
        raise AssertionError(f"failed where no one looked: {loop.failures}")
    return result


def running(loop: VirtualLoop, step: Coroutine[object, object, T] | Awaitable[T]) -> T:
    """Runs ``loop`` until ``step`` is done; what else it has begun waits there for the next step."""
    outer = events._get_running_loop()  # Pyodide's own loop counts as running all the time
    events._set_running_loop(None)
    try:
        return loop.run_until_complete(step)
    finally:
        events._set_running_loop(outer)


async def _cancel_rest(loop: VirtualLoop) -> None:
    rest = asyncio.all_tasks(loop) - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
