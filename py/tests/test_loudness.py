"""Loudness, against the cases of EBU Tech 3341."""

import numpy as np
import pytest

from gran_worker.loudness import LoudnessMeter
from gran_worker.ports import Block
from tests.fakes import noise, sine


def loudness(sound: Block, rate_hz: int = 48_000, block: int = 48_000) -> float | None:
    meter = LoudnessMeter(rate_hz, sound.shape[0])
    for start in range(0, sound.shape[1], block):
        meter.push(sound[:, start : start + block])
    return meter.integrated_lufs()


def tone(*parts: tuple[float, float], rate_hz: int = 48_000) -> Block:
    """Seconds at dBFS, one after the other."""
    return np.concatenate([sine(1000, seconds, rate_hz, level=10 ** (db / 20)) for seconds, db in parts], axis=1)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("db", [-23.0, -33.0])
def test_a_steady_tone(db: float, rate_hz: int) -> None:
    assert loudness(tone((20, db), rate_hz=rate_hz), rate_hz) == pytest.approx(db, abs=0.1)


@pytest.mark.parametrize(
    "parts",
    [
        ((10, -36), (60, -23), (10, -36)),
        ((10, -72), (10, -36), (60, -23), (10, -36), (10, -72)),
        ((20, -26), (20.1, -20), (20, -26)),
    ],
)
def test_quiet_parts_do_not_count(parts: tuple[tuple[float, float], ...]) -> None:
    assert loudness(tone(*parts)) == pytest.approx(-23, abs=0.1)


def test_one_channel_has_half_the_power() -> None:
    both = loudness(tone((5, -20)))
    assert both is not None
    assert loudness(tone((5, -20))[:1]) == pytest.approx(both - 3.01, abs=0.01)


def test_low_notes_count_less() -> None:
    low = loudness(sine(30, 5, level=0.1))
    assert low is not None
    assert low < -28


def test_silence_has_no_loudness() -> None:
    assert loudness(np.zeros((2, 96_000), np.float32)) is None
    assert loudness(noise(0.3)) is None


def test_blocks_do_not_matter() -> None:
    sound = noise(7)
    assert loudness(sound, block=4_801) == pytest.approx(loudness(sound), abs=1e-6)
