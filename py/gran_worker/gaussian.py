"""A Gaussian blur as a graphics card does it: few samples between px, on a smaller picture where the blur is wide."""

import math
from dataclasses import dataclass

WIDEST_PX = 8.0
"""Standard deviation up to which px are sampled one by one; the picture is made smaller for more."""
REACH = 3
MAX_PAIRS = math.ceil(WIDEST_PX * REACH / 2)


@dataclass(frozen=True, slots=True)
class GaussianTaps:
    """``shrink``: how many times smaller the picture is made first, each way. ``centre`` is the weight of the px itself; each of
    ``pairs`` is a distance (px of the smaller picture) and the weight of what a linear sampler finds there, on either side.
    """

    shrink: int
    centre: float
    pairs: tuple[tuple[float, float], ...]


def gaussian_taps(sigma_px: float) -> GaussianTaps:
    """For one direction of a blur of standard deviation ``sigma_px``, which is above 0."""
    shrink = 1
    while sigma_px / shrink > WIDEST_PX:
        shrink *= 2
    variance = (sigma_px / shrink) ** 2
    if shrink > 1:
        # Making it smaller and larger again blurs already: by a box of one small px, and by a triangle of two.
        variance -= 1 / 12 + 1 / 6
    reach = math.ceil(math.sqrt(variance) * REACH)
    weights = [math.exp(-(distance**2) / (2 * variance)) for distance in range(reach + 1)]
    if len(weights) % 2 == 0:
        weights.append(0.0)
    total = weights[0] + 2 * sum(weights[1:])
    pairs = []
    for near in range(1, len(weights), 2):
        both = weights[near] + weights[near + 1]
        if both > 0:
            pairs.append((near + weights[near + 1] / both, both / total))
    return GaussianTaps(shrink, weights[0] / total, tuple(pairs))
