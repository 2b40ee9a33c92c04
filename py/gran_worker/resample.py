"""Sample rate conversion: windowed-sinc interpolation at exact positions.

Every output sample is a function of its position in the source and of the source alone, bit for bit, so block borders cannot be heard:
there is no state to carry and nothing to restart.

Two ways lead to the same filter. Where the ratio of the rates is simple, which it nearly always is, blocks of the source go to the
frequencies, are filtered and shifted there, and come back at the other rate: that costs a tenth of adding up the taps. The blocks lie on
a grid of source positions. Other ratios (a speed of 1.2345) take each sample's window and its taps.

Where the time goes (``make mixing``): half of it into the transforms. Tried and left: one way back for all clips of a ratio, their spectra
summed, would save a quarter of it all, but a sample would depend, in its last bits, on who else sounds and on where a fade begins; longer
blocks save what they cost at short clips. Taps in a WebAssembly kernel of four lanes were reckoned, not built: the 250 million products in
a second of twenty clips take about as long as the transforms.
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
GRID = 4410
"""Source samples, about, between two blocks at steps up to 1."""
KERNEL_STEPS = 8
"""Points of the filter per source sample, for its frequency response: beyond four times the rate it has nothing left to alias."""

Spectrum = npt.NDArray[np.complex64]


class Resampler:
    """``step`` source samples per output sample, exact; output ``n`` lies at source position ``origin + n * step``."""

    def __init__(self, step: Fraction, origin: Fraction = Fraction(0)) -> None:
        self.step, self.origin = step, origin
        self.reach = math.ceil(ZERO_CROSSINGS * max(Fraction(1), step))
        """Source samples that an output needs on either side of its position."""
        self._copies = step == 1 and origin.denominator == 1
        self._grid = _grid(step, self.reach) if not self._copies and max(step.numerator, step.denominator) <= SIMPLE else None
        # Every block of the grid begins a whole number of steps after the last: each has its first output equally far from its beginning.
        offset = origin % step
        self._lead = int((offset - origin) / step)
        """The first output in the grid's block 0."""
        self._shaping = None if self._grid is None else _shaping(self._grid, _response(step, self._grid, self.reach), offset)

    def span(self, outputs: range) -> range:
        """The source samples that ``outputs`` need."""
        if self._grid is not None:
            blocks = self._blocks(self._grid, outputs)
            return range(blocks.start * self._grid.hop - self._grid.margin, blocks.stop * self._grid.hop + self._grid.margin)
        first, last = self.origin + outputs.start * self.step, self.origin + (outputs.stop - 1) * self.step
        if self._copies:
            return range(int(first), int(last) + 1)
        return range(int(first // 1) - self.reach + 1, int(last // 1) + self.reach + 1)

    def widened(self, outputs: range) -> range:
        """All outputs that come of the work that ``outputs`` need."""
        if self._grid is None:
            return outputs
        blocks = self._blocks(self._grid, outputs)
        return range(self._lead + blocks.start * self._grid.out_hop, self._lead + blocks.stop * self._grid.out_hop)

    def render(self, source: Block, outputs: range) -> Block:
        """``outputs`` from ``source``, which is their whole :meth:`span`; float32 ``(channels, len(outputs))``."""
        if self._copies:
            return source
        if self._grid is not None and self._shaping is not None:
            whole = _by_frequencies(self._grid, self._shaping, source)
            begin = (outputs.start - self._lead) % self._grid.out_hop
            return whole[:, begin : begin + len(outputs)]
        return self._by_taps(source, outputs)

    def _blocks(self, grid: "_Grid", outputs: range) -> range:
        return range((outputs.start - self._lead) // grid.out_hop, (outputs.stop - 1 - self._lead) // grid.out_hop + 1)

    def _by_taps(self, source: Block, outputs: range) -> Block:
        # All positions over one denominator, so that whole part and phase are exact integers.
        origin, step = self.origin, self.step
        denominator = math.lcm(origin.denominator, step.denominator)
        begin = int(origin * denominator) + outputs.start * int(step * denominator)
        base = int((origin + outputs.start * step) // 1)
        begin -= base * denominator
        positions = begin + np.arange(len(outputs), dtype=np.int64) * int(step * denominator)
        whole, phase = np.divmod(positions, denominator)
        table, rows = _phase_table(float(step), self.reach, denominator)
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
    """Blocks of source samples, one every ``hop``, with ``margin`` more at either end, which belongs to its neighbours.

    Both are whole numbers of output samples too: ``out_hop`` and ``out_margin``.
    """

    hop: int
    margin: int
    out_hop: int
    out_margin: int

    @property
    def length(self) -> int:
        return self.hop + 2 * self.margin

    @property
    def out_length(self) -> int:
        return self.out_hop + 2 * self.out_margin


@lru_cache(maxsize=32)
def _grid(step: Fraction, reach: int) -> _Grid:
    unit, out_unit = step.numerator, step.denominator
    margin = -(-(reach + math.ceil(step)) // unit)
    # A filter that reaches far needs long blocks, or most of each would be margin.
    hop = max(1, round(max(GRID, 8 * reach) / unit))
    return _Grid(hop * unit, margin * unit, hop * out_unit, margin * out_unit)


@lru_cache(maxsize=32)
def _response(step: Fraction, grid: _Grid, reach: int) -> npt.NDArray[np.float64]:
    """The filter at the frequencies from 0 up that both rates can hold, and the scale of the other length.

    The half of the lower rate itself, where nothing passes, is left out.
    """
    kernel = np.zeros(grid.length * KERNEL_STEPS)
    at = np.arange(-reach * KERNEL_STEPS, reach * KERNEL_STEPS + 1)
    kernel[at] = _kernel(at / KERNEL_STEPS, float(step), reach)
    response = np.fft.rfft(kernel).real[: (min(grid.length, grid.out_length) + 1) // 2]
    return np.asarray(response / response[0] / float(step))


def _shaping(grid: _Grid, response: npt.NDArray[np.float64], offset: Fraction) -> Spectrum:
    """What a block's spectrum is multiplied by, from the lowest frequency below 0 to the highest above: ``response``, and everything
    moves to the left by ``offset`` source samples.
    """
    turn = 2j * np.pi * float(offset) / grid.length
    above = (response * np.exp(turn * np.arange(len(response)))).astype(np.complex64)
    return np.concatenate([np.conj(above[:0:-1]), above])


def _by_frequencies(grid: _Grid, shaping: Spectrum, source: Block) -> Block:
    # Left and right are the two parts of one complex number: half the transforms, and quicker ones, for numpy's real transforms have no
    # short way for the sevens in 44,100. What either side gets of the other is what float32 rounds: 130 dB down.
    pairs = _as_pairs(source)
    n_blocks = (len(pairs) - 2 * grid.margin) // grid.hop
    blocks: Spectrum = np.ndarray((n_blocks, grid.length), np.complex64, pairs, strides=(grid.hop * pairs.itemsize, pairs.itemsize))
    spectra = np.fft.fft(blocks)
    shaped = np.zeros((n_blocks, grid.out_length), np.complex64)
    below = len(shaping) // 2
    np.multiply(spectra[:, : below + 1], shaping[below:], out=shaped[:, : below + 1])
    np.multiply(spectra[:, -below:], shaping[:below], out=shaped[:, -below:])
    rendered = np.fft.ifft(shaped)[:, grid.out_margin : grid.out_margin + grid.out_hop]
    return _as_channels(np.asarray(rendered, np.complex64), source.shape[0])


def _as_pairs(source: Block) -> Spectrum:
    """``(n_samples,)``: the two channels as one complex number; copied only where they do not lie side by side."""
    if source.shape[0] == 2:
        pairs: Spectrum = np.ascontiguousarray(source.T).view(np.complex64).reshape(-1)
        return pairs
    return np.asarray(source[0], np.complex64)


def _as_channels(pairs: Spectrum, channels: int) -> Block:
    """The first ``channels`` of two; they lie side by side."""
    sides: Block = pairs.reshape(-1).view(np.float32).reshape(-1, 2).T
    return sides[:channels]


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
