"""The limiter: nothing gets through, nothing else changes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gran_worker.limiter import CEILING, HOP, Limiter
from gran_worker.ports import Block
from tests.fakes import noise, sine

RATE = 48_000


def limited(sound: Block, *cuts: int) -> tuple[Block, Limiter]:
    limiter = Limiter(RATE, sound.shape[0])
    edges = [0, *cuts, sound.shape[1]]
    parts = [limiter.push(sound[:, a:b]) for a, b in zip(edges, edges[1:], strict=False)]
    parts.append(limiter.flush())
    return np.concatenate(parts, axis=1), limiter


def true_peak(sound: Block) -> float:
    """By spectrum, eight times oversampled: nothing of ours in it. The ends are faded, for a spectrum knows no ends."""
    size = sound.shape[1]
    fade = np.clip(np.minimum(np.arange(size), np.arange(size)[::-1]) / 2000, 0, 1)
    spectrum = np.fft.rfft(sound.astype(np.float64) * fade, axis=1)
    return float(np.abs(np.fft.irfft(spectrum, 8 * size, axis=1) * 8).max())


@pytest.mark.parametrize("n_samples", [0, 1, HOP - 1, HOP, HOP + 1, 5 * HOP, 4800, 100_001])
def test_quiet_sound_comes_back_bit_for_bit(n_samples: int) -> None:
    sound = noise(3, level=0.45)[:, :n_samples]
    out, limiter = limited(sound, n_samples // 3, n_samples // 2)
    assert np.array_equal(out, sound)
    assert (limiter.hard_at, limiter.lowest) == (None, 1.0)


def test_full_scale_is_not_too_loud() -> None:
    sound = sine(997, 0.5, level=0.999)
    assert np.array_equal(limited(sound)[0], sound)


@pytest.mark.parametrize("level", [1.2, 2.0, 8.0])
@pytest.mark.parametrize("hz", [50, 997, 6000, 11_025])
def test_no_peak_gets_through(hz: float, level: float) -> None:
    out, _ = limited(sine(hz, 1.0, level=level))
    assert np.abs(out).max() <= CEILING
    assert true_peak(out[:, 4800:-4800]) <= CEILING * 10 ** (0.1 / 20)
    assert np.abs(out[:, 4800:-4800]).max() > 0.6


def test_peaks_between_samples_count() -> None:
    # At a quarter of the rate, at 45 degrees: every sample is at 0.92, the wave at 1.3.
    sound = (1.3 * np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4)).astype(np.float32)[None, :]
    assert np.abs(sound).max() < 1
    out, _ = limited(sound)
    assert true_peak(out[:, 4800:-4800]) <= 1.01


def test_loud_noise_is_held() -> None:
    spectrum = np.fft.rfft(noise(2, level=4.0), axis=1)
    spectrum[:, round(spectrum.shape[1] * 20 / 24) :] = 0
    out, _ = limited(np.fft.irfft(spectrum, axis=1).astype(np.float32))
    assert np.abs(out).max() <= CEILING
    assert true_peak(out) <= CEILING * 10 ** (0.5 / 20)


def test_gain_comes_down_before_the_peak_and_back_after_it() -> None:
    sound = sine(1000, 1.0, level=0.4)
    sound[:, 24_000] = 2.0
    out, _ = limited(sound)
    assert abs(out[0, 24_000]) <= 1.0
    assert np.array_equal(out[:, : 24_000 - 6 * HOP], sound[:, : 24_000 - 6 * HOP])
    gain = np.abs(out[0]) / np.maximum(np.abs(sound[0]), 1e-9)

    def level(at: int) -> float:
        """Of the gain about there: the wave itself crosses 0."""
        return float(np.median(gain[at - 10 : at + 10]))

    down = [level(24_000 - hops * HOP) for hops in (5, 3, 2, 1)]
    assert down == sorted(down, reverse=True)
    assert down[0] > 0.95 and down[-1] < 0.7
    # A tenth of a second takes back two thirds of it: faster would be heard as pumping within a wave.
    assert level(24_000 + 480) < 0.6
    assert level(24_000 + 4800) == pytest.approx(1 - 0.5 * np.exp(-1), abs=0.03)
    later = slice(46_000, 48_000)
    assert np.abs(out[:, later] - sound[:, later]).max() < 0.01


def test_both_sides_are_turned_down_alike() -> None:
    sound = sine(1000, 0.5, level=0.5)
    sound[0] *= 4
    out, _ = limited(sound)
    assert np.allclose(out[0], 4 * out[1], atol=1e-6)


def test_loud_from_the_first_sample() -> None:
    out, _ = limited(np.full((1, 9000), 1.5, np.float32))
    assert np.abs(out).max() <= 1.0


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 40_000), max_size=6), st.integers(0, 5))
def test_blocks_of_any_size_give_the_same_bits(cuts: list[int], seed: int) -> None:
    swell = np.linspace(0.1, 3, 40_001, dtype=np.float32)
    sound = noise(1, seed=seed, level=0.8)[:, :40_001] * swell
    whole, _ = limited(sound)
    assert np.array_equal(limited(sound, *sorted(cuts))[0], whole)


def test_hard_work_is_noted_where_it_began() -> None:
    sound = sine(1000, 2.0, level=0.5)
    sound[:, 60_000:] *= 4
    _, limiter = limited(sound, 10_000, 60_100)
    assert limiter.hard_at is not None
    assert 60_000 - 6 * HOP <= limiter.hard_at <= 60_100
    assert limiter.lowest == pytest.approx(0.5, abs=0.02)


def test_light_work_is_not_noted() -> None:
    _, limiter = limited(sine(1000, 1.0, level=1.2))
    assert limiter.hard_at is None
    assert limiter.lowest < 1
