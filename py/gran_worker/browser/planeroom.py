"""Where pictures lie in the kernel's memory, and the steps that lay them over each other there (web/plane-mixer.js runs them)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from pyodide.ffi import to_js

from gran_worker.browser.kernel import Room
from gran_worker.geometry import Size
from gran_worker.planar import Axis, Blend, Sheet, axis, chroma_axis, halved, is_whole

MARGIN_BYTES = 32
"""Behind each plane: the kernel works on 8 or 16 samples at a time."""

Step = tuple[str | int, ...]
"""A function of the kernel and what it is given."""


class Part(NamedTuple):
    """What one layer does to the output: plane-mixer.js says what the fields are."""

    picture: int
    at: int
    to: int
    bytes: int
    made: str
    fetch: tuple[Step, ...]
    mix: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plane:
    """One plane in the kernel's memory, packed."""

    at: int
    width: int
    height: int


class Planes:
    """Y, Cb and Cr of a picture in the kernel's memory, one behind the other."""

    __slots__ = ("all", "at", "bytes", "size")

    def __init__(self, at: int, size: Size) -> None:
        self.at, self.size = at, size
        across, down = -(-size.width // 2), -(-size.height // 2)
        luma, chroma = size.width * size.height, across * down
        self.all = (Plane(at, *size), Plane(at + luma, across, down), Plane(at + luma + chroma, across, down))
        self.bytes = luma + 2 * chroma

    @staticmethod
    def room(size: Size) -> int:
        return size.width * size.height + 2 * -(-size.width // 2) * -(-size.height // 2) + MARGIN_BYTES


@dataclass(slots=True)
class Slot:
    """Where the frames of one picture of the list lie, with the halved ones behind them, and the tables to scale them by."""

    planes: Planes
    halves_at: int
    tables_at: int
    geometry: tuple[Any, ...] = ()
    scaled: tuple["Scaled", ...] = ()


@dataclass(frozen=True, slots=True)
class Scaled:
    """The tables of a blend on one plane, and what of the output they touch."""

    dst: int
    dst_width: int
    source: Plane
    taps: int
    columns_from: int
    columns_to: int
    across: int
    shares: int
    columns: int
    down: int
    rows: int
    plain_at: int | None
    """The first source sample, where one sample of the source makes one of the output."""


@dataclass(frozen=True, slots=True)
class Laid:
    """An overlay in the kernel's memory: for each plane where it is and where it goes."""

    parts: tuple[tuple[int, int, int, int, int, int], ...]
    """Destination, its width, samples, alpha, stride, rows."""


class PlaneRoom:
    """The output's planes, and all that is laid over them."""

    def __init__(self, memory: Any, size: Size) -> None:
        self._room, self._size = Room(memory), size
        self.out = Planes(self._room.take(Planes.room(size)), size)
        self._scratch = self._scratch_bytes = 0
        self._slots: dict[tuple[int, Size], Slot] = {}
        self._raw: dict[int, int] = {}

    @property
    def taken(self) -> int:
        return self._room.taken

    def base(self, picture: int, pixels: str) -> Part:
        """The frame is the output. ``pixels`` is its format."""
        to, fetch = self._fetched(self.out, pixels)
        return Part(picture, self.out.at, to, self.out.bytes, "", fetch, ())

    def blend(self, order: Blend, size: Size, pixels: str) -> Part | None:
        """A frame of ``size`` mixed in; None where nothing of it is seen."""
        if order.window.width <= 0 or order.window.height <= 0:
            return None
        slot = self._slot(order.picture, size)
        to, fetch = self._fetched(slot.planes, pixels)
        mix: list[Step]
        level = 0
        if is_whole(order, size, self._size):
            mix = [("blendWhole", self.out.at, slot.planes.at, self.out.bytes, order.opacity)]
        else:
            level = order.level
            halves, halving = _halves(slot, level)
            fetch += halving
            geometry = (order.part, order.scale, order.x, order.y, order.window)
            if slot.geometry != geometry:
                slot.scaled = self._tables(order, slot, halves, level)
                slot.geometry = geometry
            scratch = self._scratch_of(4 * (size.width + self._size.width + 64))
            mix = [_mixed(each, order.opacity, scratch) for each in slot.scaled]
        return Part(order.picture, slot.planes.at, to, slot.planes.bytes, f"{pixels} {level}", fetch, tuple(mix))

    def lay(self, laid: Laid, opacity: int) -> Part:
        return Part(-1, 0, 0, 0, "", (), tuple(("layOver", *each, opacity) for each in laid.parts))

    def store(self, sheet: Sheet) -> Laid:
        luma, cb, cr = self.out.all
        parts = []
        for out, samples, alpha, shrink in (
            (luma, sheet.luma, sheet.alpha, 1),
            (cb, sheet.cb, sheet.chroma_alpha, 2),
            (cr, sheet.cr, sheet.chroma_alpha, 2),
        ):
            rows, stride = samples.shape
            at = self._room.take(2 * samples.size + MARGIN_BYTES)
            self._room.view(at, samples.size).set(to_js(samples.ravel()))
            self._room.view(at + samples.size, samples.size).set(to_js(alpha.ravel()))
            dst = out.at + (sheet.y // shrink) * out.width + sheet.x // shrink
            parts.append((dst, out.width, at, at + samples.size, stride, rows))
        return Laid(tuple(parts))

    def _fetched(self, planes: Planes, pixels: str) -> tuple[int, tuple[Step, ...]]:
        """Where a frame is copied to, and the steps that make ``planes`` of it."""
        if pixels == "I420":
            return planes.at, ()
        # Of its own for each: they are copied at the same time.
        raw = self._raw.get(planes.at)
        if raw is None:
            raw = self._raw[planes.at] = self._room.take(planes.bytes + MARGIN_BYTES)
        luma, cb, cr = planes.all
        whole = luma.width * luma.height
        return raw, (("move", raw, planes.at, whole), ("splitChroma", raw + whole, cb.at, cr.at, cb.width * cb.height))

    def _slot(self, number: int, size: Size) -> Slot:
        slot = self._slots.get((number, size))
        if slot is None:
            at = self._room.take(Planes.room(size))
            # Halves of halves: a third of the whole is enough for all of them, and each needs its margin.
            halves_at = self._room.take(Planes.room(size) // 2 + 20 * MARGIN_BYTES)
            slot = self._slots[number, size] = Slot(Planes(at, size), halves_at, self._room.take(3 * self._table_bytes))
        return slot

    def _tables(self, order: Blend, slot: Slot, halves: Sequence[tuple[Plane, ...]], level: int) -> tuple[Scaled, ...]:
        part, window = order.part, order.window
        luma = halves[level][0]
        across = axis(order.scale, order.x, (window.x, window.x + window.width), (part.x, part.width), luma.width, level)
        down = axis(order.scale, order.y, (window.y, window.y + window.height), (part.y, part.height), luma.height, level)
        plain = (halved(across), halved(down)) if not any(side % (2 << level) for side in slot.planes.size) else (None, None)
        if plain[0] is not None and plain[1] is not None:
            chroma, source = (plain[0], plain[1]), halves[level]
        else:
            chroma, source = (chroma_axis(across, level), chroma_axis(down, level)), halves[max(0, level - 1)]
        axes = ((across, down, luma), (*chroma, source[1]), (*chroma, source[2]))
        return tuple(self._scaled(slot, number, *each) for number, each in enumerate(axes))

    def _scaled(self, slot: Slot, number: int, across: Axis, down: Axis, source: Plane) -> Scaled:
        out, taps = self.out.all[number], across.places.shape[1]
        columns, rows = len(across.shares), len(down.shares)
        padded, entry = -(-columns // 8) * 8, 4 * taps
        table = np.zeros(columns * entry + padded + rows * entry, np.uint16)
        table[: columns * entry].reshape(columns, taps, 4)[:, :, :3] = across.places
        table[columns * entry : columns * (entry + 1)] = across.shares
        places = table[columns * entry + padded :].reshape(rows, taps, 4)
        places[:, :, :3], places[:, 0, 3] = down.places, down.shares
        at = slot.tables_at + number * self._table_bytes
        self._room.view(at, table.nbytes).set(to_js(table.view(np.uint8)))
        return Scaled(
            dst=out.at + down.first * out.width + across.first,
            dst_width=out.width,
            source=source,
            taps=taps,
            columns_from=int(across.places[:, :, 0].min()) & ~7,
            columns_to=int(across.places[:, :, 1].max()) + 1,
            across=at,
            shares=at + 2 * columns * entry,
            columns=columns,
            down=at + 2 * (columns * entry + padded),
            rows=rows,
            plain_at=source.at + int(down.places[0, 0, 0]) * source.width + int(across.places[0, 0, 0])
            if across.plain and down.plain
            else None,
        )

    @property
    def _table_bytes(self) -> int:
        """At most: entries of two places for each column and row, and the columns' shares."""
        return 2 * 9 * (self._size.width + self._size.height + 64)

    def _scratch_of(self, n_bytes: int) -> int:
        if n_bytes > self._scratch_bytes:
            self._scratch, self._scratch_bytes = self._room.take(n_bytes + MARGIN_BYTES), n_bytes
        return self._scratch


def _halves(slot: Slot, level: int) -> tuple[list[tuple[Plane, ...]], tuple[Step, ...]]:
    """The planes of ``slot``'s frame, halved 0 to ``level`` times, and the steps that make them."""
    halves: list[tuple[Plane, ...]] = [slot.planes.all]
    steps: list[Step] = []
    at = slot.halves_at
    for _ in range(level):
        smaller: list[Plane] = []
        for number, plane in enumerate(halves[-1]):
            half = Plane(at, plane.width // 2, plane.height // 2)
            at += half.width * half.height + MARGIN_BYTES
            steps.append(("halve", plane.at, half.at, plane.width, plane.height, 0 if number == 0 else 2))
            smaller.append(half)
        halves.append(tuple(smaller))
    return halves, tuple(steps)


def _mixed(each: Scaled, opacity: int, scratch: int) -> Step:
    if each.plain_at is not None:
        source = (each.plain_at, each.source.width, each.shares, each.columns, each.down, each.rows)
        return ("blendPlain", each.dst, each.dst_width, *source, opacity)
    return (
        "blendScaled" if each.taps == 1 else "blendChroma",
        *(each.dst, each.dst_width, each.source.at, each.source.width, each.columns_from, each.columns_to),
        *(each.across, each.columns, each.down, each.rows, opacity, scratch),
    )
