"""How to take a picture's px (texels) so that it looks right at another size: as they are, between them, or many for one."""

import math
from dataclasses import dataclass
from typing import Literal

from gran_worker.geometry import Affine

SLIGHT = 1.25
"""Texels for one px up to which a picture is as good as not made smaller."""
MAX_TAPS = 16
TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Sampling:
    """``mean``: of ``across`` × ``down`` samples over the px, in the picture halved ``halvings`` times. ``cubic``: of 16 texels around."""

    kind: Literal["mean", "cubic"]
    across: int = 1
    down: int = 1
    halvings: int = 0


def sampling(to_texel: Affine, *, halved: bool = True) -> Sampling:
    """For a picture whose texel ``to_texel.apply(px)`` shows at a px of the output. ``halved``: whether it can be had in smaller sizes."""
    across, down = math.hypot(to_texel.a, to_texel.b), math.hypot(to_texel.c, to_texel.d)
    if _hits_centres(to_texel):
        return Sampling("mean")
    if max(across, down) < SLIGHT:
        return Sampling("cubic")
    halvings = max(0, math.floor(math.log2(max(1.0, min(across, down) / 2)))) if halved else 0
    return Sampling("mean", _taps(across / 2**halvings), _taps(down / 2**halvings), halvings)


def _taps(rate: float) -> int:
    return min(MAX_TAPS, max(1, math.ceil(rate - TOLERANCE)))


def _hits_centres(to_texel: Affine) -> bool:
    """Whether every px shows one texel: moved by whole px, turned by right angles or flipped, but not scaled."""
    slopes = (to_texel.a, to_texel.b, to_texel.c, to_texel.d)
    at = (to_texel.e + (to_texel.a + to_texel.c) / 2, to_texel.f + (to_texel.b + to_texel.d) / 2)
    whole = (*slopes, *(place - 0.5 for place in at))
    return all(abs(each - round(each)) < TOLERANCE for each in whole) and sorted(abs(round(each)) for each in slopes) == [0, 0, 1, 1]
