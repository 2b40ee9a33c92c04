"""Exact time: frame times, their inverse, snapping, rates, samples."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.timing import FrameRate, TimeRange, clock_text, sample_index, sample_us, source_us

NTSC = [FrameRate(n * 1000, 1001) for n in (24, 30, 48, 60, 120)]
WHOLE = [FrameRate(n) for n in (1, 12, 24, 25, 30, 50, 60, 120, 240)]
rates = st.one_of(st.sampled_from(NTSC + WHOLE), st.builds(FrameRate, st.integers(1, 240_000), st.integers(1, 1001)))
times_us = st.integers(0, 4 * 3600 * 10**6)


@pytest.mark.parametrize(
    ("value", "num", "den"),
    [
        (25, 25, 1),
        (25.0, 25, 1),
        (29.97, 30000, 1001),
        (29.97002997, 30000, 1001),
        (23.976, 24000, 1001),
        (23.98, 24000, 1001),
        (59.94, 60000, 1001),
        (47.952, 48000, 1001),
        (119.88, 120000, 1001),
        (12.5, 25, 2),
        (0.1, 1, 10),
        ([30000, 1001], 30000, 1001),
        ((60, 2), 30, 1),
        ([30.0, 1.0], 30, 1),
        ([2997, 100], 2997, 100),
        ("30000/1001", 30000, 1001),
        ("24/1", 24, 1),
        (1e9, 10**9, 1),
    ],
)
def test_a_rate_is_read_as_the_exact_fraction_it_means(value: object, num: int, den: int) -> None:
    rate = FrameRate.parse(value)
    assert (rate.num, rate.den, rate.fraction) == (num, den, Fraction(num, den))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "more than 0"),
        (-25, "more than 0"),
        (-29.97, "more than 0"),
        ([0, 1], "more than 0"),
        ([30, 0], "more than 0"),
        ([30, -1], "more than 0"),
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (True, "must be a number"),
        (None, "must be a number"),
        ("29.97", "must be a number"),
        ("30000/1001/1", "must be a number"),
        ("٣/١", "must be a number"),
        ([30], "must be a number"),
        ([30.5, 1], "whole numbers"),
        ([True, 1], "whole numbers"),
        (["30", 1], "whole numbers"),
        ([1, 2**40], "denominator"),
        ({"fps": 30}, "must be a number"),
    ],
)
def test_nonsense_is_no_rate_and_says_why(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FrameRate.parse(value)


def test_a_rate_cannot_be_made_negative() -> None:
    with pytest.raises(ValueError, match="positive"):
        FrameRate(-1)
    with pytest.raises(ValueError, match="positive"):
        FrameRate(1, 0)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=0, exclude_min=True))
def test_any_positive_number_is_some_rate(value: float) -> None:
    assert FrameRate.parse(value).fraction > 0


@pytest.mark.parametrize(("rate", "text"), [(FrameRate(25), "25"), (NTSC[1], "29.97"), (NTSC[0], "23.976"), (FrameRate(25, 2), "12.5")])
def test_a_rate_is_shown_as_people_write_it(rate: FrameRate, text: str) -> None:
    assert str(rate) == text


def test_frames_start_where_the_fraction_says_rounded_half_up() -> None:
    assert [FrameRate(30).start_us(i) for i in range(4)] == [0, 33_333, 66_667, 100_000]
    assert [NTSC[1].start_us(i) for i in (1, 2, 30_000)] == [33_367, 66_733, 1_001_000_000]
    assert {NTSC[1].duration_us(i) for i in range(1000)} == {33_366, 33_367}
    assert FrameRate(64).start_us(1) == 15_625
    assert FrameRate(128).start_us(1) == 7_813  # 7812.5


@given(rates, st.integers(0, 2_000_000))
def test_a_frame_lasts_until_the_next(rate: FrameRate, index: int) -> None:
    assert rate.start_us(index) + rate.duration_us(index) == rate.start_us(index + 1)


@given(rates, times_us)
def test_the_first_frame_at_a_time_is_the_exact_inverse(rate: FrameRate, us: int) -> None:
    index = rate.first_index_at(us)
    assert rate.start_us(index) >= us
    assert index == 0 or rate.start_us(index - 1) < us


@given(rates, st.integers(0, 1_300_000))
def test_frame_to_time_and_back_is_the_same_frame(rate: FrameRate, index: int) -> None:
    assert rate.first_index_at(rate.start_us(index)) == index
    assert rate.first_index_at(rate.start_us(index) + 1) == index + 1


@given(rates, st.integers(2, 1_300_000), st.integers(-1, 1))
def test_an_edge_within_a_microsecond_of_a_frame_is_on_it(rate: FrameRate, index: int, off_us: int) -> None:
    assert rate.first_index_at_snapped(rate.start_us(index) + off_us) == index
    assert rate.count(rate.start_us(index) + off_us) == index


@given(rates, st.integers(2, 1_300_000))
def test_two_microseconds_are_more_than_rounding(rate: FrameRate, index: int) -> None:
    assert rate.count(rate.start_us(index) + 2) == index + 1


def test_before_the_start_there_is_only_the_first_frame() -> None:
    assert FrameRate(30).first_index_at(-5_000_000) == 0
    assert FrameRate(30).count(0) == 0


@given(rates, times_us, times_us)
def test_abutting_clips_share_no_frame_and_miss_none(rate: FrameRate, a: int, b: int) -> None:
    first, second = sorted((a, b))
    frames = [*range(rate.first_index_at(first), rate.first_index_at(second))]
    assert all(first <= rate.start_us(i) < second for i in (frames[:1] + frames[-1:]))
    assert rate.start_us(rate.first_index_at(second)) >= second


def test_a_range_holds_its_start_and_not_its_end() -> None:
    span = TimeRange(10, 5)
    assert (span.end_us, span.contains(9), span.contains(10), span.contains(14), span.contains(15)) == (15, False, True, True, False)


@given(st.integers(8_000, 192_000), times_us, times_us)
def test_samples_of_abutting_clips_abut(rate_hz: int, a: int, b: int) -> None:
    first, second = sorted((a, b))
    assert sample_index(first, rate_hz) <= sample_index(second, rate_hz)
    assert sample_index(second, rate_hz) - sample_index(0, rate_hz) == sample_index(second, rate_hz)


@given(st.integers(8_000, 192_000), st.integers(0, 10**9))
def test_a_sample_is_found_again_at_its_own_time(rate_hz: int, index: int) -> None:
    assert sample_index(sample_us(index, rate_hz), rate_hz) == index


def test_source_time_is_exact() -> None:
    at = source_us(100_001, timeline_start_us=100_000, source_start_us=7, speed=Fraction("0.1"))
    assert at == Fraction(71, 10)


def test_a_moment_for_people() -> None:
    assert [clock_text(us) for us in (0, 4_250_000, 83_000_999)] == ["0:00.000", "0:04.250", "1:23.000"]
    assert [clock_text(us) for us in (3_599_999_999, 3_723_004_000)] == ["59:59.999", "1:02:03.004"]
