"""Executes drawing orders on an OffscreenCanvas with the 2D context."""

from collections.abc import Iterator, Sequence
from typing import Any

from gran_worker.browser.copies import FrameCopies
from gran_worker.browser.planes import PlanarKernel
from gran_worker.browser.sheet import Sheet
from gran_worker.browser.truecolour import TrueColour
from gran_worker.browser.typesetter import Typesetter
from gran_worker.compose import AdjustOp, DrawOp, GroupOp, Op
from gran_worker.errors import GraphicsError
from gran_worker.filters import css, reach
from gran_worker.geometry import Affine, Size

MAX_PADDED = 4
"""Sheets for blurs of different reach that are kept."""


class Canvas2D:
    """An Executor: a canvas of the output's size. Sheets for groups are made when the first needs one, and kept."""

    name = "2d"

    def __init__(
        self,
        size: Size,
        background: str,
        typesetter: Typesetter,
        true_colour: TrueColour,
        kernel: PlanarKernel,
        *,
        transparent: bool = False,
    ) -> None:
        self._size, self._background, self._typesetter = size, background, typesetter
        self._true_colour, self._kernel = true_colour, kernel
        self._copies = FrameCopies()
        self._transparent = transparent
        self._main = Sheet(size, transparent=transparent)
        self._sheets: list[Sheet] = []
        self._padded: dict[int, Sheet] = {}
        self._known_filters: set[str] = set()

    async def draw(self, ops: Sequence[Op], frames: Sequence[Any], run: int = 0) -> None:
        for frame in frames:
            await self._true_colour.prepare(frame)
            await self._copies.prepare(frame)
        context = self._main.context
        if self._transparent:
            self._main.wipe()
        else:
            context.setTransform(1, 0, 0, 1, 0, 0)
            context.fillStyle = self._background
            context.fillRect(0, 0, *self._size)
        self._draw(self._main, ops, iter(frames), 0)

    def frame(self, timestamp_us: int, duration_us: int) -> Any:
        return self._kernel.frame(self.pixels(), timestamp_us, duration_us)

    def pixels(self) -> Any:
        return self._main.context.getImageData(0, 0, *self._size).data

    def show(self, context: Any) -> None:
        context.globalCompositeOperation = "copy"
        context.drawImage(self._main.canvas, 0, 0)

    def close(self) -> None:
        for sheet in (self._main, *self._sheets, *self._padded.values()):
            sheet.close()
        self._copies.close()

    def _draw(self, sheet: Sheet, ops: Sequence[Op], frames: Iterator[Any], depth: int) -> None:
        for op in ops:
            if isinstance(op, GroupOp):
                inner = self._sheet(depth)
                inner.wipe()
                self._draw(inner, op.ops, frames, depth + 1)
                if op.opacity > 0:
                    self._lay(sheet, op, inner)
            elif isinstance(op, AdjustOp):
                if op.opacity > 0:
                    self._lay(sheet, op, sheet)
            else:
                self._picture(sheet.context, op, next(frames))

    def _picture(self, context: Any, op: DrawOp, frame: Any) -> None:
        if op.opacity == 0 or (frame is None and op.colour is None and op.caption is None):
            return
        plain = not op.filters and op.window is None and not op.adds
        if not plain:
            context.save()
            self._prepare(context, op)
        affine, crop = op.affine, op.crop
        context.setTransform(affine.a, affine.b, affine.c, affine.d, affine.e, affine.f)
        context.globalAlpha = op.opacity
        if op.colour is not None:
            context.fillStyle = op.colour
            context.fillRect(crop.x, crop.y, crop.width, crop.height)
        elif op.caption is not None:
            self._text(context, op)
        else:
            # A source may change its size midway: the part is a share of the frame as it is now.
            size = frame.image_size
            across, down = size.width / op.width, size.height / op.height
            context.drawImage(
                frame.image, crop.x * across, crop.y * down, crop.width * across, crop.height * down,
                crop.x, crop.y, crop.width, crop.height,
            )  # fmt: skip
        if not plain:
            context.restore()
        context.globalAlpha = 1

    def _text(self, context: Any, op: DrawOp) -> None:
        assert op.caption is not None
        text = self._typesetter.image(op.caption, op.affine)
        part = text.region.meets(op.crop) if text is not None else None
        if text is None or part is None:
            return
        x, y, scale = (part.x - text.region.x) * text.scale, (part.y - text.region.y) * text.scale, text.scale
        context.drawImage(
            text.canvas, x, y, part.width * scale, part.height * scale, part.x, part.y, part.width, part.height
        )  # fmt: skip

    def _lay(self, sheet: Sheet, op: GroupOp | AdjustOp, source: Sheet) -> None:
        """Draws ``source`` on ``sheet`` as ``op`` says. The two may be the same: a canvas draws its own px as they were before."""
        context, crop = sheet.context, op.crop
        margin = reach(op.filters) if isinstance(op, AdjustOp) or op.repeats_edges else 0
        image = self._extended(source, margin).canvas if margin else source.canvas
        context.save()
        self._prepare(context, op)
        self._transform(context, op.affine)
        context.globalAlpha = op.opacity
        if margin or isinstance(op, AdjustOp):
            context.beginPath()
            context.rect(crop.x, crop.y, crop.width, crop.height)
            context.clip()
        if isinstance(op, AdjustOp):
            # The region moves and turns, what lies in it stays where it is.
            context.setTransform(1, 0, 0, 1, 0, 0)
        if margin or isinstance(op, AdjustOp):
            context.drawImage(image, -margin, -margin)
        else:
            context.drawImage(image, crop.x, crop.y, crop.width, crop.height, crop.x, crop.y, crop.width, crop.height)
        context.restore()

    def _prepare(self, context: Any, op: Op) -> None:
        """Window, filters and the way of mixing. Within ``save`` and ``restore``."""
        context.setTransform(1, 0, 0, 1, 0, 0)
        if op.window is not None:
            context.beginPath()
            context.rect(op.window.x, op.window.y, op.window.width, op.window.height)
            context.clip()
        if op.filters:
            self._filter(context, css(op.filters))
        if op.adds:
            context.globalCompositeOperation = "lighter"

    def _filter(self, context: Any, text: str) -> None:
        context.filter = text
        if text not in self._known_filters:
            # What a canvas does not understand it ignores without a word, and the picture would be wrong.
            if str(context.filter) != text:
                raise GraphicsError(f"This browser cannot draw the effect {text}. Remove it, or use another browser.")
            self._known_filters.add(text)

    def _transform(self, context: Any, affine: Affine) -> None:
        context.setTransform(affine.a, affine.b, affine.c, affine.d, affine.e, affine.f)

    def _sheet(self, depth: int) -> Sheet:
        while len(self._sheets) <= depth:
            self._sheets.append(Sheet(self._size, transparent=True))
        return self._sheets[depth]

    def _extended(self, source: Sheet, margin: int) -> Sheet:
        """``source`` with its outermost px repeated ``margin`` px far on every side."""
        width, height = self._size
        if margin not in self._padded:
            while len(self._padded) >= MAX_PADDED:
                self._padded.pop(next(iter(self._padded))).close()
            self._padded[margin] = Sheet(Size(width + 2 * margin, height + 2 * margin), transparent=True)
        padded = self._padded[margin]
        padded.wipe()
        columns = ((0, 1, 0, margin), (0, width, margin, width), (width - 1, 1, margin + width, margin))
        rows = ((0, 1, 0, margin), (0, height, margin, height), (height - 1, 1, margin + height, margin))
        context = padded.context
        context.imageSmoothingEnabled = False
        for x, across, to_x, to_across in columns:
            for y, down, to_y, to_down in rows:
                context.drawImage(source.canvas, x, y, across, down, to_x, to_y, to_across, to_down)
        return padded
