"""Which moment it is, and which frame is next."""

from fractions import Fraction

import pytest

from gran_worker.preview.pace import JUMP_US, FrameChoice, Pace, frame_at
from gran_worker.timing import FrameRate

RATES = [FrameRate(24), FrameRate(25), FrameRate(30), FrameRate(30_000, 1001), FrameRate(60_000, 1001), FrameRate(120)]
THIRTY = FrameRate(30)


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_a_frame_shows_from_its_start_to_the_next(rate: FrameRate) -> None:
    for index in range(0, 4000, 7):
        start_us = rate.start_us(index)
        assert frame_at(rate, start_us) == frame_at(rate, start_us + 1) == frame_at(rate, rate.start_us(index + 1) - 2) == index
        assert frame_at(rate, max(0, start_us - 1)) == index, "an editor rounds"


def test_the_film_stands_until_it_is_started() -> None:
    pace = Pace(1_000_000, Fraction(1))
    assert pace.at_us(5.0) == 1_000_000
    assert pace.seconds_until(1_000_001, 5.0) == float("inf")
    pace.start(10.0)
    assert pace.at_us(12.5) == 3_500_000
    assert pace.seconds_until(4_500_000, 12.5) == pytest.approx(1.0)
    assert pace.seconds_until(3_000_000, 12.5) == 0


@pytest.mark.parametrize("speed", [Fraction(1, 4), Fraction(2), Fraction(8), Fraction(-1), Fraction(-4)])
def test_any_speed_and_direction(speed: Fraction) -> None:
    pace = Pace(10_000_000, speed)
    pace.start(0.0)
    there_us = pace.at_us(0.5)
    assert there_us == 10_000_000 + speed * 500_000
    assert pace.seconds_until(there_us, 0.0) == pytest.approx(0.5)


@pytest.mark.parametrize("speed", [Fraction(1), Fraction(-1)])
def test_it_never_goes_back_for_a_report_that_is_a_little_behind(speed: Fraction) -> None:
    pace = Pace(10_000_000, speed)
    pace.start(0.0)
    there_us = pace.at_us(1.0)
    pace.hear(there_us - round(speed * (JUMP_US - 1000)), 1.0)
    assert pace.at_us(1.0) == there_us
    assert pace.at_us(1.002) == there_us
    assert (pace.at_us(1.1) - there_us) * speed > 0


def test_the_speaker_is_the_master() -> None:
    """It says 48,000 samples a second, a thousandth slower than our clock."""
    pace = Pace(0, Fraction(1))
    for report in range(1, 500):
        at_s = report * 0.02
        pace.hear(round(at_s * 999_000), at_s)
    assert abs(pace.at_us(10.0) - 9_990_000) < 1000


def test_reports_that_come_in_bursts_move_it_evenly() -> None:
    pace = Pace(0, Fraction(1))
    seen = []
    for burst in range(200):
        for part in range(4):
            pace.hear(burst * 40_000 + part * 10_000, burst * 0.04 + part * 0.0001)
        seen += [pace.at_us(burst * 0.04 + step * 0.01) for step in range(1, 4)]
    steps = [after - before for before, after in zip(seen[60:], seen[61:], strict=False)]
    assert min(steps) >= 0, "never back"
    assert max(steps) < 40_000


def test_sound_that_stops_stops_the_film() -> None:
    pace = Pace(0, Fraction(1))
    pace.hear(1_000_000, 1.0)
    for report in range(1, 20):
        pace.hear(1_000_000, 1.0 + report * 0.02)
    assert pace.at_us(1.4) <= 1_000_000 + JUMP_US + 25_000


def test_who_keeps_up_leaves_nothing_out() -> None:
    pace, choice = Pace(0, Fraction(1)), FrameChoice(THIRTY, 0, Fraction(1))
    pace.start(0.0)
    now_s = 0.0
    for expected in range(1, 100):
        assert choice.next(pace, now_s) == expected
        choice.took(0.02)
        now_s = THIRTY.start_us(expected) / 1e6  # shown on time
    assert choice.dropped == 0


@pytest.mark.parametrize("cost_s", [0.05, 0.1, 0.3])
def test_who_is_too_slow_leaves_out_and_stays_on_time(cost_s: float) -> None:
    pace, choice = Pace(0, Fraction(1)), FrameChoice(THIRTY, 0, Fraction(1))
    pace.start(0.0)
    now_s, shown, late_us = 0.0, 0, []
    for _ in range(60):
        index = choice.next(pace, now_s)
        assert index > shown
        choice.took(cost_s)
        now_s = max(now_s + cost_s, THIRTY.start_us(index) / 1e6)
        late_us.append(now_s * 1e6 - THIRTY.start_us(index))
        shown = index
    assert max(late_us[20:]) <= 2 * THIRTY.duration_us(0)
    assert choice.dropped == shown - 60


def test_at_eight_times_the_speed_every_eighth_frame_is_enough() -> None:
    pace, choice = Pace(0, Fraction(8)), FrameChoice(THIRTY, 0, Fraction(8))
    pace.start(0.0)
    shown = []
    for picture in range(1, 20):
        shown.append(choice.next(pace, (picture - 1) / 30))
        choice.took(0.01)
    assert shown[:3] == [8, 16, 24]
    assert choice.dropped == 0


def test_backwards_it_counts_down() -> None:
    pace, choice = Pace(2_000_000, Fraction(-1)), FrameChoice(THIRTY, 60, Fraction(-1))
    pace.start(0.0)
    assert [choice.next(pace, 0.0), choice.next(pace, 0.02)] == [59, 58]
    assert choice.next(pace, 0.5) == 45
    assert choice.dropped == 12
