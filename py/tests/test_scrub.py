"""Frames in any order: the same that an export shows, from few decoders and few frames."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.preview.scrub import IDLE_READERS, WINDOW, ReaderPool, ScrubReader
from gran_worker.reader import FrameReader
from gran_worker.shown import Layer
from gran_worker.timing import FrameRate
from tests.builders import clip, track
from tests.fakes import NOTHING_LEFT, FakeMedia, FakeSource, Trouble, image_source, video_source
from tests.films import plan_of
from tests.loop import run

FPS = FrameRate(30)


def layer_of(item: dict[str, object], source: FakeSource) -> Layer:
    (layer,) = plan_of(track(item), sources={"beach.mp4": source}).stretches[0].layers
    assert isinstance(layer, Layer)
    return layer


async def in_export(layer: Layer, source: FakeSource, indexes: list[int]) -> list[int | None]:
    """What an export shows at each of them."""
    media = FakeMedia({"beach.mp4": source})
    shown = {}
    reader = FrameReader(media, layer, FPS.start_us(layer.frames[0]), FPS.start_us(layer.frames[-1]), lambda _after: None)
    for index in layer.frames:
        frame = await reader.at(FPS.start_us(index))
        shown[index] = frame and frame.number
    await reader.aclose()
    return [shown[index] for index in indexes]


async def scrubbed(layer: Layer, media: FakeMedia, indexes: list[int]) -> list[int | None]:
    reader = ScrubReader(media, layer)
    numbers: list[int | None] = []
    for index in indexes:
        frame = await reader.at(FPS.start_us(index))
        numbers.append(frame and frame.number)
        assert media.open_frames <= WINDOW + 1
        assert media.open_iterators <= 1
    await reader.aclose()
    await media.close()
    assert media.left_open == NOTHING_LEFT
    return numbers


SOURCES = st.sampled_from(
    [
        video_source(30, seconds=4),
        video_source(FrameRate(24_000, 1001), seconds=4, tick_us=1000),
        video_source(60, seconds=3, start_us=80_000),
        video_source(seconds=2, start_us=400_000),
        video_source(pts_us=[0, 10_000, 500_000, 520_000, 1_900_000, 2_000_000]),
    ]
)
ITEMS = st.sampled_from(
    [
        clip(seconds=3),
        clip(seconds=3, source_start_us=700_000, speed=0.5),
        clip(seconds=1.2, speed=2.5),
        clip(seconds=2, freezeFrameSourceUs=600_000),
    ]
)


async def test_a_first_frame_that_comes_a_little_late_is_held_early() -> None:
    late = video_source(start_us=80_000)
    assert await scrubbed(layer_of(clip(duration_us=33_333), late), FakeMedia({"beach.mp4": late}), [0]) == [0]


@given(SOURCES, ITEMS, st.lists(st.integers(0, 89), min_size=1, max_size=40))
def test_in_whatever_order_the_frames_are_those_of_the_export(source: FakeSource, item: dict[str, object], wanted: list[int]) -> None:
    async def compare() -> None:
        layer = layer_of(item, source)
        indexes = [layer.frames.start + index % len(layer.frames) for index in wanted]
        assert await scrubbed(layer, FakeMedia({"beach.mp4": source}), indexes) == await in_export(layer, source, indexes)

    run(compare())


async def test_forwards_each_frame_is_decoded_once() -> None:
    media = FakeMedia({"beach.mp4": video_source(seconds=3)})
    layer = layer_of(clip(seconds=2), media.sources["beach.mp4"])
    assert await scrubbed(layer, media, list(range(60))) == list(range(60))
    assert len(media.seen) == 1
    assert len(media.decoded) <= 62


async def test_backwards_frames_come_by_the_windowful() -> None:
    media = FakeMedia({"beach.mp4": video_source(seconds=3)})
    layer = layer_of(clip(seconds=2), media.sources["beach.mp4"])
    assert await scrubbed(layer, media, list(range(59, -1, -1))) == list(range(59, -1, -1))
    assert len(media.seen) <= 2 + 60 // (WINDOW - 1)


async def test_a_step_back_decodes_nothing() -> None:
    media = FakeMedia({"beach.mp4": video_source(seconds=3)})
    layer = layer_of(clip(seconds=2), media.sources["beach.mp4"])
    assert await scrubbed(layer, media, [10, 11, 12, 11, 12]) == [10, 11, 12, 11, 12]
    assert len(media.seen) == 1


async def test_a_jump_begins_anew_and_does_not_decode_all_that_lies_between() -> None:
    media = FakeMedia({"beach.mp4": video_source(seconds=60)})
    layer = layer_of(clip(seconds=60), media.sources["beach.mp4"])
    assert await scrubbed(layer, media, [0, 1500, 3, 1700]) == [0, 1500, 3, 1700]
    assert len(media.decoded) < 20


async def test_a_still_is_decoded_once() -> None:
    media = FakeMedia({"beach.mp4": image_source()})
    layer = layer_of(clip(seconds=2, isImage=True), media.sources["beach.mp4"])
    assert await scrubbed(layer, media, [5, 0, 30]) == [0, 0, 0]
    assert len(media.decoded) == 1


async def test_after_a_failure_it_can_begin_again() -> None:
    trouble = Trouble(ValueError("broken"))
    media = FakeMedia({"beach.mp4": video_source(seconds=2)}, troubles={"frame beach.mp4 12": trouble})
    reader = ScrubReader(media, layer_of(clip(seconds=2), media.sources["beach.mp4"]))
    assert await reader.at(FPS.start_us(10)) is not None
    with pytest.raises(ValueError, match="broken"):
        await reader.at(FPS.start_us(14))
    media.troubles.clear()
    frame = await reader.at(FPS.start_us(14))
    assert frame is not None
    assert frame.pts_us == FPS.start_us(14)
    await reader.aclose()
    assert (media.open_frames, media.open_iterators) == (0, 0)


async def test_hours_of_scrubbing_leave_nothing_behind() -> None:
    paths = [f"{number}.mp4" for number in range(12)]
    media = FakeMedia({path: video_source(seconds=2) for path in paths})
    tracks = track(*(clip(path, source=path, start_us=at * 2_000_000, seconds=2) for at, path in enumerate(paths)))
    plan = plan_of(tracks, sources=media.sources)
    pool = ReaderPool(media)
    for turn in range(2000):
        stretch = plan.stretches[turn * 7 % len(plan.stretches)]
        (layer,) = stretch.layers
        assert isinstance(layer, Layer)
        await pool.take(layer).at(FPS.start_us(stretch.frames[turn * 31 % len(stretch.frames)]))
        await pool.trim(1)
        assert pool.n_readers <= 1 + IDLE_READERS
        assert media.open_iterators <= 1 + IDLE_READERS
        assert media.open_frames == pool.n_frames <= (1 + IDLE_READERS) * (WINDOW + 1)
    await pool.aclose()
    assert (media.open_frames, media.open_iterators, pool.n_readers) == (0, 0, 0)


async def test_a_source_that_changed_is_forgotten() -> None:
    media = FakeMedia({"beach.mp4": video_source(seconds=2)})
    layer = layer_of(clip(seconds=2), media.sources["beach.mp4"])
    pool = ReaderPool(media)
    await pool.take(layer).at(0)
    assert pool.knows(layer)
    await pool.forget("beach.mp4")
    assert not pool.knows(layer)
    assert media.open_frames == 0


def test_speed_is_part_of_the_way() -> None:
    source = video_source(seconds=3)
    slow, fast = (layer_of(clip(seconds=1, speed=speed), source) for speed in (0.5, 2))
    assert slow.walk.speed == Fraction(1, 2)
    pool = ReaderPool(FakeMedia({"beach.mp4": source}))
    assert pool.take(slow) is not pool.take(fast)
    assert pool.take(slow) is pool.take(slow)
