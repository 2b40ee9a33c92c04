"""Sums of voices, against arithmetic in float64."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.mixer import mix, shaped, to_stereo
from gran_worker.ports import Block
from gran_worker.voices import Fade, Voice
from tests.fakes import dbfs, noise

N = 4800
ALL = range(N)
HALF_POWER = 10 ** (-3.0103 / 20)


def voice(
    clip_id: str = "a",
    *,
    gains: tuple[float, ...] = (1.0, 1.0),
    balances: tuple[float, ...] = (0.0, 0.0),
    fades: tuple[Fade, ...] = (),
    samples: range = ALL,
) -> Voice:
    return Voice(clip_id, clip_id, clip_id, "path", samples, Fraction(0), Fraction(1), 48_000, gains, balances, fades)


def ones(n: int = N, level: float = 1.0) -> Block:
    return np.full((2, n), level, np.float32)


def channel(channels: int, which: int) -> Block:
    """Full scale in one channel, silence in the others."""
    block = np.zeros((channels, 8), np.float32)
    block[which] = 1.0
    return block


def test_a_lone_voice_passes_bit_for_bit() -> None:
    sound = noise(0.1)
    assert np.array_equal(mix([(voice(), ALL, sound)], ALL, 2), sound)


def test_nobody_is_silence() -> None:
    assert not mix([], range(48_000, 48_100), 2).any()
    assert mix([], range(48_000, 48_100), 1).shape == (1, 100)


def test_a_voice_sounds_where_it_is_heard_and_nowhere_else() -> None:
    mixed = mix([(voice(), range(1010, 1020), ones(10))], range(1000, 1100), 2)
    assert mixed[0].nonzero()[0].tolist() == list(range(10, 20))


def test_loud_sums_are_left_for_the_limiter() -> None:
    plus, minus = ones(level=0.75), ones(level=-0.75)
    mixed = mix([(voice("a"), ALL, plus), (voice("b"), ALL, plus), (voice("c"), ALL, minus)], ALL, 2)
    assert np.array_equal(mixed, plus)
    assert np.array_equal(mix([(voice("a"), ALL, plus), (voice("b"), ALL, plus)], ALL, 2), ones(level=1.5))


def test_crossing_sounds_keep_their_power() -> None:
    going, coming = Fade(range(1000), 0, 300, crossing=True), Fade(range(700, 2000), 300, 0, crossing=True)
    both = range(700, 1000)
    out, into = (shaped(voice(fades=(fade,)), both, ones(300))[0].astype(np.float64) for fade in (going, coming))
    assert np.allclose(out**2 + into**2, 1, atol=1e-6)
    assert (out[0], into[0]) == (1, 0)


def test_gains_of_clip_and_track_multiply() -> None:
    sound = noise(0.1)
    exact = sound.astype(np.float64) * 0.3 * 1.7
    assert dbfs(shaped(voice(gains=(0.3, 1.7)), ALL, sound) - exact) <= -120


@pytest.mark.parametrize(
    ("balances", "left", "right"),
    [
        ((0.0, 0.0), 1, 1),
        ((-1.0, 0.0), 1, 0),
        ((1.0, 0.0), 0, 1),
        ((0.0, 0.5), 0.5, 1),
        ((-0.25, 0.0), 1, 0.75),
        ((0.5, -0.5), 0.5, 0.5),
        ((0.5, 0.5), 0.25, 1),
    ],
)
def test_balance_turns_the_far_side_down_and_never_the_near_side_up(balances: tuple[float, float], left: float, right: float) -> None:
    sides = shaped(voice(balances=balances), ALL, ones())
    assert (sides[0].max(), sides[1].max()) == (left, right)


def test_fades_are_sample_accurate() -> None:
    fade = Fade(range(100, 1100), fade_in=10, fade_out=20)
    faded = shaped(voice(fades=(fade,)), range(100, 1100), ones(1000))[0]
    assert faded[:12].tolist() == pytest.approx([n / 10 for n in range(10)] + [1, 1])
    assert faded[-22:].tolist() == pytest.approx([1, 1] + [n / 20 for n in range(20, 0, -1)])


def test_fades_gains_and_balances_match_float64() -> None:
    sound = noise(0.1, seed=4)
    fades = (Fade(range(-300, N - 100), 700, 900), Fade(range(-5000, N + 40), 6000, 2400))
    exact = sound.astype(np.float64) * 0.7 * 1.31
    exact[1] *= 1 - 0.35
    exact[0] *= 1 - 0.2
    index = np.arange(N, dtype=np.float64)
    for fade in fades:
        exact *= np.clip((index - fade.extent.start) / fade.fade_in, 0, 1)
        exact *= np.clip((fade.extent.stop - index) / fade.fade_out, 0, 1)
    ours = shaped(voice(gains=(0.7, 1.31), balances=(-0.35, 0.2), fades=fades), ALL, sound)
    assert dbfs(ours - exact) <= -120


def test_fades_that_overlap_multiply() -> None:
    fade = Fade(range(100), fade_in=100, fade_out=100)
    middle = shaped(voice(fades=(fade,)), range(100), ones(100))[0, 50]
    assert middle == pytest.approx(0.25)


@given(st.lists(st.integers(1, N - 1), min_size=1, max_size=5))
def test_blocks_of_any_size_give_the_same_bits(cuts: list[int]) -> None:
    sound = noise(0.1, seed=2)
    faded = voice(gains=(0.9, 1.1), fades=(Fade(range(-7, N + 9), 1234, 2345), Fade(range(-100, 2 * N), 500, 7000)))
    whole = mix([(faded, ALL, sound)], ALL, 2)
    edges = sorted({0, *cuts, N})
    parts = [mix([(faded, range(a, b), sound[:, a:b])], range(a, b), 2) for a, b in zip(edges, edges[1:], strict=False)]
    assert np.array_equal(np.concatenate(parts, axis=1), whole)


@pytest.mark.parametrize(
    ("channels", "which", "left", "right"),
    [
        (1, 0, 1, 1),
        (2, 0, 1, 0),
        (2, 1, 0, 1),
        (3, 2, HALF_POWER, HALF_POWER),
        (4, 2, HALF_POWER, 0),
        (4, 3, 0, HALF_POWER),
        (5, 2, HALF_POWER, HALF_POWER),
        (5, 3, HALF_POWER, 0),
        (6, 0, 1, 0),
        (6, 1, 0, 1),
        (6, 2, HALF_POWER, HALF_POWER),
        (6, 3, 0, 0),
        (6, 4, HALF_POWER, 0),
        (6, 5, 0, HALF_POWER),
        (7, 2, HALF_POWER, HALF_POWER),
        (7, 3, 0, 0),
        (7, 4, 0.5, 0.5),
        (7, 5, HALF_POWER, 0),
        (7, 6, 0, HALF_POWER),
        (8, 2, HALF_POWER, HALF_POWER),
        (8, 3, 0, 0),
        (8, 4, HALF_POWER, 0),
        (8, 5, 0, HALF_POWER),
        (8, 6, HALF_POWER, 0),
        (8, 7, 0, HALF_POWER),
    ],
)
def test_surround_comes_down_by_bs_775(channels: int, which: int, left: float, right: float) -> None:
    sides = to_stereo(channel(channels, which))
    assert sides.shape == (2, 8)
    assert sides.dtype == np.float32
    assert sides[:, 0].tolist() == pytest.approx([left, right], abs=1e-4)


def test_unknown_layouts_keep_their_front() -> None:
    assert np.array_equal(to_stereo(channel(12, 1)), channel(2, 1))


def test_a_mono_file_is_the_mean_of_both_sides() -> None:
    sound = noise(0.1)
    mono = mix([(voice(), ALL, sound)], ALL, 1)
    assert mono.shape == (1, N)
    assert np.allclose(mono[0], sound.mean(axis=0), atol=1e-7)
    alike = np.repeat(sound[:1], 2, axis=0)
    assert np.array_equal(mix([(voice(), ALL, alike)], ALL, 1), sound[:1])
