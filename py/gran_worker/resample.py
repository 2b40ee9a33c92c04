"""Sample rate conversion: windowed-sinc interpolation at exact positions.

Every output sample is a function of its position in the source and of the source alone, bit for bit, so block borders cannot be heard:
there is no state to carry and nothing to restart.

Two ways lead to the same filter. Where the ratio of the rates is simple, which it nearly always is, blocks of the source go to the
frequencies, are filtered and shifted there, and come back at the other rate: that costs a tenth of adding up the taps. The blocks lie on
a grid of source positions. Other ratios (a speed of 1.2345) take each sample's window and its taps.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from gran_worker.ports import Block

ZERO_CROSSINGS = 64
"""Of the sinc on either side, at the lower of the two rates. With the roll-off below: 0.1 dB to 19 kHz and images 80 dB
down for 44.1 -> 48 kHz (Kaiser's design formulas; Oppenheim and Schafer, Discrete-Time Signal Processing, 7.6)."""
ROLL_OFF = 0.955
KAISER_BETA = 9.0
MAX_PHASES = 1024
GATHERED = 2**18
"""Source samples a channel that are gathered into windows at a time: a few MB, however far a filter reaches."""
SIMPLE = 2048
"""Neither side of a simple ratio is larger."""
GRID = 4096
"""Source samples, about, between two blocks at steps up to 1."""
KERNEL_STEPS = 8
"""Points of the filter per source sample, for its frequency response: beyond four times the rate it has nothing left to alias."""


class Resampler:
    """``step`` source samples per output sample, exact."""

    def __init__(self, step: Fraction) -> None:
        self.step = step
        self.reach = math.ceil(ZERO_CROSSINGS * max(Fraction(1), step))
        """Source samples that an output needs on either side of its position."""
        self._grid = _grid(step, self.reach) if max(step.numerator, step.denominator) <= SIMPLE else None

    def span(self, origin: Fraction, outputs: range) -> range:
        """The source samples that ``outputs`` need; output ``n`` lies at source position ``origin + n * step``."""
        first, last = origin + outputs.start * self.step, origin + (outputs.stop - 1) * self.step
        if self.step == 1 and origin.denominator == 1:
            return range(int(first), int(last) + 1)
        if self._grid is not None:
            hop, margin = self._grid.hop, self._grid.margin
            return range(int(first // hop) * hop - margin, (int(last // hop) + 1) * hop + margin)
        return range(int(first // 1) - self.reach + 1, int(last // 1) + self.reach + 1)

    def render(self, source: Block, origin: Fraction, outputs: range) -> Block:
        """``outputs`` from ``source``, which is their whole :meth:`span`; float32 ``(channels, len(outputs))``."""
        if self.step == 1 and origin.denominator == 1:
            return source
        if self._grid is not None:
            return self._by_frequencies(self._grid, source, origin, outputs)
        return self._by_taps(source, origin, outputs)

    def _by_frequencies(self, grid: "_Grid", source: Block, origin: Fraction, outputs: range) -> Block:
        first_block = int((origin + outputs.start * self.step) // grid.hop)
        n_blocks = (source.shape[1] - 2 * grid.margin) // grid.hop
        source = np.ascontiguousarray(source)
        channel, sample = source.strides
        blocks = np.lib.stride_tricks.as_strided(
            source, (source.shape[0], n_blocks, grid.length), (channel, grid.hop * sample, sample), writeable=False
        )
        # Every block begins a whole number of steps after the last: the first output in each lies equally far from its beginning.
        offset = origin % self.step
        response = _response(grid, self.step, self.reach, offset)
        spectra = np.fft.rfft(blocks)[:, :, : len(response)] * response
        out_margin, out_hop = int(grid.margin / self.step), int(grid.hop / self.step)
        rendered = np.fft.irfft(spectra, int(grid.length / self.step))[:, :, out_margin : out_margin + out_hop]
        begin = outputs.start - int((first_block * grid.hop + offset - origin) / self.step)
        return rendered.reshape(source.shape[0], -1)[:, begin : begin + len(outputs)].astype(np.float32, copy=False)

    def _by_taps(self, source: Block, origin: Fraction, outputs: range) -> Block:
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


@dataclass(frozen=True, slots=True)
class _Grid:
    """Blocks of ``length`` source samples, one every ``hop``; of each, ``margin`` at either end belongs to its neighbours.

    All three are whole numbers of output samples too.
    """

    hop: int
    margin: int

    @property
    def length(self) -> int:
        return self.hop + 2 * self.margin


def _grid(step: Fraction, reach: int) -> _Grid:
    unit = step.numerator
    margin = -(-(reach + math.ceil(step)) // unit) * unit
    # A filter that reaches far needs long blocks, or most of each would be margin.
    hop = max(1, round(max(GRID, 8 * reach) / unit)) * unit
    return _Grid(hop, margin)


@lru_cache(maxsize=32)
def _response(grid: _Grid, step: Fraction, reach: int, offset: Fraction) -> npt.NDArray[np.complex64]:
    """What a block's spectrum is multiplied by: the filter, a shift by ``offset`` source samples, the scale of the other length."""
    size = grid.length * KERNEL_STEPS
    kernel = np.zeros(size)
    t = np.arange(-reach * KERNEL_STEPS, reach * KERNEL_STEPS + 1) / KERNEL_STEPS
    kernel[np.arange(-reach * KERNEL_STEPS, reach * KERNEL_STEPS + 1)] = _kernel(t, float(step), reach)
    n_bins = min(grid.length, int(grid.length / step)) // 2 + 1
    response = np.fft.rfft(kernel).real[:n_bins]
    shift = np.exp(2j * np.pi * float(offset) / grid.length * np.arange(n_bins))
    shaped: npt.NDArray[np.complex64] = (response / response[0] * shift / float(step)).astype(np.complex64)
    return shaped


@lru_cache(maxsize=8)
def _phase_table(step: float, reach: int, denominator: int) -> tuple[npt.NDArray[np.float32], int]:
    """Filter taps, float32 ``(rows + 1, 2 * reach)``: row r is for the phase r / rows and sums to 1, so that DC stays."""
    # A filter that reaches further changes slower from phase to phase: the table stays as large as for a step of 1.
    rows = min(denominator, max(1, int(MAX_PHASES / max(1.0, step))))
    offsets = np.arange(-reach + 1, reach + 1)[None, :] - np.arange(rows + 1)[:, None] / rows
    taps = _kernel(offsets, step, reach)
    taps /= taps.sum(axis=1, keepdims=True)
    return taps.astype(np.float32), rows


def _kernel(t: npt.NDArray[np.float64], step: float, reach: int) -> npt.NDArray[np.float64]:
    """The filter at ``t`` source samples from its middle, but for its scale."""
    cutoff = min(1.0, 1.0 / step) * ROLL_OFF
    window = np.i0(KAISER_BETA * np.sqrt(np.clip(1 - (t / reach) ** 2, 0, None)))
    return np.asarray(np.sinc(t * cutoff) * window, np.float64)
