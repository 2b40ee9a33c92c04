"""Where the time went."""

import pytest

from gran_worker.messages import Telemetry
from gran_worker.telemetry import Meter, Place
from tests.fakes import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def meter(clock: ManualClock) -> Meter:
    return Meter(clock)


def test_time_is_charged_to_the_stage_it_passes_in(clock: ManualClock, meter: Meter) -> None:
    with meter.stage("open"):
        clock.advance(1)
    clock.advance(5)
    with meter.stage("encode"):
        clock.advance(2)
    assert {stage: seconds for stage, seconds in meter.seconds.items() if seconds} == {"open": 1, "encode": 2}


def test_time_is_charged_to_the_innermost_stage(clock: ManualClock, meter: Meter) -> None:
    with meter.stage("encode"):
        clock.advance(1)
        with meter.stage("decode"):
            clock.advance(10)
        clock.advance(2)
    assert (meter.seconds["encode"], meter.seconds["decode"]) == (3, 10)


def test_a_running_stage_is_charged_when_asked(clock: ManualClock, meter: Meter) -> None:
    with meter.stage("decode"):
        clock.advance(3)
        meter.settle()
        assert meter.seconds["decode"] == 3
        clock.advance(1)
    assert meter.seconds["decode"] == 4


def test_the_place_is_what_is_being_waited_for(meter: Meter) -> None:
    assert meter.place is None
    with meter.stage("decode", "c1", "“Sunset” (c1)", 500_000):
        assert meter.place == Place("decode", "c1", "“Sunset” (c1)", 500_000)
    assert meter.place is None


def test_what_failed_stays_the_place(meter: Meter) -> None:
    with pytest.raises(ValueError), meter.stage("decode", "c1"):  # noqa: PT011 - any will do
        raise ValueError
    assert meter.place == Place("decode", "c1")


def test_finishing_a_stage_is_a_sign_of_life_and_staying_in_it_is_not(clock: ManualClock, meter: Meter) -> None:
    born_s = meter.alive_s
    with meter.stage("encode"):
        clock.advance(7)
        meter.settle()
        assert meter.alive_s == born_s
    assert meter.alive_s == clock.now_s
    clock.advance(1)
    meter.alive()
    assert meter.alive_s == clock.now_s


def test_queues_keep_their_high_water_mark(meter: Meter) -> None:
    for depth in (1, 4, 2):
        meter.note_high_water("encode", depth)
    assert meter.high_water == {"encode": 4}


def test_a_reading_is_a_message(clock: ManualClock, meter: Meter) -> None:
    with meter.stage("encode"):
        clock.advance(2)
    clock.advance(2)
    meter.frames_done, meter.dropped_frames, meter.repeated_frames, meter.bytes_written = 120, 3, 4, 5000
    meter.frames_total, meter.film_us = 1200, 48_000_000
    reading = Telemetry.of(meter)
    assert reading.elapsed_seconds == 4
    assert (reading.encode_fps, reading.times_real_time) == (30, 1.2)
    assert (reading.stages["encode"].seconds, reading.stages["encode"].share) == (2, 0.5)
    assert (reading.dropped_frames, reading.repeated_frames, reading.bytes_written) == (3, 4, 5000)


def test_a_reading_before_any_time_has_passed_is_all_zeroes(meter: Meter) -> None:
    reading = Telemetry.of(meter)
    assert (reading.encode_fps, reading.times_real_time) == (0, 0)
