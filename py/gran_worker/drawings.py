"""SVG drawings: how large one says it is, and how many px of it an output needs."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from gran_worker.geometry import Affine, Size
from gran_worker.shown import Shown, leaves

SVG = "svg"
"""Their ``codec``."""
DEFAULT = Size(300, 150)
"""What browsers take where a drawing says nothing."""
MAX_SHOWN_PX = 4096
"""Longest side that counts as a drawing's own size: only its shape matters, for every one is fitted into the output."""
MAX_RASTER_PX = 8192
HEAD_CHARS = 65_536
PX = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "q": 2.4 / 2.54, "em": 16.0, "rem": 16.0}

_ROOT = re.compile(r"<(?:[\w.-]+:)?svg\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"(?<![\w:.-])(width|height|viewBox)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LENGTH = re.compile(r"\s*\+?([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,3})?)\s*([A-Za-z]*)\s*")
_MOVES = re.compile(r"<(?:[\w.-]+:)?(?:animate|animateTransform|animateMotion|set)\b|@keyframes\b")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing on the output: rasterised at ``size``, it is sharp wherever the plan shows it. The first clip with it has the name."""

    size: Size
    clip_id: str
    name: str


def drawing_size(svg: str) -> Size:
    """The size in px at which ``svg``, the beginning of a drawing, wants to be shown. Whatever the text is, a usable one."""
    head = re.sub(r"<!--.*?(?:-->|$)", "", svg[:HEAD_CHARS], flags=re.DOTALL)
    root = _ROOT.search(head)
    found = {name: double or single for name, double, single in _ATTRIBUTE.findall(root[1])} if root else {}
    box = _view_box(found.get("viewBox", ""))
    width, height = _px(found.get("width", "")), _px(found.get("height", ""))
    if box is not None:
        # One side alone keeps the shape of the box, none takes the box itself.
        across, down = box
        width, height = width or (height * across / down if height else across), height or (width * down / across if width else down)
    return _usable(width or DEFAULT.width, height or DEFAULT.height)


def moves(svg: str) -> bool:
    """Whether it holds an animation, of which only the first moment is shown."""
    return _MOVES.search(svg) is not None


def wanted_drawings(shown: Iterable[Shown]) -> dict[str, Drawing]:
    """For every SVG source of ``shown``, by path, the raster that its largest use needs."""
    wanted: dict[str, Drawing] = {}
    for layer in leaves(shown):
        if layer.path is None or layer.video is None or layer.video.codec != SVG:
            continue
        scale = _scale(layer.op.affine)
        size = _raster(layer.op.width * scale, layer.op.height * scale)
        known = wanted.get(layer.path)
        if known is None or known.size.width * known.size.height < size.width * size.height:
            wanted[layer.path] = Drawing(size, *((layer.clip_id, layer.name) if known is None else (known.clip_id, known.name)))
    return wanted


def _scale(affine: Affine) -> float:
    """By how much it stretches what it stretches most."""
    whole = (affine.a**2 + affine.b**2 + affine.c**2 + affine.d**2) / 2
    return math.sqrt(whole + math.sqrt(max(0.0, whole**2 - (affine.a * affine.d - affine.b * affine.c) ** 2)))


def _raster(width: float, height: float) -> Size:
    shrink = min(1.0, MAX_RASTER_PX / max(width, height, 1.0))
    return Size(max(1, math.ceil(width * shrink - 1e-6)), max(1, math.ceil(height * shrink - 1e-6)))


def _usable(width: float, height: float) -> Size:
    shrink = min(1.0, MAX_SHOWN_PX / max(width, height))
    return Size(max(1, round(width * shrink)), max(1, round(height * shrink)))


def _px(length: str) -> float | None:
    """None for what says nothing by itself: percentages, nonsense, 0."""
    match = _LENGTH.fullmatch(length)
    factor = PX.get(match[2].lower()) if match else None
    px = float(match[1]) * factor if match and factor else 0.0
    return px if 0 < px < math.inf else None


def _view_box(text: str) -> tuple[float, float] | None:
    parts = text.replace(",", " ").split()
    try:
        _, _, width, height = map(float, parts)
    except ValueError:
        return None
    return (width, height) if 0 < width < math.inf and 0 < height < math.inf else None
