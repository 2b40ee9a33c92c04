"""Executes drawing orders on Y, Cb and Cr planes in WebAssembly (kernel/blend.ts), and on a canvas what cannot be done so."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import js
import numpy as np
from gran_js import PlaneMixer
from pyodide.ffi import to_js

from gran_worker.browser.canvas2d import Canvas2D
from gran_worker.browser.ffi import to_js_object
from gran_worker.browser.planeroom import Laid, Part, PlaneRoom
from gran_worker.colour import Colour, fixed_point_rows
from gran_worker.compose import DrawOp, Op
from gran_worker.geometry import Size
from gran_worker.planar import Base, Order, Overlay, Picture, planar_orders, sheet_of

MAX_BYTES = 384 * 1024 * 1024
"""Of planes and overlays that may be kept for the next frame."""


class Given(NamedTuple):
    """All that the way to the picture depends on, but for the px of films."""

    run: int
    ops: tuple[Op, ...]
    pictures: tuple[Picture | None, ...]
    contents: tuple[Any, ...]
    """Of frames that stand their image, of others the format of their px."""


class PlanarExecutor:
    """An Executor. ``canvas`` draws what planes cannot, ``sheet`` what is drawn once and laid over many frames."""

    def __init__(self, exports: Any, size: Size, background: str, colour: Colour, canvas: Canvas2D, sheet: Canvas2D) -> None:
        self._exports, self._size, self._background, self._colour = exports, size, background, colour
        self._canvas, self._sheet = canvas, sheet
        self._seen: dict[int, set[tuple[DrawOp, int]]] = {}
        """What was laid over the last picture of each run."""
        self._used: set[str] = set()
        self._by_canvas = False
        described = {
            "primaries": colour.primaries,
            "transfer": colour.transfer,
            "matrix": colour.matrix,
            "fullRange": colour.full_range,
        }
        init = {"format": "I420", "codedWidth": size.width, "codedHeight": size.height, "colorSpace": described}
        self._mixer = PlaneMixer.new(exports, to_js_object(init))
        self._clear()

    def _clear(self) -> None:
        self._mixer.forget()
        self._room = PlaneRoom(self._exports.memory, self._size)
        self._known: dict[int, set[tuple[DrawOp, int]]] = {}
        """Overlays that each run has met twice. What is drawn how must not depend on when other runs meet them."""
        self._overlays: dict[tuple[DrawOp, int], tuple[Laid | None, Any]] = {}
        self._given: Given | None = None
        self._parts: Any = None

    @property
    def name(self) -> str:
        return " and ".join(sorted(self._used, reverse=True)) or "planar"

    async def draw(self, ops: Sequence[Op], frames: Sequence[Any], run: int = 0) -> None:
        if self._room.taken > MAX_BYTES:
            self._clear()
        given = _given(run, ops, frames)
        if given != self._given:
            self._given = None
            orders = planar_orders(ops, given.pictures, self._size, self._background, self._colour)
            self._by_canvas = orders is None or not await self._overlays_ready(orders, frames, run)
            if self._by_canvas or orders is None:
                self._used.add(self._canvas.name)
                await self._canvas.draw(ops, frames)
                return
            parts = [part for order in orders if (part := self._part(order, frames, given)) is not None]
            self._parts = to_js([part._asdict() for part in parts], dict_converter=js.Object.fromEntries)
            self._given = given
            self._used.add("planar")
        self._by_canvas = False
        await self._mixer.mix(self._parts, to_js([getattr(frame, "sample", None) for frame in frames]))

    def frame(self, timestamp_us: int, duration_us: int) -> Any:
        if self._by_canvas:
            return self._canvas.frame(timestamp_us, duration_us)
        return self._mixer.frame(self._room.out.at, self._room.out.bytes, timestamp_us, duration_us)

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
        self._mixer.forget()
        self._canvas.close()
        self._sheet.close()

    def _part(self, order: Order, frames: Sequence[Any], given: Given) -> Part | None:
        if isinstance(order, Overlay):
            laid, _ = self._overlays[_key(order, frames)]
            return None if laid is None else self._room.lay(laid, order.opacity)
        pixels = given.contents[order.picture]
        if isinstance(order, Base):
            return self._room.base(order.picture, pixels)
        return self._room.blend(order, frames[order.picture].size, pixels)

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
            self._overlays[key] = (self._room.store(sheet) if sheet is not None else None, frame)
        return True


def _key(order: Overlay, frames: Sequence[Any]) -> tuple[DrawOp, int]:
    frame = frames[order.picture] if order.picture >= 0 else None
    return order.op, id(frame.image) if frame is not None else 0


def _given(run: int, ops: Sequence[Op], frames: Sequence[Any]) -> Given:
    pictures: list[Picture | None] = []
    contents: list[Any] = []
    for frame in frames:
        if frame is None:
            pictures.append(None)
            contents.append(None)
            continue
        colour = frame.planar_colour
        pictures.append(Picture(frame.size, colour, frame.stands))
        contents.append(id(frame.image) if frame.stands else None if colour is None else frame.sample.format)
    return Given(run, tuple(ops), tuple(pictures), tuple(contents))
