"""Which executor draws: PixiJS where a graphics card does the work, the 2D canvas where WebGL would be computed by the processor."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import js
from gran_js import loadPixi
from pyodide.ffi import JsException

from gran_worker.browser.canvas2d import Canvas2D
from gran_worker.browser.executor import Executor
from gran_worker.browser.ffi import or_none, to_js_object
from gran_worker.browser.pixi import PixiExecutor
from gran_worker.browser.pixistage import PixiStage
from gran_worker.browser.planes import PlanarKernel
from gran_worker.browser.standby import Standby
from gran_worker.browser.truecolour import TrueColour
from gran_worker.browser.typesetter import Typesetter
from gran_worker.errors import GraphicsError, PlanError
from gran_worker.geometry import Size
from gran_worker.settings import Settings

SOFTWARE = re.compile(r"swiftshader|llvmpipe|softpipe|software|basic render|warp", re.IGNORECASE)
"""Names that processors go by where they stand in for a graphics card."""


@cache
def has_graphics_card() -> bool:
    """Asked once in a worker: a context for it costs as much as some frames."""
    canvas = js.OffscreenCanvas.new(1, 1)
    gl = or_none(canvas.getContext("webgl2", to_js_object({"failIfMajorPerformanceCaveat": True})))
    if gl is None:
        return False
    told = or_none(gl.getExtension("WEBGL_debug_renderer_info"))
    name = str(gl.getParameter(gl.RENDERER if told is None else told.UNMASKED_RENDERER_WEBGL))
    ending = or_none(gl.getExtension("WEBGL_lose_context"))
    if ending is not None:
        ending.loseContext()
    return SOFTWARE.search(name) is None


async def open_executor(
    settings: Settings,
    size: Size,
    typesetter: Typesetter,
    kernel: PlanarKernel,
    range_kernel: Any,
    changed: Callable[[GraphicsError], None],
) -> Executor:
    """The one that ``settings`` ask for. ``auto`` may change its mind, and tells ``changed`` why.

    Raises PlanError where PixiJS was asked for and this browser cannot run it.
    """
    transparent = settings.alpha

    def canvas() -> Executor:
        return Canvas2D(size, settings.background, typesetter, TrueColour(range_kernel), kernel, transparent=transparent)

    if settings.executor == "2d" or (settings.executor == "auto" and not has_graphics_card()):
        return canvas()
    try:
        pixi = await loadPixi()
        stage = await PixiStage.open(pixi)
    except (GraphicsError, JsException) as error:
        why = error if isinstance(error, GraphicsError) else GraphicsError("PixiJS, a part of the app, could not be loaded.")
        if settings.executor == "pixi":
            raise PlanError(f"{why.message} Choose “auto” or “2d” as executor.") from error
        changed(why)
        return canvas()
    executor = PixiExecutor(pixi, stage, size, settings.background, typesetter, range_kernel, kernel, transparent=transparent)
    return executor if settings.executor == "pixi" else Standby(executor, canvas(), changed)
