"""Sum of voices: gain, balance, fades, channel layouts. Blocks are float32 ``(channels, n_samples)``, full scale at 1.0."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gran_worker.ports import Block
from gran_worker.voices import Fade, Voice

HALF_POWER = np.float32(np.sqrt(0.5))
# ITU-R BS.775-3 table 2: centre and surrounds at -3 dB, LFE left out. Rows are left and right of the result; columns follow the
# WAVE order of the source: L R C LFE, then surrounds.
DOWNMIX: dict[int, npt.NDArray[np.float32]] = {
    3: np.array([[1, 0, HALF_POWER], [0, 1, HALF_POWER]], np.float32),
    4: np.array([[1, 0, HALF_POWER, 0], [0, 1, 0, HALF_POWER]], np.float32),
    5: np.array([[1, 0, HALF_POWER, HALF_POWER, 0], [0, 1, HALF_POWER, 0, HALF_POWER]], np.float32),
    6: np.array([[1, 0, HALF_POWER, 0, HALF_POWER, 0], [0, 1, HALF_POWER, 0, 0, HALF_POWER]], np.float32),
    # 6.1: a centre surround goes to both sides, at -3 dB for each of the two reasons.
    7: np.array([[1, 0, HALF_POWER, 0, 0.5, HALF_POWER, 0], [0, 1, HALF_POWER, 0, 0.5, 0, HALF_POWER]], np.float32),
    8: np.array(
        [
            [1, 0, HALF_POWER, 0, HALF_POWER, 0, HALF_POWER, 0],
            [0, 1, HALF_POWER, 0, 0, HALF_POWER, 0, HALF_POWER],
        ],
        np.float32,
    ),
}


def to_stereo(block: Block) -> Block:
    """Any layout as ``(2, n_samples)``. Mono goes to both sides at full level; unknown layouts keep their first two channels."""
    channels = block.shape[0]
    if channels == 2:
        return block
    if channels == 1:
        return np.repeat(block, 2, axis=0)
    matrix = DOWNMIX.get(channels)
    return block[:2] if matrix is None else matrix @ block


def mix(voices: Sequence[tuple[Voice, range, Block]], samples: range, channels: int) -> Block:
    """Sum of ``(voice, its output samples, its stereo sound)`` over output ``samples``, as ``(channels, n_samples)``.

    ``voices`` come in the order of their clip ids. The sum may be over full scale: what is done about that is done once, to all of it.
    """
    total = np.zeros((2, len(samples)), np.float32)
    for voice, heard, block in voices:
        start = heard.start - samples.start
        total[:, start : start + len(heard)] += shaped(voice, heard, block)
    if channels == 1:
        total = total.mean(axis=0, keepdims=True, dtype=np.float32)
    return total


def shaped(voice: Voice, heard: range, block: Block) -> Block:
    """``block`` (stereo, output samples ``heard``) with the voice's gains, balances and fades."""
    gain = np.full((2, 1), np.prod(voice.gains), np.float32)
    for balance in voice.balances:
        # Balance turns the far side down and never the near side up: no clipping by panning.
        gain *= np.array([[min(1.0, 1.0 - balance)], [min(1.0, 1.0 + balance)]], np.float32)
    for fade in voice.fades:
        if fade.fade_in or fade.fade_out:
            gain = gain * _envelope(fade, heard)
    return block * gain


def _envelope(fade: Fade, heard: range) -> Block:
    """Ramps, float32 ``(n_samples,)``: 0 at the first sample of the extent, 1 after ``fade_in`` of them, and back."""
    index = np.arange(heard.start, heard.stop, dtype=np.float64)
    level = np.ones(len(heard))
    for ramp in (
        (index - fade.extent.start) / fade.fade_in if fade.fade_in else None,
        (fade.extent.stop - index) / fade.fade_out if fade.fade_out else None,
    ):
        if ramp is not None:
            ramp = np.clip(ramp, 0, 1)
            level *= np.sin(np.pi / 2 * ramp) if fade.crossing else ramp
    return level.astype(np.float32)
