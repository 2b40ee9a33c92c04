"""How late an encoder's sound is: a chirp to send through it, and where the chirp is in what comes back."""

import numpy as np
import numpy.typing as npt

from gran_worker.ports import Block

CHIRP_AT_S, CHIRP_S, CHIRP_END_S = 0.2, 0.1, 0.5
LOW_HZ, HIGH_HZ = 300.0, 3000.0
"""Every rate can hold these and every codec keeps them."""
LEVEL = 0.5
ALIKE = 0.5
"""Correlation below which what came back is not the chirp."""


def chirp(rate_hz: int) -> npt.NDArray[np.float32]:
    """Silence, a rising tone, silence: float32 ``(n_samples,)``."""
    return np.asarray(_chirp(np.arange(round(rate_hz * CHIRP_END_S)) / rate_hz - CHIRP_AT_S), np.float32)


def lateness_s(heard: Block, rate_hz: int) -> float | None:
    """Seconds by which the chirp in ``heard`` (one channel, ``(n_samples,)``) is late, to half a sample; None where it is not there."""
    sought = _chirp(np.arange(round(rate_hz * CHIRP_S)) / rate_hz)
    size = 1 << (len(heard) + len(sought)).bit_length()
    found = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sought, size)), size)[: len(heard)]
    at = int(np.argmax(found))
    part = heard[at : at + len(sought)].astype(np.float64)
    power = float(np.sum(part**2) * np.sum(sought[: len(part)] ** 2))
    if power == 0 or found[at] < ALIKE * power**0.5:
        return None
    return at / rate_hz - CHIRP_AT_S


def _chirp(t_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    inside = (t_s >= 0) & (t_s < CHIRP_S)
    envelope = np.where(inside, np.sin(np.pi * t_s / CHIRP_S) ** 2, 0.0)
    return LEVEL * envelope * np.sin(2 * np.pi * (LOW_HZ + (HIGH_HZ - LOW_HZ) / (2 * CHIRP_S) * t_s) * t_s)
