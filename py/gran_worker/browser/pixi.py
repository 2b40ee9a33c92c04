"""Executes drawing orders with PixiJS. The card composes: only texts, and pictures that WebGL cannot take, meet a 2D canvas before."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import js
from pyodide.ffi import JsException

from gran_worker.browser.layertextures import LayerTextures, Texture
from gran_worker.browser.pixistage import CLEAR, ContextLost, Mixing, Picture, PixiStage, Sheet
from gran_worker.browser.planes import PlanarKernel
from gran_worker.browser.shaders import MAX_RECOLOURS
from gran_worker.browser.truecolour import TrueColour
from gran_worker.browser.typesetter import Typesetter
from gran_worker.compose import AdjustOp, DrawOp, GroupOp, Op
from gran_worker.errors import GraphicsError
from gran_worker.filters import Filter, reach, runs
from gran_worker.geometry import Affine, Rect, Size
from gran_worker.sampling import sampling

WAY_OUT = "Choose the executor “2d”."
REBUILD_WAITS_S = (0.0, 0.5, 2.0)
"""A browser whose graphics process died needs a moment to start another."""
MAX_LOSSES = 5
"""Of one export. A card that is lost again and again will not get through it."""


class PixiExecutor:
    """An Executor. A context that is lost is replaced, and the picture drawn again."""

    name = "pixi"

    def __init__(
        self,
        pixi: Any,
        stage: PixiStage,
        size: Size,
        background: str,
        typesetter: Typesetter,
        range_kernel: Any,
        kernel: PlanarKernel,
        *,
        transparent: bool,
    ) -> None:
        self._pixi = pixi
        self._stage: PixiStage | None = stage
        self._textures = LayerTextures(stage)
        self._size, self._transparent = size, transparent
        self._typesetter, self._kernel = typesetter, kernel
        self._true_colour = TrueColour(range_kernel, self._blue_of)
        self._background = CLEAR if transparent else stage.colour(background)
        self._losses = 0

    async def draw(self, ops: Sequence[Op], frames: Sequence[Any], run: int = 0) -> None:
        while True:
            stage = self._stage or await self._rebuilt()
            try:
                for frame in frames:
                    await self._true_colour.prepare(frame)
                self._render(stage, ops, frames)
                return
            except ContextLost:
                self._drop()
                self._losses += 1
            if self._losses > MAX_LOSSES:
                raise GraphicsError(f"The graphics card was lost {self._losses} times. Close other programs that use it. {WAY_OUT}")

    def show(self, context: Any) -> None:
        context.putImageData(js.ImageData.new(self._kernel.pixels, self._size.width), 0, 0)

    def frame(self, timestamp_us: int, duration_us: int) -> Any:
        return self._kernel.frame(self._kernel.pixels, timestamp_us, duration_us)

    def pixels(self) -> Any:
        return self._kernel.pixels

    def close(self) -> None:
        self._drop()

    def _drop(self) -> None:
        if self._stage is not None:
            self._textures.close()
            self._stage.close()
            self._stage = None

    async def _rebuilt(self) -> PixiStage:
        for wait_s in REBUILD_WAITS_S:
            await asyncio.sleep(wait_s)
            try:
                stage = await PixiStage.open(self._pixi)
            except GraphicsError:
                continue
            self._stage, self._textures = stage, LayerTextures(stage)
            return stage
        raise GraphicsError(f"The graphics card was lost and did not come back. {WAY_OUT}")

    def _blue_of(self, frame: Any) -> int:
        """How much blue WebGL finds in ``frame``, which is of one colour."""
        assert self._stage is not None
        with self._stage.texture(frame) as picture, self._stage.sheet(picture.size) as sheet:
            pixels = js.Uint8ClampedArray.new(picture.size.width * picture.size.height * 4)
            self._stage.paint(sheet, picture, mixing="none")
            self._stage.read(sheet, pixels)
            return int(pixels[pixels.length // 2 + 2])

    def _render(self, stage: PixiStage, ops: Sequence[Op], frames: Sequence[Any]) -> None:
        """Draws and reads back. Raises ContextLost."""
        if stage.is_lost:
            raise ContextLost
        try:
            self._textures.begin()
            with stage.sheet(self._size, self._background) as sheet:
                _Drawing(stage, self._textures, self._typesetter, self._size, iter(frames)).draw(sheet, ops)
                self._textures.end()
                if self._transparent:
                    with stage.sheet(self._size) as straight:
                        stage.paint(straight, Picture.of(sheet), mixing="none", straight=True)
                        stage.read(straight, self._kernel.pixels)
                else:
                    stage.read(sheet, self._kernel.pixels)
        except JsException as error:
            if stage.is_lost:
                raise ContextLost from error
            raise GraphicsError(f"The graphics card failed to draw ({getattr(error, 'message', error)}). {WAY_OUT}") from error


class _Drawing:
    """One picture being drawn."""

    def __init__(self, stage: PixiStage, textures: LayerTextures, typesetter: Typesetter, size: Size, frames: Iterator[Any]) -> None:
        self._stage, self._textures, self._typesetter = stage, textures, typesetter
        self._size, self._frames = size, frames

    def draw(self, sheet: Sheet, ops: Sequence[Op]) -> None:
        for op in ops:
            with ExitStack() as lent:
                if isinstance(op, GroupOp):
                    inner = lent.enter_context(self._stage.sheet(self._size))
                    self.draw(inner, op.ops)
                    picture = self._group(op, inner, lent)
                elif isinstance(op, AdjustOp):
                    picture = self._adjusted(op, sheet, lent)
                else:
                    frame = next(self._frames)
                    picture = self._picture(op, frame)
                    if picture is not None and op.opacity > 0:
                        picture = self._filtered(picture, op.filters, reach(op.filters), lent)
                if picture is not None and op.opacity > 0:
                    mixing: Mixing = "add" if op.adds else "normal"
                    self._stage.paint(sheet, picture, opacity=op.opacity, window=op.window, mixing=mixing)

    def _picture(self, op: DrawOp, frame: Any) -> Picture | None:
        back = op.affine.inverse()
        if back is None or op.opacity == 0:
            return None
        if op.colour is not None:
            return Picture(None, self._size, Affine(), op.crop, op.crop, back, fill=self._stage.colour(op.colour))
        if op.caption is not None:
            return self._text(op, back)
        if frame is None:
            return None
        # A source may change its size midway: the part is a share of the frame as it is now.
        wide, high = frame.size.width / op.width, frame.size.height / op.height
        halved = sampling(back.then(Affine.scaling(wide, high))).halvings > 0
        texture = self._textures.of_frame(op, frame, halved=halved)
        return self._part(texture, back, Affine.scaling(texture.size.width / op.width, texture.size.height / op.height), op.crop)

    def _text(self, op: DrawOp, back: Affine) -> Picture | None:
        assert op.caption is not None
        text = self._typesetter.image(op.caption, op.affine)
        part = text.region.meets(op.crop) if text is not None else None
        if text is None or part is None:
            return None
        to_texel = Affine.translation(-text.region.x, -text.region.y).then(Affine.scaling(text.scale, text.scale))
        return self._part(self._textures.of_text(op, text), back, to_texel, part)

    def _part(self, texture: Texture, back: Affine, to_texel: Affine, part: Rect) -> Picture:
        """``part`` of a picture; ``to_texel`` leads to it from the picture's own px."""
        texels = Rect.around(to_texel.apply(corner) for corner in part.corners)
        return Picture(texture.source, texture.size, back.then(to_texel), texels, part, back, halved=texture.halved)

    def _group(self, op: GroupOp, inner: Sheet, lent: ExitStack) -> Picture | None:
        back = op.affine.inverse()
        if back is None or op.opacity == 0:
            return None
        if not op.repeats_edges:
            picture = replace(Picture.of(inner), to_texel=back, texels=op.crop, shape=op.crop, to_shape=back)
            return self._filtered(picture, op.filters, reach(op.filters), lent)
        extended = replace(Picture.of(inner), to_texel=back)
        margin = 0 if op.affine.is_identity else reach(op.filters)
        return replace(self._filtered(extended, op.filters, margin, lent), shape=op.crop, to_shape=back)

    def _adjusted(self, op: AdjustOp, sheet: Sheet, lent: ExitStack) -> Picture | None:
        back = op.affine.inverse()
        if back is None or op.opacity == 0:
            return None
        # A sheet cannot be drawn on itself.
        copy = lent.enter_context(self._stage.sheet(self._size))
        self._stage.paint(copy, Picture.of(sheet), mixing="none")
        return replace(self._filtered(Picture.of(copy), op.filters, 0, lent), shape=op.crop, to_shape=back)

    def _filtered(self, picture: Picture, filters: Sequence[Filter], margin: int, lent: ExitStack) -> Picture:
        """``picture`` with all but its last recolouring done, on a sheet that reaches ``margin`` px beyond the output."""
        *before, last = runs(filters, MAX_RECOLOURS)
        for run in before:
            wide = Size(self._size.width + 2 * margin, self._size.height + 2 * margin)
            sheet = lent.enter_context(self._stage.sheet(wide))
            self._stage.paint(sheet, replace(picture, recolours=run.recolours).moved(margin), mixing="none")
            picture = Picture.of(sheet) if run.blur_px == 0 else lent.enter_context(self._stage.blurred(sheet, run.blur_px))
            picture = picture.moved(-margin)
        return replace(picture, recolours=last.recolours)
