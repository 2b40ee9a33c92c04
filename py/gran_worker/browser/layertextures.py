"""The pictures of a draw list as textures: one for each layer, filled anew when its px change, given back when it is seen no more."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import js

from gran_worker.browser.ffi import to_js_object
from gran_worker.browser.pixistage import PixiStage
from gran_worker.browser.typesetter import Rendered
from gran_worker.compose import DrawOp
from gran_worker.errors import GraphicsError
from gran_worker.geometry import Size

MAX_TEXELS = 8192 * 4320
"""Of one texture: the largest film. A larger photograph is made smaller on a canvas, for it would take half a gigabyte."""

Key = tuple[str, int]


@dataclass(slots=True)
class Texture:
    """A Pixi TextureSource of ``size`` texels. ``shows`` is the frame or text that it was filled with; ``halved`` says whether it has
    smaller copies of itself; ``canvas`` is what its px are drawn on where WebGL does not take them as they come.
    """

    source: Any
    size: Size
    shows: Any
    halved: bool
    canvas: Any = None


class LayerTextures:
    def __init__(self, stage: PixiStage) -> None:
        self._stage = stage
        self._kept: dict[Key, Texture] = {}
        self._taken: Counter[str] = Counter()

    def begin(self) -> None:
        """A new picture: each clip's textures are taken in the order of drawing."""
        self._taken.clear()

    def end(self) -> None:
        """Gives back what the picture did not need."""
        for key in [(clip_id, nth) for clip_id, nth in self._kept if nth >= self._taken[clip_id]]:
            self._kept.pop(key).source.destroy()

    def of_text(self, op: DrawOp, text: Rendered) -> Texture:
        return self._filled(op, text, text, Size(text.canvas.width, text.canvas.height), halved=False)

    def of_frame(self, op: DrawOp, frame: Any, *, halved: bool) -> Texture:
        """``halved``: with smaller copies of itself, for a picture that is drawn much smaller."""
        return self._filled(op, frame, frame.content, frame.size, halved=halved)

    def close(self) -> None:
        for texture in self._kept.values():
            texture.source.destroy()
        self._kept.clear()

    def _filled(self, op: DrawOp, content: Any, shows: Any, size: Size, *, halved: bool) -> Texture:
        key = (op.clip_id, self._taken[op.clip_id])
        self._taken[op.clip_id] += 1
        size = self._within(size)
        kept = self._kept.get(key)
        if kept is not None and (kept.size != size or kept.halved != halved):
            self._kept.pop(key).source.destroy()
            kept = None
        if kept is not None and kept.shows is shows:
            return kept
        canvas = kept.canvas if kept is not None else None
        if isinstance(content, Rendered):
            resource = content.canvas
        elif _comes_right(content, size):
            resource = content.image
        else:
            resource = canvas = _redrawn(content, size, canvas)
        if kept is None:
            kept = self._kept[key] = Texture(self._stage.image(resource, size, halved=halved), size, shows, halved, canvas)
        else:
            self._stage.refill(kept.source, resource)
            kept.shows = shows
        return kept

    def _within(self, size: Size) -> Size:
        """As much of ``size`` as the card can hold, and may."""
        most = self._stage.max_side_px
        shrink = max(1.0, size.width / most, size.height / most, math.sqrt(size.width * size.height / MAX_TEXELS))
        return size if shrink == 1 else Size(max(1, int(size.width / shrink)), max(1, int(size.height / shrink)))


def _comes_right(frame: Any, size: Size) -> bool:
    """Whether WebGL takes the px of ``frame`` as a 2D canvas would draw them: not stretched, not too many."""
    sample = getattr(frame, "sample", None)
    stored = frame.size if sample is None else Size(int(sample.visibleRect.width), int(sample.visibleRect.height))
    return bool(stored == size)


def _redrawn(frame: Any, size: Size, canvas: Any) -> Any:
    if canvas is None:
        canvas = js.OffscreenCanvas.new(*size)
    context = canvas.getContext("2d", to_js_object({"willReadFrequently": True}))
    if not context:
        raise GraphicsError("This browser gave no canvas to draw on. Close other tabs and try again.")
    context.imageSmoothingQuality = "high"
    context.clearRect(0, 0, *size)
    context.drawImage(frame.image, 0, 0, *size)
    return canvas
