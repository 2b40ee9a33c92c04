"""Executes drawing orders on Y, Cb and Cr planes in WebAssembly (kernel/blend.ts), and on a canvas what cannot be done so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import js
import numpy as np
from pyodide.ffi import to_js

from gran_worker.browser.canvas2d import Canvas2D
from gran_worker.browser.ffi import to_js_object
from gran_worker.browser.kernel import Room
from gran_worker.colour import Colour, fixed_point_rows
from gran_worker.compose import DrawOp, Op
from gran_worker.geometry import Size
from gran_worker.planar import (
    Axis,
    Base,
    Blend,
    Order,
    Overlay,
    Picture,
    Sheet,
    axis,
    chroma_axis,
    halved,
    is_whole,
    planar_orders,
    sheet_of,
)

MARGIN_BYTES = 32
"""Behind each plane: the kernel works on 8 or 16 samples at a time."""
MAX_BYTES = 384 * 1024 * 1024
"""Of planes and overlays that may be kept for the next frame."""


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
    frame: Any = None
    """Whose planes they are: a frame that is shown again is not copied again."""
    halved: int = 0
    tables_at: int = 0
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


class PlanarExecutor:
    """An Executor. ``canvas`` draws what planes cannot, ``sheet`` what is drawn once and laid over many frames."""

    def __init__(self, exports: Any, size: Size, background: str, colour: Colour, canvas: Canvas2D, sheet: Canvas2D) -> None:
        self._exports, self._size, self._background, self._colour = exports, size, background, colour
        self._canvas, self._sheet = canvas, sheet
        self._seen: dict[int, set[tuple[DrawOp, int]]] = {}
        """What was laid over the last picture of each run."""
        self._used: set[str] = set()
        self._by_canvas = False
        self._init = to_js_object(
            {
                "format": "I420",
                "codedWidth": size.width,
                "codedHeight": size.height,
                "timestamp": 0,
                "colorSpace": {
                    "primaries": colour.primaries,
                    "transfer": colour.transfer,
                    "matrix": colour.matrix,
                    "fullRange": colour.full_range,
                },
            }
        )
        self._clear()

    def _clear(self) -> None:
        self._room = Room(self._exports.memory)
        self._out = Planes(self._room.take(Planes.room(self._size)), self._size)
        self._scratch = self._scratch_bytes = 0
        self._slots: dict[tuple[int, Size], Slot] = {}
        self._known: dict[int, set[tuple[DrawOp, int]]] = {}
        """Overlays that each run has met twice. What is drawn how must not depend on when other runs meet them."""
        self._overlays: dict[tuple[DrawOp, int], tuple[Laid | None, Any]] = {}

    @property
    def name(self) -> str:
        return " and ".join(sorted(self._used, reverse=True)) or "planar"

    async def draw(self, ops: Sequence[Op], frames: Sequence[Any], run: int = 0) -> None:
        if self._room.taken > MAX_BYTES:
            self._clear()
        orders = planar_orders(ops, [_known(frame) for frame in frames], self._size, self._background, self._colour)
        self._by_canvas = orders is None or not await self._overlays_ready(orders, frames, run)
        if self._by_canvas or orders is None:
            self._used.add(self._canvas.name)
            await self._canvas.draw(ops, frames)
            return
        self._used.add("planar")
        for order in orders:
            if isinstance(order, Base):
                await self._copy(frames[order.picture].sample, self._out)
            elif isinstance(order, Blend):
                await self._blend(order, frames[order.picture])
            else:
                self._lay(order, frames)

    def frame(self, timestamp_us: int, duration_us: int) -> Any:
        if self._by_canvas:
            return self._canvas.frame(timestamp_us, duration_us)
        self._init.timestamp, self._init.duration = timestamp_us, duration_us
        return js.VideoFrame.new(self._room.view(self._out.at, self._out.bytes), self._init)

    def pixels(self) -> Any:
        # Films with transparency are drawn by a canvas alone.
        return self._canvas.pixels()

    def show(self, context: Any) -> None:
        frame = self.frame(0, 0)
        try:
            context.drawImage(frame, 0, 0)
        finally:
            frame.close()

    def close(self) -> None:
        self._canvas.close()
        self._sheet.close()

    async def _copy(self, sample: Any, to: Planes) -> None:
        if sample.format == "I420":
            await sample.copyTo(self._room.view(to.at, to.bytes))
            return
        luma, cb, cr = to.all
        raw = self._scratch_of(to.bytes)
        await sample.copyTo(self._room.view(raw, to.bytes))
        whole = luma.width * luma.height
        self._room.view(to.at, whole).set(self._room.view(raw, whole))
        self._exports.splitChroma(raw + whole, cb.at, cr.at, cb.width * cb.height)

    async def _blend(self, order: Blend, frame: Any) -> None:
        if order.window.width <= 0 or order.window.height <= 0:
            return
        slot = self._slot(order.picture, frame.size)
        if slot.frame is not frame:
            await self._copy(frame.sample, slot.planes)
            slot.frame, slot.halved = frame, 0
        if is_whole(order, frame.size, self._size):
            self._exports.blendWhole(self._out.at, slot.planes.at, self._out.bytes, order.opacity)
            return
        level = order.level
        halves = self._halves(slot, level)
        geometry = (order.part, order.scale, order.x, order.y, order.window)
        if slot.geometry != geometry:
            slot.scaled = self._tables(order, slot, halves, level)
            slot.geometry = geometry
        scratch = self._scratch_of(4 * (frame.size.width + self._size.width + 64))
        for each in slot.scaled:
            if each.plain_at is not None:
                self._exports.blendPlain(
                    each.dst, each.dst_width, each.plain_at, each.source.width, each.shares, each.columns, each.down, each.rows,
                    order.opacity,
                )  # fmt: skip
                continue
            blend = self._exports.blendScaled if each.taps == 1 else self._exports.blendChroma
            blend(
                each.dst, each.dst_width, each.source.at, each.source.width, each.columns_from, each.columns_to,
                each.across, each.columns, each.down, each.rows, order.opacity, scratch,
            )  # fmt: skip

    def _slot(self, number: int, size: Size) -> Slot:
        slot = self._slots.get((number, size))
        if slot is None:
            at = self._room.take(Planes.room(size))
            # Halves of halves: a third of the whole is enough for all of them, and each needs its margin.
            halves_at = self._room.take(Planes.room(size) // 2 + 20 * MARGIN_BYTES)
            slot = self._slots[number, size] = Slot(Planes(at, size), halves_at)
            slot.tables_at = self._room.take(3 * self._table_bytes)
        return slot

    def _halves(self, slot: Slot, level: int) -> list[tuple[Plane, ...]]:
        """The planes of ``slot``'s frame, halved 0 to ``level`` times."""
        halves: list[tuple[Plane, ...]] = [slot.planes.all]
        at = slot.halves_at
        for done in range(level):
            smaller: list[Plane] = []
            for number, plane in enumerate(halves[-1]):
                half = Plane(at, plane.width // 2, plane.height // 2)
                at += half.width * half.height + MARGIN_BYTES
                if slot.halved <= done:
                    self._exports.halve(plane.at, half.at, plane.width, plane.height, 0 if number == 0 else 2)
                smaller.append(half)
            halves.append(tuple(smaller))
        slot.halved = max(slot.halved, level)
        return halves

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
        out, taps = self._out.all[number], across.places.shape[1]
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

    async def _overlays_ready(self, orders: Sequence[Order], frames: Sequence[Any], run: int) -> bool:
        """Draws overlays that are new. One that is met for the first time may be another in the next frame: a canvas draws that frame."""
        wanted = {_key(order, frames): order for order in orders if isinstance(order, Overlay)}
        pictures = {key for key, order in wanted.items() if order.picture >= 0}
        known = self._known.setdefault(run, set())
        met_before = pictures <= known | self._seen.get(run, set())
        self._seen[run] = pictures
        if not met_before:
            return False
        known |= pictures
        for key, order in wanted.items():
            if key in self._overlays:
                continue
            frame = frames[order.picture] if order.picture >= 0 else None
            await self._sheet.draw((order.op,), (frame,))
            pixels = np.empty(self._size.width * self._size.height * 4, np.uint8)
            self._sheet.pixels().assign_to(pixels)
            sheet = sheet_of(pixels.reshape(self._size.height, self._size.width, 4), fixed_point_rows(self._colour))
            self._overlays[key] = (self._store(sheet) if sheet is not None else None, frame)
        return True

    def _lay(self, order: Overlay, frames: Sequence[Any]) -> None:
        laid, _ = self._overlays[_key(order, frames)]
        for part in laid.parts if laid is not None else ():
            self._exports.layOver(*part, order.opacity)

    def _store(self, sheet: Sheet) -> Laid:
        luma, cb, cr = self._out.all
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

    def _scratch_of(self, n_bytes: int) -> int:
        if n_bytes > self._scratch_bytes:
            self._scratch, self._scratch_bytes = self._room.take(n_bytes + MARGIN_BYTES), n_bytes
        return self._scratch


def _key(order: Overlay, frames: Sequence[Any]) -> tuple[DrawOp, int]:
    frame = frames[order.picture] if order.picture >= 0 else None
    return order.op, id(frame.image) if frame is not None else 0


def _known(frame: Any) -> Picture | None:
    if frame is None:
        return None
    return Picture(frame.size, frame.planar_colour, frame.stands)
