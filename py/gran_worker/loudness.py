"""Loudness of a mix: ITU-R BS.1770-4, integrated, gated."""

import numpy as np
import numpy.typing as npt

from gran_worker.ports import Block

STEPS_PER_S = 10
STEPS_PER_BLOCK = 4
"""Gating blocks of 400 ms, each 100 ms after the one before."""
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
OFFSET_DB = -0.691

SETTLED_S = 0.5
"""Of the sound before that the K-weighting still hears: its high-pass at 38 Hz has forgotten everything by then."""

Power = npt.NDArray[np.float64]


class LoudnessMeter:
    """Takes a mix block by block; ``integrated_lufs`` at the end. Memory: ten numbers a second."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._rate_hz = rate_hz
        self._before: Block = np.zeros((channels, round(rate_hz * SETTLED_S)), np.float32)
        self._steps: list[float] = []
        self._seen = 0
        self._held: Power = np.zeros(0)

    def push(self, block: Block) -> None:
        heard = np.concatenate([self._before, block], axis=1)
        weighted = k_weighted(heard, self._rate_hz)[:, self._before.shape[1] :]
        self._before = heard[:, -self._before.shape[1] :]
        # Left and right weigh the same.
        self._held = np.concatenate([self._held, np.square(weighted).sum(axis=0)])
        while len(self._held) >= (length := self._step_length()):
            self._steps.append(float(self._held[:length].mean()))
            self._held = self._held[length:]

    def integrated_lufs(self) -> float | None:
        """None where nothing is loud enough to have a loudness."""
        if len(self._steps) < STEPS_PER_BLOCK:
            return None
        powers = np.convolve(self._steps, np.full(STEPS_PER_BLOCK, 1 / STEPS_PER_BLOCK), "valid")
        for gate_lufs in (ABSOLUTE_GATE_LUFS, None):
            if gate_lufs is None:
                gate_lufs = _lufs(float(powers.mean())) + RELATIVE_GATE_LU
            powers = powers[powers > 10 ** ((gate_lufs - OFFSET_DB) / 10)]
            if not len(powers):
                return None
        return _lufs(float(powers.mean()))

    def _step_length(self) -> int:
        at = len(self._steps)
        return (at + 1) * self._rate_hz // STEPS_PER_S - at * self._rate_hz // STEPS_PER_S


def k_weighted(sound: Block, rate_hz: int) -> npt.NDArray[np.float64]:
    """``sound`` as the ear weighs it; float64 of the same shape. Filtered by its spectrum: numpy has no recursive filters."""
    n_samples = sound.shape[1]
    size = 1 << (n_samples + round(rate_hz * SETTLED_S)).bit_length()
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    response = np.ones(len(z), np.complex128)
    for numerator, denominator in _k_filters(rate_hz):
        response *= np.polyval(numerator[::-1], z) / np.polyval(denominator[::-1], z)
    return np.fft.irfft(np.fft.rfft(sound.astype(np.float64), size, axis=1) * response, size, axis=1)[:, :n_samples]


def _k_filters(rate_hz: int) -> list[tuple[list[float], list[float]]]:
    """The two filters of BS.1770 at any rate, as polynomials in 1/z.

    The recommendation gives coefficients for 48 kHz; these are the analogue filters behind them (the constants are those of
    libebur128), which give the same figures there.
    """
    k, q = np.tan(np.pi * 1681.974450955533 / rate_hz), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    shelf = (
        [high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k],
        [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k],
    )
    k, q = np.tan(np.pi * 38.13547087602444 / rate_hz), 0.5003270373238773
    norm = 1 + k / q + k * k
    # The recommendation leaves the numerator of the high-pass as it is.
    high_pass = ([norm, -2 * norm, norm], [norm, 2 * (k * k - 1), 1 - k / q + k * k])
    return [shelf, high_pass]


def _lufs(power: float) -> float:
    return OFFSET_DB + 10 * float(np.log10(power))
