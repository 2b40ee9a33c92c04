"""Sample rate conversion: windowed-sinc interpolation at exact positions.

Every output sample is a function of its own index and of the source alone, so block borders cannot be heard: there is no state
to carry and nothing to restart.
"""

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from gran_worker.ports import Block

ZERO_CROSSINGS = 40
"""Of the sinc on either side, at the lower of the two rates. With the roll-off below: 0.1 dB to 18 kHz and images 80 dB
down for 44.1 -> 48 kHz (Kaiser's design formulas; Oppenheim and Schafer, Discrete-Time Signal Processing, 7.6)."""
ROLL_OFF = 0.955
KAISER_BETA = 9.0
MAX_PHASES = 1024
GATHERED = 2**18
"""Source samples a channel that are gathered into windows at a time: a few MB, however far a filter reaches."""


class Resampler:
    """``step`` source samples per output sample, exact."""

    def __init__(self, step: Fraction) -> None:
        self.step = step
        stretch = max(1.0, float(step))
        self.reach = int(np.ceil(ZERO_CROSSINGS * stretch))
        """Source samples that an output needs on either side of its position."""

    def span(self, origin: Fraction, outputs: range) -> range:
        """The source samples that ``outputs`` need; output ``n`` lies at source position ``origin + n * step``."""
        first, last = origin + outputs.start * self.step, origin + (outputs.stop - 1) * self.step
        if self.step == 1 and origin.denominator == 1:
            return range(int(first), int(last) + 1)
        return range(int(first // 1) - self.reach + 1, int(last // 1) + self.reach + 1)

    def render(self, source: Block, origin: Fraction, outputs: range) -> Block:
        """``outputs`` from ``source``, which is their whole :meth:`span`; float32 ``(channels, len(outputs))``."""
        if self.step == 1 and origin.denominator == 1:
            return source
        # All positions over one denominator, so that whole part and phase are exact integers.
        denominator = math.lcm(origin.denominator, self.step.denominator)
        begin = int(origin * denominator) + outputs.start * int(self.step * denominator)
        base = int((origin + outputs.start * self.step) // 1)
        begin -= base * denominator
        positions = begin + np.arange(len(outputs), dtype=np.int64) * int(self.step * denominator)
        whole, phase = np.divmod(positions, denominator)
        table, rows = _phase_table(float(self.step), self.reach, denominator)
        windows = np.lib.stride_tricks.sliding_window_view(source, 2 * self.reach, axis=1)
        out = np.empty((source.shape[0], len(outputs)), np.float32)
        chunk = max(1, GATHERED // (2 * self.reach))
        for start in range(0, len(outputs), chunk):
            part = slice(start, start + chunk)
            scaled = phase[part] * rows / denominator
            row = np.floor(scaled).astype(np.int64)
            taps = table[row]
            if rows != denominator:
                fraction = (scaled - row).astype(np.float32)[:, None]
                taps = taps + fraction * (table[row + 1] - taps)
            out[:, part] = np.einsum("cnk,nk->cn", windows[:, whole[part]], taps)
        return out


@lru_cache(maxsize=8)
def _phase_table(step: float, reach: int, denominator: int) -> tuple[npt.NDArray[np.float32], int]:
    """Filter taps, float32 ``(rows + 1, 2 * reach)``: row r is for the phase r / rows and sums to 1, so that DC stays."""
    # A filter that reaches further changes slower from phase to phase: the table stays as large as for a step of 1.
    rows = min(denominator, max(1, int(MAX_PHASES / max(1.0, step))))
    cutoff = min(1.0, 1.0 / step) * ROLL_OFF
    offsets = np.arange(-reach + 1, reach + 1)[None, :] - np.arange(rows + 1)[:, None] / rows
    window = np.i0(KAISER_BETA * np.sqrt(np.clip(1 - (offsets / reach) ** 2, 0, None))) / np.i0(KAISER_BETA)
    taps = np.sinc(offsets * cutoff) * window
    taps /= taps.sum(axis=1, keepdims=True)
    return taps.astype(np.float32), rows
