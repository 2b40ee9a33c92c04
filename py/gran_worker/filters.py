"""Filters of a picture, each told once: as CSS for a canvas, as a matrix for a shader. Names from a list, amounts that are numbers:
no text of a project gets in. Formulas: Filter Effects Module Level 1, on sRGB values.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Rows = tuple[tuple[float, float, float, float], ...]
"""Red, green and blue of a px, each as ``r·red + g·green + b·blue + constant`` of what it was. Colours are 0 to 1, not premultiplied;
what comes out is clamped.
"""

UNITS = {
    "blur": "px",
    "brightness": "",
    "contrast": "",
    "grayscale": "",
    "hue-rotate": "deg",
    "invert": "",
    "saturate": "",
    "sepia": "",
}
"""What may be asked of a canvas, and the unit that CSS wants behind the number."""

SOFTENING = ("blur",)
"""Filters that let a picture's edges fade; all others leave every px where it is."""

BLUR_REACH = 3
"""Standard deviations after which a Gaussian blur takes nothing in any more."""


class Filter(NamedTuple):
    name: str
    amount: float


@dataclass(frozen=True, slots=True)
class Run:
    """Filters that are drawn in one go: px by px at first, then blurred (standard deviation, output px)."""

    recolours: tuple[Rows, ...] = ()
    blur_px: float = 0.0


def css(filters: Sequence[Filter]) -> str:
    """For ``ctx.filter``, which applies them in this order."""
    return " ".join(f"{each.name}({_plain(each.amount)}{UNITS[each.name]})" for each in filters) or "none"


def runs(filters: Sequence[Filter], most: int) -> tuple[Run, ...]:
    """For shaders that recolour ``most`` times in one go. The last run never blurs: it may be drawn where it belongs."""
    done: list[Run] = []
    recolours: list[Rows] = []
    for each in filters:
        if each.name in SOFTENING or len(recolours) == most:
            done.append(Run(tuple(recolours), each.amount if each.name in SOFTENING else 0.0))
            recolours = []
        if each.name not in SOFTENING:
            recolours.append(RECOLOURS[each.name](each.amount))
    return *done, Run(tuple(recolours))


def softens(filters: Sequence[Filter]) -> bool:
    return any(each.name in SOFTENING for each in filters)


def reach(filters: Sequence[Filter]) -> int:
    """How far beyond the edge of a picture its filters look, px."""
    return math.ceil(sum(each.amount for each in filters if each.name in SOFTENING) * BLUR_REACH)


def _plain(amount: float) -> str:
    """Decimals: CSS reads no exponents everywhere, and no px is finer than this."""
    return f"{amount:.6f}".rstrip("0").rstrip(".") or "0"


def _each(slope: float, constant: float = 0.0) -> Rows:
    """The same for every channel."""
    return (slope, 0.0, 0.0, constant), (0.0, slope, 0.0, constant), (0.0, 0.0, slope, constant)


def _between(still: Rows, changed: Rows, amount: float) -> Rows:
    return tuple(
        tuple(a + (b - a) * amount for a, b in zip(one, other, strict=True))  # type: ignore[misc]
        for one, other in zip(still, changed, strict=True)
    )


def _grey(red: float, green: float, blue: float) -> Rows:
    return ((red, green, blue, 0.0),) * 3


SEPIA: Rows = (0.393, 0.769, 0.189, 0.0), (0.349, 0.686, 0.168, 0.0), (0.272, 0.534, 0.131, 0.0)
LUMINANCE = (0.213, 0.715, 0.072)
COSINE: Rows = (0.787, -0.715, -0.072, 0.0), (-0.213, 0.285, -0.072, 0.0), (-0.213, -0.715, 0.928, 0.0)
SINE: Rows = (-0.213, -0.715, 0.928, 0.0), (0.143, 0.140, -0.283, 0.0), (-0.787, 0.715, 0.072, 0.0)


def _turned(degrees: float) -> Rows:
    """Hues turned: the grey of a px stays."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return tuple(
        tuple(a + b * cos + c * sin for a, b, c in zip(*rows, strict=True))  # type: ignore[misc]
        for rows in zip(_grey(*LUMINANCE), COSINE, SINE, strict=True)
    )


RECOLOURS: dict[str, Callable[[float], Rows]] = {
    "brightness": _each,
    "contrast": lambda amount: _each(amount, 0.5 - 0.5 * amount),
    "grayscale": lambda amount: _between(_each(1.0), _grey(0.2126, 0.7152, 0.0722), min(amount, 1.0)),
    "hue-rotate": _turned,
    "invert": lambda amount: _each(1 - 2 * min(amount, 1.0), min(amount, 1.0)),
    "saturate": lambda amount: _between(_grey(*LUMINANCE), _each(1.0), amount),
    "sepia": lambda amount: _between(_each(1.0), SEPIA, min(amount, 1.0)),
}
"""What each filter that leaves every px where it is makes of colours."""
