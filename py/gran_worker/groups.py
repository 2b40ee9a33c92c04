"""Packets of a picture, as they come, into what may be copied of them: runs of output frames that show one packet each.

Decoding can begin only at some packets (entries), and packets come in the order of decoding, which is not that of showing. So a copy begins
at an entry, and ends where nothing that was left out is needed and nothing is there that must not be shown.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from gran_worker.ports import PicturePacket

CHUNK = 120
"""Packets, about, that are looked at together where entries are rare."""
REORDERED = 32
"""No codec shows a picture that many packets after its place."""


@dataclass(frozen=True, slots=True)
class Run:
    """Output ``frames`` that are encoded, or copied from ``packets``: in the order of decoding, with the frame that each is."""

    frames: range
    packets: tuple[tuple[PicturePacket, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Packets that are shown together: before them nothing of them is, after them neither. ``next_us`` is when the next are."""

    packets: tuple[PicturePacket, ...]
    next_us: int | None


class Copier:
    """Output ``frames`` of one clip as runs, in order. Frame ``i`` shows the last packet whose pts is at or before ``limit_us(i)``.

    Key frames are no further apart than ``longest_us``, if it is given: groups that are longer are not copied.
    """

    def __init__(
        self, packets: AsyncGenerator[PicturePacket, None], frames: range, limit_us: Callable[[int], int], longest_us: int | None = None
    ) -> None:
        self._packets, self._frames, self._limit_us, self._longest_us = packets, frames, limit_us, longest_us
        self._chunks = self._chunked()
        self._runs = self._run()
        self.uneven_at: int | None = None
        """The first output frame for which there is not exactly one packet, although there was for others."""

    async def next(self) -> Run:
        return await anext(self._runs)

    async def aclose(self) -> None:
        for generator in (self._runs, self._chunks, self._packets):
            await generator.aclose()

    async def _run(self) -> AsyncGenerator[Run, None]:
        at, goes_on = self._frames.start, False
        async for chunk in self._chunks:
            pts_us = sorted(each.pts_us for each in chunk.packets)
            first = next((index for index in range(at, self._frames.stop) if self._limit_us(index) >= pts_us[0]), self._frames.stop)
            if first == self._frames.stop:
                break
            begins = chunk.packets[0].is_entry or goes_on and first == at
            frames = range(first, min(first + len(pts_us), self._frames.stop))
            n_shown = _shown(pts_us, chunk.next_us, frames, self._limit_us) if begins else 0
            n_copied = _closed([each.pts_us for each in chunk.packets], n_shown)
            if begins and n_shown < len(frames) and self.uneven_at is None:
                self.uneven_at = first + n_shown
            goes_on = n_copied == len(pts_us)
            if n_copied:
                if first > at:
                    yield Run(range(at, first))
                at = first + n_copied
                shown = {us: first + rank for rank, us in enumerate(pts_us)}
                yield Run(range(first, at), tuple((packet, shown[packet.pts_us]) for packet in chunk.packets[:n_copied]))
            if at == self._frames.stop:
                return
        yield Run(range(at, self._frames.stop))

    async def _chunked(self) -> AsyncGenerator[Chunk, None]:
        """Groups that begin with an entry, or parts of them; of groups that are too long nothing."""
        held: list[PicturePacket] = []
        async for packet in self._packets:
            if packet.is_entry:
                if held:
                    yield Chunk(tuple(held), packet.pts_us)
                held = []
            elif not held:
                continue
            elif self._longest_us is not None and packet.pts_us - held[0].pts_us >= self._longest_us:
                held = []
                continue
            held.append(packet)
            if self._longest_us is None and len(held) >= CHUNK + REORDERED:
                pts_us = [each.pts_us for each in held]
                end = _closed(pts_us, CHUNK)
                if end:
                    yield Chunk(tuple(held[:end]), min(pts_us[end:]))
                    held = held[end:]
        if held:
            yield Chunk(tuple(held), None)


def _shown(pts_us: Sequence[int], next_us: int | None, frames: range, limit_us: Callable[[int], int]) -> int:
    """How many of ``pts_us``, in order, each show at one of ``frames``, in order, and at no other."""
    edges = [*pts_us, next_us]
    for count, (index, (here, after)) in enumerate(zip(frames, pairwise(edges), strict=False)):
        assert here is not None
        if not here <= limit_us(index) or after is not None and limit_us(index) >= after:
            return count
    return min(len(pts_us), len(frames))


def _closed(pts_us: Sequence[int], at_most: int) -> int:
    """The most packets, not more than ``at_most``, that are the first both to be decoded and to be shown."""
    ranks = {us: rank for rank, us in enumerate(sorted(pts_us))}
    latest = accumulate((ranks[us] for us in pts_us), max)
    return max((count for count, rank in enumerate(latest, 1) if count <= at_most and rank == count - 1), default=0)
