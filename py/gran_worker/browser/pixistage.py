"""PixiJS on a WebGL context of its own: sheets to draw on, two shaders, and the way back to memory. Knows nothing of drawing orders."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import js
from pyodide.ffi import JsException, to_js

from gran_worker.browser.ffi import to_js_object
from gran_worker.browser.pixiprogram import BLUR_UNIFORMS, PAINT_UNIFORMS, Program
from gran_worker.browser.shaders import BLUR, PAINT
from gran_worker.errors import GraphicsError
from gran_worker.filters import Rows
from gran_worker.gaussian import GaussianTaps, gaussian_taps
from gran_worker.geometry import Affine, Rect, Size
from gran_worker.sampling import sampling

Mixing = Literal["normal", "add", "none"]
CLEAR = (0.0, 0.0, 0.0, 0.0)
MAX_IDLE_SHEETS = 8
NO_ERROR, OUT_OF_MEMORY, CONTEXT_LOST = 0, 0x0505, 0x9242


@dataclass(frozen=True, slots=True)
class Sheet:
    """A texture that is drawn on."""

    source: Any
    size: Size


@dataclass(frozen=True, slots=True)
class Picture:
    """Something to draw. ``to_texel`` and ``to_shape`` lead from a place on the sheet that it is drawn on; a ``shape`` of None is the
    whole sheet. ``source`` is a Pixi TextureSource of ``size``, or None for a ``fill`` (premultiplied).
    """

    source: Any
    size: Size
    to_texel: Affine
    texels: Rect
    shape: Rect | None = None
    to_shape: Affine = Affine()
    recolours: tuple[Rows, ...] = ()
    fill: tuple[float, float, float, float] = CLEAR
    halved: bool = False
    """Whether the texture has smaller copies of itself."""

    @classmethod
    def of(cls, sheet: Sheet) -> "Picture":
        """``sheet``, as it is and where it is."""
        return cls(sheet.source, sheet.size, Affine(), Rect(0, 0, *sheet.size))

    def moved(self, by_px: int) -> "Picture":
        """On a sheet that begins ``by_px`` further left and above."""
        back = Affine.translation(-by_px, -by_px)
        return replace(self, to_texel=back.then(self.to_texel), to_shape=back.then(self.to_shape))


class ContextLost(Exception):
    """The graphics card was taken away, or has begun anew."""


class PixiStage:
    """``pixi`` is the module. Sheets are lent, and reused."""

    def __init__(self, pixi: Any, renderer: Any) -> None:
        self._pixi, self._renderer, self._gl = pixi, renderer, renderer.gl
        self.max_side_px = int(self._gl.getParameter(self._gl.MAX_TEXTURE_SIZE))
        corners = {"format": "float32x2", "buffer": _floats((0, 0, 1, 0, 0, 1, 1, 1))}
        self._quad = pixi.Geometry.new(to_js_object({"attributes": {"aCorner": corners}, "topology": "triangle-strip"}))
        self._blank = self._texture(Size(1, 1))
        self._paint = Program(pixi, PAINT, PAINT_UNIFORMS, self._blank)
        self._blur = Program(pixi, BLUR, BLUR_UNIFORMS, self._blank)
        self._state = pixi.State.for2d()
        self._idle: list[Sheet] = []

    @classmethod
    async def open(cls, pixi: Any) -> "PixiStage":
        """Raises GraphicsError where there is no WebGL 2."""
        renderer = pixi.WebGLRenderer.new()
        try:
            await renderer.init(
                canvas=js.OffscreenCanvas.new(1, 1),  # never shown: everything is drawn on sheets
                width=1,
                height=1,
                preferWebGLVersion=2,
                powerPreference="high-performance",
                antialias=False,
                gcActive=False,  # textures are given back by us
                manageImports=False,
            )
            if int(renderer.context.webGLVersion) < 2:
                raise GraphicsError("This browser has no WebGL 2.")
            if renderer.gl.isContextLost():
                raise GraphicsError("The graphics card was lost.")
            return cls(pixi, renderer)
        except JsException as error:
            raise GraphicsError(f"This browser gave no WebGL to draw with ({getattr(error, 'message', error)}).") from error

    @property
    def is_lost(self) -> bool:
        return bool(self._gl.isContextLost())

    @contextmanager
    def sheet(self, size: Size, clear: Sequence[float] = CLEAR) -> Iterator[Sheet]:
        """A sheet of ``size`` filled with ``clear``, until the end of the block."""
        at = next((at for at, each in enumerate(self._idle) if each.size == size), None)
        sheet = self._idle.pop(at) if at is not None else Sheet(self._texture(size), size)
        self._renderer.renderTarget.bind(to_js_object({"target": sheet.source, "clear": True, "clearColor": list(clear)}))
        try:
            yield sheet
        finally:
            self._idle.append(sheet)
            while len(self._idle) > MAX_IDLE_SHEETS:
                self._idle.pop(0).source.destroy()

    def paint(
        self,
        sheet: Sheet,
        picture: Picture,
        *,
        opacity: float = 1.0,
        window: Rect | None = None,
        mixing: Mixing = "normal",
        straight: bool = False,
    ) -> None:
        """Draws ``picture`` on ``sheet``, not outside of ``window`` (whole px)."""
        box = _box(picture, sheet.size, window)
        if box is None:
            return
        program, way = self._paint, sampling(picture.to_texel, halved=picture.halved)
        program.set("uBox", box.x, box.y, box.x + box.width, box.y + box.height)
        program.set("uTarget", *sheet.size)
        program.set("uPictureSize", *picture.size)
        program.set_affine("uTexel", picture.to_texel)
        program.set("uTexels", *_edges(picture.texels))
        if picture.shape is None:
            program.set_affine("uShape", Affine())
            program.set("uShape", -1, -1, sheet.size.width + 1, sheet.size.height + 1)
        else:
            program.set_affine("uShape", picture.to_shape)
            program.set("uShape", *_edges(picture.shape))
        program.set("uFill", *picture.fill)
        program.set_number("uKind", 0 if picture.source is None else {"mean": 1, "cubic": 2}[way.kind])
        program.set("uTaps", way.across, way.down, way.halvings)
        if picture.recolours:
            program.set("uRows", *(value for rows in picture.recolours for row in rows for value in row))
        program.set_number("uRecolours", len(picture.recolours))
        program.set_number("uOpacity", opacity)
        program.set_number("uStraight", float(straight))
        self._draw(sheet, program, picture.source or self._blank, mixing)

    @contextmanager
    def blurred(self, sheet: Sheet, sigma_px: float) -> Iterator[Picture]:
        """``sheet`` after a Gaussian blur, its edges repeated, until the end of the block."""
        taps = gaussian_taps(sigma_px)
        small = Size(*(-(-side // taps.shrink) for side in sheet.size))
        with self.sheet(small) as first, self.sheet(small) as second:
            source = sheet
            if taps.shrink > 1:
                source = second
                self.paint(second, replace(Picture.of(sheet), to_texel=Affine.scaling(taps.shrink, taps.shrink)), mixing="none")
            self._smear(source, first, taps, (1, 0))
            self._smear(first, second, taps, (0, 1))
            yield replace(Picture.of(second), to_texel=Affine.scaling(1 / taps.shrink, 1 / taps.shrink))

    def read(self, sheet: Sheet, pixels: Any) -> None:
        """The px of ``sheet`` into ``pixels``, a typed array. Raises ContextLost and GraphicsError: a picture that was not drawn is no
        picture.
        """
        gl = self._gl
        pixels[3] = 0
        pixels[0] = 1  # no px has a colour where it has no opacity: this one is still there if nothing was read
        self._renderer.renderTarget.bind(to_js_object({"target": sheet.source, "clear": False}))
        gl.readPixels(0, 0, *sheet.size, gl.RGBA, gl.UNSIGNED_BYTE, pixels)
        unread = pixels[3] == 0 and pixels[0] == 1
        fault = int(gl.getError())
        if self.is_lost or fault == CONTEXT_LOST:
            raise ContextLost
        if fault == OUT_OF_MEMORY:
            raise GraphicsError("The graphics card ran out of memory. Export at a smaller size, or choose the executor “2d”.")
        if fault != NO_ERROR or unread:
            raise GraphicsError(f"The graphics card failed to draw (WebGL error {fault:#x}). Choose the executor “2d”.")

    def colour(self, css: str) -> tuple[float, float, float, float]:
        """Of a fill, premultiplied."""
        try:
            red, green, blue, alpha = self._pixi.Color.new(css).toArray().to_py()
        except JsException as error:
            raise GraphicsError(f"This browser does not know the colour {css}. Choose another one.") from error
        return red * alpha, green * alpha, blue * alpha, alpha

    def image(self, resource: Any, size: Size, *, halved: bool = False) -> Any:
        """A TextureSource with the px of ``resource``, the caller's to destroy. ``halved``: with smaller copies of itself."""
        source = self._pixi.ImageSource.new(
            resource=resource,
            width=size.width,
            height=size.height,
            format="rgba8unorm",
            alphaMode="premultiply-alpha-on-upload",
            scaleMode="linear",
            autoGenerateMipmaps=halved,
        )
        self._renderer.texture.initSource(source)
        # What it was filled with is closed by others, and must not be looked at again.
        source.resource = None
        return source

    def refill(self, source: Any, resource: Any) -> None:
        """``resource`` is as large as the one before."""
        source.resource = resource
        source.update()
        source.resource = None

    @contextmanager
    def texture(self, frame: Any) -> Iterator[Picture]:
        """A VideoFrame as a picture, until the end of the block."""
        size = Size(frame.displayWidth, frame.displayHeight)
        source = self.image(frame, size)
        try:
            yield Picture(source, size, Affine(), Rect(0, 0, *size))
        finally:
            source.destroy()

    def close(self) -> None:
        for sheet in self._idle:
            sheet.source.destroy()
        self._idle.clear()
        self._blank.destroy()
        for program in (self._paint, self._blur):
            program.close()
        self._quad.destroy(True)
        self._renderer.destroy()  # lets go of the context too

    def _texture(self, size: Size) -> Any:
        return self._pixi.TextureSource.new(width=size.width, height=size.height, format="rgba8unorm", scaleMode="linear")

    def _smear(self, source: Sheet, target: Sheet, taps: GaussianTaps, direction: tuple[int, int]) -> None:
        program = self._blur
        program.set("uBox", 0, 0, *target.size)
        program.set("uTarget", *target.size)
        program.set("uPictureSize", *source.size)
        program.set("uDirection", *direction)
        program.set_number("uCentre", taps.centre)
        program.set("uPairs", *(value for distance, weight in taps.pairs for value in (distance, weight, 0, 0)))
        program.set_number("uCount", len(taps.pairs))
        self._draw(target, program, source.source, "none")

    def _draw(self, sheet: Sheet, program: Program, source: Any, mixing: Mixing) -> None:
        renderer = self._renderer
        program.shader.resources.uPicture = source
        renderer.renderTarget.bind(to_js_object({"target": sheet.source, "clear": False}))
        self._state.blendMode = mixing
        renderer.encoder.draw(to_js_object({"geometry": self._quad, "shader": program.shader, "state": self._state}))


def _floats(values: Sequence[float]) -> Any:
    return js.Float32Array.new(to_js(list(values)))


def _edges(rect: Rect) -> tuple[float, float, float, float]:
    return rect.x, rect.y, rect.x + rect.width, rect.y + rect.height


def _box(picture: Picture, size: Size, window: Rect | None) -> Rect | None:
    """The px of the sheet that ``picture`` may touch."""
    box: Rect | None = Rect(0, 0, *size)
    if picture.shape is not None:
        forth = picture.to_shape.inverse()
        if forth is None:
            return None
        around = Rect.around(forth.apply(corner) for corner in picture.shape.corners)
        left, top = int(around.x // 1) - 1, int(around.y // 1) - 1
        grown = Rect(left, top, int((around.x + around.width) // 1) + 2 - left, int((around.y + around.height) // 1) + 2 - top)
        box = grown.meets(Rect(0, 0, *size))
    return box.meets(window) if box is not None and window is not None else box
