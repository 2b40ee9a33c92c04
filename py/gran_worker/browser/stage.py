"""Where the preview is seen: sources that stay open from one timeline to the next, and an executor before a visible canvas."""

from collections.abc import Callable, Sequence
from typing import Any

import js
from pyodide.ffi import JsException

from gran_worker.browser.executor import Executor
from gran_worker.browser.ffi import class_name, to_js_object
from gran_worker.browser.graphics import open_executor
from gran_worker.browser.kernel import Kernels
from gran_worker.browser.lent import Lent
from gran_worker.browser.media import BrowserMedia
from gran_worker.browser.planes import PlanarKernel
from gran_worker.browser.studio import Sources, drawings_of, texts_of
from gran_worker.browser.typesetter import Typesetter
from gran_worker.colour import BT709
from gran_worker.compose import Op
from gran_worker.errors import ContractError, GraphicsError
from gran_worker.geometry import Size
from gran_worker.messages import Warning
from gran_worker.plan import RenderPlan
from gran_worker.preview.messages import View
from gran_worker.preview.reduced import reduced

STRIPE_PX = 24
STRIPES = ("#3a2f33", "#4a3a3f")


class Stage:
    """``canvas`` is the page's, its control transferred. ``warn`` is told of what will not look as asked for."""

    def __init__(self, canvas: Any, kernels: Kernels, lent: Lent, warn: Callable[[str, str, str | None], None]) -> None:
        self._canvas, self._kernels, self._warn = canvas, kernels, warn
        self._context = canvas.getContext("2d", to_js_object({"alpha": False}))
        if not self._context:
            raise ContractError("canvas: is used for something else already")
        self.media = BrowserMedia({}, lambda: None, lent)
        self._known: dict[str, tuple[Any, ...]] = {}
        self._sources = Sources({}, {})
        self._view: View | None = None
        self._size = Size(2, 2)
        self._typesetter: Typesetter | None = None
        self._executor: Executor | None = None

    async def supply(self, parcel: Any) -> set[str]:
        sources = Sources.of(parcel.timeline)
        files = {path: await _opened(file) for path, file in sources.files.items()}
        known = {path: _identity(file) for path, file in files.items()}
        other = {path for path in self._known.keys() | known.keys() if self._known.get(path) != known.get(path)}
        for path in other & self._known.keys():
            self._known.pop(path)
        self._known |= {path: known[path] for path in other & known.keys()}
        for path, file in files.items():
            self.media.offer(path, file)
        if _identities(sources.fonts) != _identities(self._sources.fonts):
            self._undress()
        self._sources = sources
        return other

    async def read_otio(self, name: tuple[str, ...]) -> str:
        return await self._sources.read_otio(name)

    async def forget(self, path: str) -> None:
        await self.media.forget(path, gone=path not in self._known)

    async def dress(self, plan: RenderPlan, view: View) -> None:
        if view != self._view:
            self._undress()
        if self._typesetter is None:
            self._typesetter = Typesetter(plan.size)
        await self._typesetter.prepare(texts_of(plan), self._sources.fonts, self._told)
        await self.media.rasterise(drawings_of(plan))
        if self._executor is not None:
            return
        self._view, self._size = view, plan.size
        size = _smaller(plan.size, view.reduction)
        self._executor = await self._open_executor(size, view, self._typesetter)
        if (self._canvas.width, self._canvas.height) != size:
            self._canvas.width, self._canvas.height = size

    async def draw(self, ops: Sequence[Op], frames: Sequence[Any]) -> None:
        if self._executor is not None and self._view is not None:
            await self._executor.draw(ops if self._view.reduction == 1 else reduced(ops, 1 / self._view.reduction), frames)

    def present(self) -> None:
        if self._executor is not None:
            self._executor.show(self._context)

    async def picture(self, ops: Sequence[Op], frames: Sequence[Any]) -> Any:
        assert self._executor is not None
        assert self._view is not None
        assert self._typesetter is not None
        # One at a time: two would share the kernel's memory.
        self._executor.close()
        self._executor = None
        full = await self._open_executor(self._size, self._view, self._typesetter)
        try:
            await full.draw(ops, frames)
            sheet = js.OffscreenCanvas.new(*self._size)
            full.show(sheet.getContext("2d", to_js_object({"alpha": False})))
        finally:
            full.close()
            self._executor = await self._open_executor(_smaller(self._size, self._view.reduction), self._view, self._typesetter)
        return await sheet.convertToBlob(type="image/png")

    def placeholder(self, size: Size) -> "Placeholder":
        return Placeholder(size)

    async def _open_executor(self, size: Size, view: View, typesetter: Typesetter) -> Executor:
        # Nothing is encoded here; an executor reads back into the same memory.
        kernel = PlanarKernel(await self._kernels.take("planes"), size, BT709)
        range_kernel = await self._kernels.take("range")
        return await open_executor(view.settings(), size, typesetter, kernel, range_kernel, self._changed)

    def _undress(self) -> None:
        if self._executor is not None:
            self._executor.close()
        if self._typesetter is not None:
            self._typesetter.close()
        self._executor = self._typesetter = None

    def _changed(self, error: GraphicsError) -> None:
        self._warn("executor-fallback", f"{error.message} The preview goes on without the graphics card.", None)

    def _told(self, warning: Warning) -> None:
        self._warn(warning.code, warning.message, warning.clip_id)


class Placeholder:
    """Stripes, where a picture should be."""

    __slots__ = ("content", "image", "image_size", "pts_us", "size")
    stands = True
    planar_colour = None

    def __init__(self, size: Size) -> None:
        self.size = self.image_size = size
        self.pts_us = 0
        canvas = js.OffscreenCanvas.new(*size)
        context = canvas.getContext("2d")
        context.fillStyle, stripe = STRIPES
        context.fillRect(0, 0, *size)
        context.strokeStyle, context.lineWidth = stripe, STRIPE_PX
        context.beginPath()
        for x in range(-size.height, size.width + STRIPE_PX, 3 * STRIPE_PX):
            context.moveTo(x, size.height)
            context.lineTo(x + size.height, 0)
        context.stroke()
        self.image = self.content = canvas.transferToImageBitmap()

    def close(self) -> None:
        self.image.close()


def _smaller(size: Size, reduction: int) -> Size:
    return Size(-(-size.width // reduction), -(-size.height // reduction))


async def _opened(file: Any) -> Any:
    """The file behind a handle; the handle itself where it cannot be read, and opening it as a source will say why."""
    if class_name(file) != "FileSystemFileHandle":
        return file
    try:
        return await file.getFile()
    except JsException:
        return file


def _identities(fonts: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    return {family: _identity(font) for family, font in fonts.items()}


def _identity(file: Any) -> tuple[Any, ...]:
    """Structured clones of one file are different objects: its facts tell whether it is the same one."""
    kind = class_name(file)
    if kind == "File":
        return (kind, file.name, file.size, file.lastModified, file.type)
    return (kind, file.size, file.type) if kind == "Blob" else (kind, file.name)
