"""The one limiter at the end of the mix: looks ahead, and lets no peak through, between the samples either.

Gain is decided once per hop of ``HOP`` samples, on a grid that begins at the output's sample 0, and runs straight between the edges
of the hops. So what comes out does not depend on the blocks in which the sound came in. Sound that needs no limiting keeps every bit.
"""

import numpy as np
import numpy.typing as npt

from gran_worker.ports import Block

HOP = 64
LOOK_AHEAD = 4
"""Hops over which gain comes down before a peak: 5 ms at 48 kHz."""
RELEASE_S = 0.1
CEILING = 1.0
ALL_BUT_ONE = 1 - 1e-6
HARD_WORK = 10 ** (-3 / 20)
"""Gain below which a person should know."""

OVERSAMPLED = 4
TAPS = 24
"""Per phase. ITU-R BS.1770-4, annex 2, measures true peaks with 4 phases of 12."""
KAISER_BETA = 6.0
SAFE = 0.5
"""No peak between samples is twice as high as the samples around it, in sound that comes out of a converter."""
MARGIN = TAPS // 2

Gains = npt.NDArray[np.float64]


class Limiter:
    """Takes the mix block by block and gives it back, ``delay`` samples later at most, with no sample moved in time."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._rate_hz = rate_hz
        self._release = 1 - float(np.exp(-HOP / (rate_hz * RELEASE_S)))
        # Hop -1, silent, is only looked at by the filter and never put out.
        self._held: Block = np.zeros((channels, HOP), np.float32)
        self._next_hop = 0
        """The first of those held that is still to be put out, after the one before it."""
        self._needs: Gains = np.ones(0)
        self._edge: float | None = None
        """Gain where the first hop held begins, once that is decided."""
        self.hard_at: int | None = None
        """The first output sample at which gain was below :data:`HARD_WORK`."""
        self.lowest = 1.0

    def push(self, block: Block) -> Block:
        """What is ready after ``block``: a whole number of hops."""
        self._held = np.concatenate([self._held, block], axis=1)
        hops = self._held.shape[1] // HOP - 1
        # The last whole hop cannot be judged before the filter can look past it.
        self._judge(hops - 1)
        return self._put_out(len(self._needs) - LOOK_AHEAD - 1)

    def flush(self) -> Block:
        """The rest."""
        left = self._held.shape[1] - HOP
        hops = -(-left // HOP)
        silent = np.zeros((self._held.shape[0], (hops + LOOK_AHEAD + 3) * HOP - left), np.float32)
        self._held = np.concatenate([self._held, silent], axis=1)
        self._judge(hops + LOOK_AHEAD + 1)
        return self._put_out(hops)[:, :left]

    def _judge(self, n_hops: int) -> None:
        """Finds the gain that each of the first ``n_hops`` held hops needs."""
        known = len(self._needs)
        if n_hops <= known:
            return
        part = self._held[:, (known + 1) * HOP - MARGIN : (n_hops + 1) * HOP + MARGIN]
        needs = np.ones(n_hops - known)
        if max(part.max(), -part.min()) > SAFE:
            needs = np.minimum(1.0, CEILING / np.maximum(true_peaks(part, n_hops - known), 1e-9))
        self._needs = np.concatenate([self._needs, needs])

    def _put_out(self, n_hops: int) -> Block:
        """The first ``n_hops`` held hops, limited."""
        if n_hops <= 0:
            return np.zeros((self._held.shape[0], 0), np.float32)
        needs = self._needs
        sound = self._held[:, HOP : (n_hops + 1) * HOP]
        if self._edge in (None, 1.0) and needs[: n_hops + LOOK_AHEAD + 1].min() == 1.0:
            limited = sound
            self._edge = 1.0
        else:
            edges = self._edges(n_hops)
            self._note(edges)
            ramp = np.arange(HOP) / HOP
            gain = edges[:-1, None] + (edges[1:] - edges[:-1])[:, None] * ramp
            limited = (sound * gain.ravel()).astype(np.float32)
            np.clip(limited, -CEILING, CEILING, out=limited)  # a float32 may round up
            self._edge = float(edges[-1])
        self._next_hop += n_hops
        self._held = self._held[:, n_hops * HOP :]
        self._needs = needs[n_hops:]
        return limited

    def _edges(self, n_hops: int) -> Gains:
        """Gain at the ``n_hops + 1`` edges of the first hops held. The first edge is known already."""
        needs = self._needs
        # An edge serves the hops on both its sides.
        at_edges = np.minimum(needs, np.concatenate([[1.0], needs[:-1]]))
        lowered = np.ones(n_hops + 1)
        for ahead in range(LOOK_AHEAD + 1):
            needed = at_edges[ahead : ahead + n_hops + 1]
            lowered = np.minimum(lowered, needed + (1 - needed) * ahead / (LOOK_AHEAD + 1))
        edges = [float(lowered[0]) if self._edge is None else self._edge]
        # The release feeds on itself, so it goes edge by edge: 750 a second, and only where something was too loud.
        for limit in lowered[1:].tolist():
            gain = edges[-1] + (1 - edges[-1]) * self._release
            edges.append(min(limit, gain if gain < ALL_BUT_ONE else 1.0))
        return np.array(edges)

    def _note(self, edges: Gains) -> None:
        self.lowest = min(self.lowest, float(edges.min()))
        hard = np.flatnonzero(edges < HARD_WORK)
        if self.hard_at is None and len(hard):
            self.hard_at = (self._next_hop + int(hard[0])) * HOP


def true_peaks(sound: Block, n_hops: int) -> Gains:
    """The highest level of any channel in each hop, between samples too. ``sound`` has ``MARGIN`` samples more on either side."""
    inner = sound[:, MARGIN : MARGIN + n_hops * HOP]
    highest: Gains = np.abs(inner).max(axis=0).reshape(n_hops, HOP).max(axis=1).astype(np.float64)
    loud = np.flatnonzero(highest > SAFE)
    if len(loud):
        first, end = int(loud[0]), int(loud[-1]) + 1
        part = sound[:, first * HOP : end * HOP + 2 * MARGIN]
        length = (end - first) * HOP
        for taps in _PHASES:
            # Tap by tap, not as a convolution: each sum is then formed in the same order, whatever block it comes in.
            between = np.zeros((part.shape[0], length), np.float32)
            for at, tap in enumerate(taps, start=1):
                between += part[:, at : at + length] * tap
            peaks = np.abs(between).max(axis=0).reshape(-1, HOP).max(axis=1)
            highest[loud] = np.maximum(highest[loud], peaks[loud - first])
    return highest


def _phases() -> list[npt.NDArray[np.float32]]:
    """Interpolation filters for the moments between a sample, at tap ``TAPS / 2 - 1``, and the next."""
    filters = []
    for phase in range(1, OVERSAMPLED):
        offsets = np.arange(TAPS) - (TAPS / 2 - 1) - phase / OVERSAMPLED
        taps = np.sinc(offsets) * np.i0(KAISER_BETA * np.sqrt(1 - (offsets / (TAPS / 2)) ** 2))
        filters.append((taps / taps.sum()).astype(np.float32))
    return filters


_PHASES = _phases()
