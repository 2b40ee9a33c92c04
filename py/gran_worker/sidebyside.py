"""Several encoders at work on one film: they take its sections in turn, and the packets come out in the order of the film.

Which section is whose does not depend on who is ready first: encoders remember, and a film must come out the same on every run.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Generic, Protocol, TypeVar

MAX_HELD_BYTES = 64 * 1024 * 1024
"""Of packets that wait for those before them."""
PACKET_BYTES = 1024
"""What keeping one costs beside its own bytes, about."""


class Sized(Protocol):
    @property
    def n_bytes(self) -> int: ...


P = TypeVar("P", bound=Sized)
Hand = Callable[[Iterable[P]], Awaitable[None]]
Encode = Callable[[range, Hand[P]], Awaitable[None]]
"""Encodes a section, and hands its packets over in order. It may have to wait whenever it does that."""


class SideBySide(Generic[P]):
    """``encoders`` begin at once, and stop with the first of them that fails.

    The section that comes next out of here never waits for another, only for its packets to be taken; the others go on while there is
    room for theirs, and none is begun that lies too far ahead.
    """

    def __init__(self, sections: Sequence[range], encoders: Sequence[Encode[P]], max_bytes: int = MAX_HELD_BYTES) -> None:
        self._sections, self._max_bytes = sections, max_bytes
        self._ahead = 2 * len(encoders)
        self._front = 0
        self._packets: dict[int, deque[P]] = {}
        self._ended: set[int] = set()
        self._failure: BaseException | None = None
        self._moved = asyncio.Event()
        self.held_bytes = 0
        n = len(encoders)
        self._tasks = [asyncio.ensure_future(self._work(encode, range(k, len(sections), n))) for k, encode in enumerate(encoders)]
        for task in self._tasks:
            task.add_done_callback(self._task_ended)

    def is_front(self, section: range) -> bool:
        """Whether it is the one that comes next out of here: pictures of others would show the film out of order."""
        return self._front < len(self._sections) and self._sections[self._front] == section

    async def next(self) -> P | None:
        """The film's next packet; None after the last. Raises what the first encoder that failed raised."""
        while self._front < len(self._sections):
            await self._until(self._front_moves)
            if self._failure is not None:
                raise self._failure
            if waiting := self._packets.get(self._front):
                packet = waiting.popleft()
                self.held_bytes -= packet.n_bytes + PACKET_BYTES
                self._moved.set()
                return packet
            self._packets.pop(self._front, None)
            self._ended.remove(self._front)
            self._front += 1
            self._moved.set()
        return None

    async def aclose(self) -> None:
        """Ends the encoders' work, and waits for it to have ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, encode: Encode[P], numbers: range) -> None:
        for number in numbers:
            await self._until(partial(self._may_begin, number))
            await encode(self._sections[number], partial(self._hand, number))
            self._ended.add(number)
            self._moved.set()

    async def _hand(self, number: int, packets: Iterable[P]) -> None:
        waiting = self._packets.setdefault(number, deque())
        for packet in packets:
            waiting.append(packet)
            self.held_bytes += packet.n_bytes + PACKET_BYTES
        self._moved.set()
        await self._until(partial(self._may_go_on, number))

    def _may_begin(self, number: int) -> bool:
        return number < self._front + self._ahead

    def _may_go_on(self, number: int) -> bool:
        return self.held_bytes < self._max_bytes or number == self._front and not self._packets[number]

    def _front_moves(self) -> bool:
        return bool(self._packets.get(self._front)) or self._front in self._ended or self._failure is not None

    async def _until(self, ready: Callable[[], bool]) -> None:
        while not ready():
            self._moved.clear()
            await self._moved.wait()

    def _task_ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and self._failure is None:
            self._failure = task.exception()
            self._moved.set()
