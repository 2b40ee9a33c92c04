"""How loud a sound is over its length: the least and the greatest sample in each bin, in one pass and a block's memory."""

import numpy as np
import numpy.typing as npt

from gran_worker.ports import Sound

Levels = npt.NDArray[np.float32]


class PeakMeter:
    """Bin ``b`` holds the samples from second ``b / per_second`` on. What no sample is given for is silent."""

    def __init__(self, rate_hz: int, per_second: int) -> None:
        self._rate_hz, self._per_second = rate_hz, per_second
        self._next_bin = 0
        """The first that is not given out yet."""
        self._low: Levels = np.zeros(0, np.float32)
        self._high: Levels = np.zeros(0, np.float32)
        """Of the bins from there on, as far as they are known."""

    def push(self, sound: Sound) -> None:
        """``sound`` does not begin before the one that was pushed last."""
        cut = max(0, self._edge(self._next_bin) - sound.first)
        first, block = sound.first + cut, sound.block[:, cut:]
        if block.shape[1] == 0:
            return
        begin = self._bin_of(first)
        end = self._bin_of(first + block.shape[1] - 1) + 1
        starts = np.array([max(first, self._edge(each)) - first for each in range(begin, end)])
        self._grow(end - self._next_bin)
        part = slice(begin - self._next_bin, end - self._next_bin)
        low, high = np.minimum.reduceat(block.min(axis=0), starts), np.maximum.reduceat(block.max(axis=0), starts)
        self._low[part] = np.minimum(self._low[part], low)
        self._high[part] = np.maximum(self._high[part], high)

    @property
    def n_whole(self) -> int:
        """Bins that no later sound can change."""
        return max(0, len(self._low) - 1)

    def take(self, n_bins: int) -> tuple[int, Levels, Levels]:
        """The next ``n_bins`` at most: the number of the first, the least and the greatest samples."""
        first = self._next_bin
        low, high = self._low[:n_bins], self._high[:n_bins]
        self._low, self._high = self._low[n_bins:], self._high[n_bins:]
        self._next_bin += len(low)
        return first, low, high

    def take_rest(self) -> tuple[int, Levels, Levels]:
        return self.take(len(self._low))

    def _grow(self, n_bins: int) -> None:
        """A wave is drawn about its middle line: 0 belongs to every bin."""
        more = np.zeros(max(0, n_bins - len(self._low)), np.float32)
        self._low, self._high = np.concatenate([self._low, more]), np.concatenate([self._high, more])

    def _edge(self, number: int) -> int:
        """The first sample of a bin."""
        return -(-number * self._rate_hz // self._per_second)

    def _bin_of(self, sample: int) -> int:
        return sample * self._per_second // self._rate_hz
