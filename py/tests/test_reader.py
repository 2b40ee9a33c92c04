"""Which source frame shows."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.reader import FrameReader
from gran_worker.shown import Layer
from gran_worker.timing import FrameRate
from tests.builders import clip, track
from tests.fakes import NOTHING_LEFT, FakeMedia, FakeSource, Trouble, image_source, video_source
from tests.films import plan_of
from tests.loop import run

MATROSKA_TICK_US = 1000.0
RATES = [
    FrameRate(24_000, 1001),
    FrameRate(24),
    FrameRate(25),
    FrameRate(30_000, 1001),
    FrameRate(30),
    FrameRate(50),
    FrameRate(60_000, 1001),
    FrameRate(60),
]


def pair(rate: FrameRate) -> list[int]:
    return [rate.num, rate.den]


def once(after_us: int | None) -> None:
    raise AssertionError(f"a second decoder after {after_us} µs")


def layer_of(item: dict[str, object], source: FakeSource, rate: FrameRate) -> Layer:
    (layer,) = plan_of(track(item), sources={"beach.mp4": source}, fps=pair(rate)).stretches[0].layers
    return layer


async def numbers(
    item: dict[str, object], source: FakeSource, rate: FrameRate | int = 30, *, frames: range | None = None
) -> list[int | None]:
    """Numbers of the source frames that show at each output frame of a clip that starts at 0."""
    rate = rate if isinstance(rate, FrameRate) else FrameRate(rate)
    media = FakeMedia({"beach.mp4": source})
    layer = layer_of(item, source, rate)
    asked = frames or layer.frames
    reader = FrameReader(media, layer, rate.start_us(asked[0]), rate.start_us(asked[-1]), once)
    shown = [await reader.at(rate.start_us(index)) for index in asked]
    told = [frame and frame.number for frame in shown]
    await reader.aclose()
    await media.close()
    assert media.left_open == NOTHING_LEFT
    assert media.peak_frames <= 2
    return told


@pytest.mark.parametrize("tick_us", [1_000_000 / 90_000, 1_000_000 / 600, MATROSKA_TICK_US, 1_000_000 / 57_600])
@pytest.mark.parametrize("rate", RATES, ids=str)
async def test_equal_rates_show_every_frame_once_whatever_the_container_rounds(rate: FrameRate, tick_us: float) -> None:
    source = video_source(rate, seconds=5, tick_us=tick_us)
    assert await numbers(clip(seconds=4), source, rate) == list(range(rate.count(4_000_000)))


async def test_milliseconds_and_no_tolerance_would_lose_every_third_frame() -> None:
    # 33.333 ms is stored as 33, 66.667 as 67: at 66.667 ms frame 2 has not begun yet, to the letter.
    source = video_source(30, tick_us=MATROSKA_TICK_US)
    assert source.pts_us[:4] == (0, 33_000, 67_000, 100_000)
    assert await numbers(clip(seconds=0.1), source) == [0, 1, 2]


@pytest.mark.parametrize(("source_rate", "rate"), list(product(RATES, RATES)), ids=lambda rate: str(rate))
async def test_any_rate_on_any_rate_shows_the_last_frame_that_has_begun(source_rate: FrameRate, rate: FrameRate) -> None:
    model = [int(Fraction(i) / rate.fraction * source_rate.fraction) for i in range(rate.count(3_000_000))]
    assert await numbers(clip(seconds=3), video_source(source_rate, seconds=4), rate) == model


@pytest.mark.parametrize("speed", [0.1, 0.5, 1.001, 1.1, 2, 10])
async def test_speed_is_the_fraction_that_its_decimals_say(speed: float) -> None:
    exact = Fraction(str(speed))
    item = clip(seconds=2, speed=speed, sourceRange={"startUs": 0, "durationUs": int(2_000_000 * exact)})
    model = [int(Fraction(i, 25) * exact * 25) for i in range(50)]
    assert await numbers(item, video_source(25, seconds=21), 25) == model


async def test_a_clip_starts_at_its_source_range() -> None:
    item = clip(seconds=0.2, source_start_us=1_000_000)
    assert await numbers(item, video_source(30)) == [30, 31, 32, 33, 34, 35]


async def test_source_time_between_two_frames_shows_the_earlier() -> None:
    item = clip(seconds=0.1, source_start_us=20_000)
    assert await numbers(item, video_source(30)) == [0, 1, 2]


async def test_past_the_end_of_the_source_the_last_frame_holds() -> None:
    assert await numbers(clip(seconds=0.4), video_source(30, seconds=0.2)) == [0, 1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5]


@pytest.mark.parametrize("tick_us", [1_000_000 / 90_000, MATROSKA_TICK_US])
async def test_past_the_end_of_the_source_range_its_last_frame_holds(tick_us: float) -> None:
    # Frame 3 begins where the range ends: it is not part of it, give or take a tick.
    item = clip(seconds=0.2, sourceRange={"startUs": 0, "durationUs": 100_000})
    assert await numbers(item, video_source(30, tick_us=tick_us)) == [0, 1, 2, 2, 2, 2]


async def test_a_range_of_one_frame_holds_it() -> None:
    item = clip(seconds=0.1, sourceRange={"startUs": 66_667, "durationUs": 33_333})
    assert await numbers(item, video_source(30)) == [2, 2, 2]


async def test_a_freeze_shows_one_frame_and_decodes_one() -> None:
    source = video_source(30)
    item = clip(seconds=0.2, freezeFrameSourceUs=500_000)
    assert await numbers(item, source) == [15] * 6
    media = FakeMedia({"beach.mp4": source})
    reader = FrameReader(media, layer_of(item, source, FrameRate(30)), 0, 166_667, once)
    await reader.at(0)
    assert media.decoded == [("beach.mp4", 15)]
    await reader.aclose()


async def test_a_freeze_on_a_rounded_pts_shows_the_frame_that_starts_there() -> None:
    assert await numbers(clip(seconds=0.1, freezeFrameSourceUs=66_667), video_source(30, tick_us=MATROSKA_TICK_US)) == [2, 2, 2]


async def test_an_image_shows_for_as_long_as_it_is_there() -> None:
    item = clip(seconds=0.1, isImage=True)
    assert await numbers(item, image_source()) == [0, 0, 0]


async def test_a_range_shorter_than_a_tick_shows_its_first_frame() -> None:
    item = clip(seconds=0.1, source_start_us=1_000_000, sourceRange={"startUs": 1_000_000, "durationUs": 1})
    assert await numbers(item, video_source(30, tick_us=MATROSKA_TICK_US)) == [30, 30, 30]


@pytest.mark.parametrize(("begins_us", "first"), [(33_333, 0), (99_000, 0), (150_000, None)])
async def test_a_first_frame_that_comes_a_little_late_is_held_early(begins_us: int, first: int | None) -> None:
    shown = await numbers(clip(seconds=0.2), video_source(30, start_us=begins_us))
    assert shown[0] == first
    assert shown[-1] is not None


async def test_the_grace_is_a_source_frame_where_frames_are_long() -> None:
    assert (await numbers(clip(seconds=1), video_source(2, start_us=450_000)))[0] == 0


async def test_one_moment_before_a_late_first_frame_finds_it_too() -> None:
    assert await numbers(clip(seconds=0.2), video_source(30, start_us=80_000), frames=range(1)) == [0]


async def test_a_gap_in_the_source_holds_the_frame_before_it() -> None:
    source = video_source(30, pts_us=[0, 33_333, 10_000_000, 10_033_333])
    item = clip(seconds=10.2)
    shown = await numbers(item, source, 10)
    assert shown == [0] + [1] * 99 + [2, 3]


async def test_of_two_frames_with_one_pts_the_later_shows() -> None:
    assert await numbers(clip(seconds=0.1), video_source(30, pts_us=[0, 33_333, 33_333, 66_667])) == [0, 2, 3]


@given(
    st.lists(st.integers(5_000, 500_000), min_size=1, max_size=40),
    st.integers(0, 400_000),
    st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(3, 2)]),
    st.sampled_from([24, 30, 60]),
)
def test_variable_rates_show_the_last_frame_that_has_begun(gaps: list[int], start_us: int, speed: Fraction, fps: int) -> None:
    pts_us = [sum(gaps[:i]) for i in range(len(gaps) + 1)]
    item = clip(seconds=1, source_start_us=start_us, speed=float(speed))
    item["sourceRange"]["durationUs"] = 5_000_000
    rate = FrameRate(fps)
    source = video_source(30, pts_us=pts_us, tick_us=0)
    shown = run(numbers(item, source, rate))
    for index, number in enumerate(shown):
        source_us = start_us + rate.start_us(index) * speed
        assert number is not None
        # Within the microsecond that rounding may cost.
        assert pts_us[number] <= source_us + 1
        assert number + 1 == len(pts_us) or pts_us[number + 1] >= source_us - 1


async def test_reading_a_part_shows_what_the_whole_shows() -> None:
    source, item = video_source(FrameRate(24_000, 1001), tick_us=MATROSKA_TICK_US), clip(seconds=3, source_start_us=123_456)
    whole = await numbers(item, source, 60)
    assert await numbers(item, source, 60, frames=range(77, 120)) == whole[77:120]


async def test_no_more_is_decoded_than_shows() -> None:
    media, source = FakeMedia(), video_source(30)
    media.sources["beach.mp4"] = source
    reader = FrameReader(media, layer_of(clip(seconds=1, source_start_us=2_000_000), source, FrameRate(30)), 0, 966_667, once)
    for index in range(30):
        await reader.at(FrameRate(30).start_us(index))
    await reader.aclose()
    assert [number for _, number in media.decoded] == list(range(60, 90))


async def test_repeated_and_dropped_frames_are_counted() -> None:
    media = FakeMedia({"beach.mp4": video_source(60)})
    reader = FrameReader(media, layer_of(clip(seconds=1), media.sources["beach.mp4"], FrameRate(30)), 0, 966_667, once)
    for us in (0, 33_333, 33_333, 66_667):
        await reader.at(us)
    await reader.aclose()
    assert (reader.repeated, reader.dropped) == (1, 2)


async def test_a_failing_decoder_leaves_nothing_open() -> None:
    source = video_source(30)
    media = FakeMedia({"beach.mp4": source}, troubles={"frame beach.mp4 3": Trouble(ValueError("broken"))})
    reader = FrameReader(media, layer_of(clip(), source, FrameRate(30)), 0, 966_667, once)
    with pytest.raises(ValueError, match="broken"):
        for index in range(30):
            await reader.at(FrameRate(30).start_us(index))
    await reader.aclose()
    assert (media.open_frames, media.open_iterators) == (0, 0)


async def test_a_reader_that_was_never_asked_opens_nothing() -> None:
    media, source = FakeMedia(), video_source(30)
    await FrameReader(media, layer_of(clip(), source, FrameRate(30)), 0, 966_667, once).aclose()
    assert media.seen == []
