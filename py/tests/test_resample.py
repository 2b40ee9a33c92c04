"""Sample rate conversion, measured with sines."""

import sys
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gran_worker.ports import Block
from gran_worker.resample import Resampler
from tests.fakes import noise, sine

RATES = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 96_000, 192_000)
HALF = Fraction(1, 2)


def resampled(source: Block, step: Fraction, outputs: range, origin: Fraction = Fraction(0)) -> Block:
    """``outputs`` of a source that is silent before and after itself."""
    resampler = Resampler(step, origin)
    span = resampler.span(outputs)
    needed = np.zeros((source.shape[0], len(span)), np.float32)
    first, end = max(span.start, 0), min(span.stop, source.shape[1])
    if first < end:
        needed[:, first - span.start : end - span.start] = source[:, first:end]
    return resampler.render(needed, outputs)


class Measured:
    """A tone after conversion: its level, and that of everything else, both in dB."""

    def __init__(self, hz: float, from_hz: int, to_hz: int, *, speed: Fraction = Fraction(1), origin: Fraction = Fraction(0)) -> None:
        step = speed * from_hz / to_hz
        outputs = range(to_hz // 10, to_hz // 10 + to_hz // 8)
        tone = sine(hz, float(speed) * 0.3, from_hz, level=1.0, channels=1)
        heard = resampled(tone, step, outputs, origin)[0].astype(np.float64)
        phase = 2 * np.pi * hz * (np.asarray(outputs) * float(step) + float(origin)) / from_hz
        ideal = np.stack([np.sin(phase), np.cos(phase)], axis=1)
        (in_phase, quadrature), *_ = np.linalg.lstsq(ideal, heard, rcond=None)
        level = np.hypot(in_phase, quadrature)
        self.gain_db = decibels(level)
        self.rest_db = decibels(np.sqrt(2 * np.mean((heard - ideal @ [in_phase, quadrature]) ** 2)) / level)
        self.delay_samples = abs(np.arctan2(quadrature, in_phase)) / (2 * np.pi * hz) * from_hz


def decibels(ratio: float | np.floating[npt.NBitBase]) -> float:
    return 20 * float(np.log10(max(float(ratio), 1e-12)))


@pytest.mark.parametrize("origin", [Fraction(0), Fraction(12_345, 10_000)])
@pytest.mark.parametrize("hz", [30, 1_000, 5_000, 10_000, 15_000, 18_000, 19_500])
def test_44100_to_48000_is_flat_and_clean(hz: int, origin: Fraction) -> None:
    tone = Measured(hz, 44_100, 48_000, origin=origin)
    assert abs(tone.gain_db) <= 0.1
    assert tone.rest_db <= -80
    assert tone.delay_samples < 0.001


@pytest.mark.parametrize("hz", [20_000, 21_000])
def test_images_stay_down_where_the_filter_rolls_off(hz: int) -> None:
    # Their images lie just above the source's half rate, where the filter is least steep.
    assert Measured(hz, 44_100, 48_000).rest_db + Measured(hz, 44_100, 48_000).gain_db <= -80


@pytest.mark.parametrize("from_hz", RATES)
@pytest.mark.parametrize("share", [0.02, 0.4, 0.81])
def test_any_rate_to_48000_is_flat_and_clean(from_hz: int, share: float) -> None:
    tone = Measured(share * min(from_hz, 48_000) / 2, from_hz, 48_000)
    assert abs(tone.gain_db) <= 0.1
    assert tone.rest_db <= -80


@pytest.mark.parametrize(
    ("from_hz", "to_hz", "hz"), [(96_000, 48_000, 26_000), (192_000, 48_000, 60_000), (48_000, 44_100, 23_500), (48_000, 8_000, 4_500)]
)
def test_what_the_lower_rate_cannot_hold_is_gone(from_hz: int, to_hz: int, hz: int) -> None:
    tone = sine(hz, 0.5, from_hz, level=1.0, channels=1)
    left = resampled(tone, Fraction(from_hz, to_hz), range(to_hz // 10, to_hz // 4))
    assert decibels(np.sqrt(2 * np.mean(left.astype(np.float64) ** 2))) <= -80


@pytest.mark.parametrize(
    "speed", [Fraction(1, 10), HALF, Fraction(1001, 1000), Fraction(12_345, 10_000), Fraction(9_999, 10_000), Fraction(2), Fraction(10)]
)
def test_speed_moves_the_pitch_and_nothing_else(speed: Fraction) -> None:
    hz = 0.5 * 24_000 / max(1, float(speed))
    tone = Measured(hz, 48_000, 48_000, speed=speed, origin=Fraction(1, 3))
    assert abs(tone.gain_db) <= 0.1
    assert tone.rest_db <= -80


@pytest.mark.parametrize("step", [Fraction(147, 160), Fraction(12_345, 10_000), Fraction(999_983, 1_000_000)])
def test_a_level_stays_a_level(step: Fraction) -> None:
    still = resampled(np.full((2, 4000), 0.5, np.float32), step, range(1000, 2000))
    assert np.abs(still - 0.5).max() < 1e-6


def test_a_whole_offset_at_equal_rates_changes_no_bit() -> None:
    source = noise(0.1)
    assert np.array_equal(resampled(source, Fraction(1), range(100, 900), Fraction(7)), source[:, 107:907])


def test_equal_rates_need_no_neighbours() -> None:
    assert Resampler(Fraction(1), Fraction(-5)).span(range(10, 20)) == range(5, 15)


@pytest.mark.parametrize("step", [Fraction(147, 160), Fraction(12_345, 10_000)])
def test_other_rates_need_as_much_on_either_side(step: Fraction) -> None:
    resampler = Resampler(step)
    # Output 400 000 lies on a source sample, and needs no more than that and the grid's two blocks.
    at = int(400_000 * step)
    span = resampler.span(range(400_000, 400_001))
    assert span.start <= at - resampler.reach + 1
    assert at + resampler.reach < span.stop
    assert len(span) <= 6000


@pytest.mark.skipif(sys.platform == "emscripten", reason="soxr has no build for Pyodide; CPython compares with it")
@pytest.mark.parametrize(("from_hz", "to_hz"), [(44_100, 48_000), (48_000, 44_100), (22_050, 48_000), (96_000, 48_000)])
def test_it_is_as_good_as_soxr(from_hz: int, to_hz: int) -> None:
    import soxr  # missing on CPython it is an error, not a skip

    source = noise(1, from_hz, channels=1)
    spectrum = np.fft.rfft(source[0])
    spectrum[round(0.82 * min(from_hz, to_hz) / from_hz * len(spectrum)) :] = 0
    source = np.fft.irfft(spectrum).astype(np.float32)[None, :]
    theirs = soxr.resample(source[0].astype(np.float64), from_hz, to_hz, quality="VHQ")
    middle = range(to_hz // 10, to_hz - to_hz // 10)
    ours = resampled(source, Fraction(from_hz, to_hz), middle)[0]
    level = np.sqrt(np.mean(np.square(theirs)))
    assert decibels(np.sqrt(np.mean(np.square(ours - theirs[middle.start : middle.stop]))) / level) <= -80


@pytest.mark.parametrize("step", [Fraction(147, 160), Fraction(2), Fraction(1, 2)])
def test_both_ways_to_the_filter_lead_to_the_same(step: Fraction) -> None:
    source = noise(0.3, channels=1)
    near = step + Fraction(1, 10**7)  # no simple ratio, and in 500 samples nowhere else
    assert near.denominator > 2048
    ours = resampled(source, step, range(1000, 1500), Fraction(1, 3))
    taps = resampled(source, near, range(1000, 1500), Fraction(1, 3) - 1250 * Fraction(1, 10**7))
    assert decibels(np.sqrt(np.mean(np.square(ours - taps)))) <= -70


@given(
    st.sampled_from([Fraction(147, 160), Fraction(160, 147), Fraction(2), Fraction(441, 160), Fraction(1001, 1000)]),
    st.fractions(-2000, 2000, max_denominator=10_000),
    st.lists(st.integers(1, 700), min_size=2, max_size=6),
)
def test_blocks_of_any_size_give_the_same_bits(step: Fraction, origin: Fraction, lengths: list[int]) -> None:
    source = noise(0.2, channels=1)
    whole = resampled(source, step, range(sum(lengths)), origin)
    edges = np.cumsum([0, *lengths]).tolist()
    parts = [resampled(source, step, range(first, end), origin) for first, end in zip(edges, edges[1:], strict=False)]
    assert np.array_equal(np.concatenate(parts, axis=1), whole)


@settings(max_examples=30)
@given(st.fractions(-100, 100, max_denominator=3000), st.integers(0, 5000))
def test_only_the_position_in_the_source_counts(origin: Fraction, shift: int) -> None:
    step, source = Fraction(147, 160), noise(0.1, channels=1)
    here = resampled(source, step, range(500, 600), origin)
    assert np.array_equal(resampled(source, step, range(500 + shift, 600 + shift), origin - shift * step), here)


def test_an_hour_in_the_position_is_as_exact_as_at_the_start() -> None:
    step, far = Fraction(147, 160), 3 * 3600 * 48_000
    source = noise(0.1, channels=1)
    origin = -far * step + Fraction(1, 3)
    assert np.array_equal(resampled(source, step, range(far, far + 500), origin), resampled(source, step, range(500), Fraction(1, 3)))


@pytest.mark.parametrize("step", [Fraction(147, 160), Fraction(2), Fraction(12_345, 10_000)])
def test_what_comes_of_the_same_work_is_what_each_would_be(step: Fraction) -> None:
    resampler, source = Resampler(step, Fraction(1, 3)), noise(0.4)
    few = range(5000, 5010)
    many = resampler.widened(few)
    assert many.start <= few.start and few.stop <= many.stop
    assert resampler.span(many) == resampler.span(few)
    whole = resampled(source, step, many, Fraction(1, 3))
    assert np.array_equal(whole[:, few.start - many.start :][:, : len(few)], resampled(source, step, few, Fraction(1, 3)))


@pytest.mark.parametrize("step", [Fraction(147, 160), Fraction(12_345, 10_000)])
def test_one_side_is_not_heard_on_the_other(step: Fraction) -> None:
    source = sine(1000, 0.2, 44_100, level=1.0)
    source[1] = 0
    left, right = resampled(source, step, range(500, 6000))
    assert decibels(np.abs(right).max() / np.abs(left).max()) <= -120
