"""Pictures that are copied: the same frames as if they were encoded, begun and ended where decoders can."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gran_worker.groups import CHUNK
from gran_worker.plan import Way
from gran_worker.ports import Coding
from gran_worker.timing import FrameRate
from tests.builders import SECOND_US, WireDict, clip, text, track
from tests.fakes import FOREVER_S, FakeMedia, FakeSource, FakeStudio, Picture, Trouble, coded_source, video_source
from tests.films import Film, film, plan_of
from tests.loop import run

SEA = coded_source(seconds=4, b_frames=2)
PICTURE_OF_SEA = SEA.probe.video
assert PICTURE_OF_SEA is not None


def shot(from_us: int = 0, *, frames: int = 60, **fields: object) -> WireDict:
    return clip(source="sea", source_start_us=from_us, **{"duration_us": round(frames * SECOND_US / 30), **fields})  # type: ignore[arg-type]


def frame_us(index: int) -> int:
    return FrameRate(30).start_us(index)


async def of(source: FakeSource, *items: WireDict, **fields: object) -> Film:
    return await film(track(*items), sources={"sea": source}, **{"codec": "vp9", **fields})


def copied(made: Film) -> list[int]:
    """Output frames that went into the file as they were."""
    return [index for index, picture in enumerate(made.output.pictures) if picture.copied]


def way(source: FakeSource, item: WireDict, **fields: object) -> Way:
    plan = plan_of(track(item), sources={"sea": source}, **{"codec": "vp9", **fields})
    (stretch,) = plan.stretches
    return stretch.way


async def test_a_clip_from_key_frame_to_key_frame_is_copied_whole() -> None:
    made = await of(SEA, shot(SECOND_US))
    assert copied(made) == list(range(60))
    assert made.output.numbers == list(range(30, 90))
    assert made.media.decoded == []
    assert made.warnings == []
    assert made.meter is not None
    assert made.meter.copied_frames == 60


async def test_before_the_first_key_frame_and_after_the_last_whole_group_frames_are_encoded() -> None:
    made = await of(SEA, shot(frame_us(20), frames=62))
    assert made.output.numbers == list(range(20, 82))
    # Source frames 30 to 80: with two B-frames each, 79, 80 and 81 come as one, and 81 is the last.
    assert copied(made) == list(range(10, 62))
    cut_short = await of(SEA, shot(frame_us(20), frames=61))
    assert cut_short.output.numbers == list(range(20, 81))
    assert copied(cut_short) == list(range(10, 59))
    assert cut_short.warnings == []
    # What is decoded is what is encoded, and the little that a decoder runs ahead.
    assert {number for _, number in cut_short.media.decoded} <= {*range(19, 31), 79, 80, 81}


async def test_a_clip_without_a_key_frame_is_encoded() -> None:
    assert copied(await of(SEA, shot(frame_us(5), frames=20))) == []


async def test_where_something_lies_over_it_a_clip_is_drawn_and_copied_again_from_the_next_key_frame() -> None:
    title = text(start_us=frame_us(40), duration_us=frame_us(10))
    made = await film(track(title), track(shot(frames=120)), sources={"sea": SEA}, codec="vp9")
    assert [top if isinstance(top, str | None) else top[1] for top in made.output.shown][:40] == list(range(40))
    # Up to 39 copied; under the title drawn; from there to the key frame at 60 encoded.
    straight = [index for index, picture in enumerate(made.output.pictures) if picture.straight]
    assert copied(made) == [*range(40), *range(60, 120)]
    assert straight == list(range(50, 60))


async def test_two_clips_of_one_file_are_both_copied() -> None:
    second = shot(SECOND_US * 3, frames=30, clip_id="d", start_us=SECOND_US)
    made = await of(SEA, shot(0, frames=30), second)
    assert made.output.numbers == [*range(30), *range(90, 120)]
    assert copied(made) == list(range(60))


async def test_past_its_end_a_source_holds_its_last_frame() -> None:
    made = await of(SEA, shot(SECOND_US * 3, frames=40))
    assert made.output.numbers == [*range(90, 120), *[119] * 10]
    assert copied(made) == list(range(30))


@settings(max_examples=120, deadline=None)
@given(
    group=st.integers(1, 2 * CHUNK),
    b_frames=st.integers(0, 4),
    start=st.integers(0, 200),
    off_us=st.integers(-16_000, 16_000),
    frames=st.integers(1, 300),
    tick_us=st.sampled_from([1000.0, 1_000_000 / 90_000]),
)
def test_the_frames_are_those_of_an_export_that_encodes(
    group: int, b_frames: int, start: int, off_us: int, frames: int, tick_us: float
) -> None:
    source = coded_source(seconds=15, group=group, b_frames=b_frames, tick_us=tick_us)
    item = shot(max(0, frame_us(start) + off_us), frames=frames)
    made = run(of(source, item))
    assert made.output.numbers == run(of(source, item, copy="never")).output.numbers
    entries = [index for index in range(frames) if made.output.numbers[index] in range(0, 450, group)]
    if entries and entries[0] < frames - b_frames - 1:
        assert copied(made), "what could be copied was"


@settings(max_examples=60, deadline=None)
@given(
    gaps=st.lists(st.integers(5_000, 120_000), min_size=40, max_size=120),
    entries=st.sets(st.integers(1, 100), min_size=1, max_size=20),
    frames=st.integers(1, 100),
)
def test_frames_of_any_source_are_those_of_an_export_that_encodes(gaps: list[int], entries: set[int], frames: int) -> None:
    pts_us = [sum(gaps[:count]) for count in range(len(gaps))]
    plain = video_source(pts_us=pts_us, coding=Coding("vp09.00.10.08", 1_000_000))
    source = replace(plain, coded=tuple((number, number == 0 or number in entries) for number in range(len(pts_us))))
    item = shot(0, frames=frames)
    assert run(of(source, item)).output.numbers == run(of(source, item, copy="never")).output.numbers


@settings(max_examples=40, deadline=None)
@given(start=st.integers(0, 60), first=st.integers(1, 40), covered=st.integers(1, 20))
def test_a_clip_that_is_copied_and_then_drawn_over_shows_the_same_frames(start: int, first: int, covered: int) -> None:
    title = text(start_us=frame_us(first), duration_us=frame_us(covered))

    async def numbers(**fields: object) -> list[int | None]:
        made = await film(track(title), track(shot(frame_us(start), frames=60)), sources={"sea": SEA}, codec="vp9", **fields)
        return [picture.layers[0][1] if isinstance(picture.layers[0], tuple) else None for picture in made.output.pictures]

    assert run(numbers()) == run(numbers(copy="never"))


async def test_frames_that_come_unevenly_are_encoded_again_and_that_is_told_once() -> None:
    pts_us = [frame_us(index) + (20_000 if 35 <= index < 55 and index % 2 else 0) for index in range(120)]
    source = replace(SEA, pts_us=tuple(pts_us))
    made = await of(source, shot(frames=110))
    assert set(range(35)) - set(copied(made)) <= {33, 34, 35}
    assert set(range(60, 108)) <= set(copied(made))
    (told,) = made.warnings
    assert (told.code, told.clip_id) == ("encoded-again", "c1")
    assert "at 0:01." in told.message
    assert made.output.numbers == (await of(source, shot(frames=110), copy="never")).output.numbers


async def test_groups_longer_than_the_time_between_key_frames_that_was_asked_for_are_not_copied() -> None:
    assert copied(await of(SEA, shot(), keyFrameIntervalMs=1000)) == list(range(60))
    assert copied(await of(SEA, shot(), keyFrameIntervalMs=900)) == []
    assert copied(await of(coded_source(seconds=4, group=120), shot())) == list(range(60)), "nobody asked"


async def test_a_source_that_the_file_cannot_take_goes_straight() -> None:
    studio = FakeStudio(FakeMedia())
    studio.output.refused = {"sea"}
    made = Film(track(shot()), sources={"sea": SEA}, studio=studio, codec="vp9")
    await made.export()
    assert made.output.pictures == [Picture((("sea", number),), straight=True) for number in range(60)]


@pytest.mark.parametrize(
    "fields",
    [
        {"copy": "never"},
        {"quality": 0.5},
        {"bitrateMode": "constant"},
        {"alpha": True},
        {"codec": "vp8"},
        {"codec": "vp09.00.31.08"},
        {"bitrate": 600_000},
        {"fps": 25},
        {"fps": 29.97},
    ],
)
def test_what_was_asked_for_comes_before_copying(fields: WireDict) -> None:
    assert way(SEA, shot()) is Way.COPY
    assert way(SEA, shot(), **fields) is not Way.COPY


@pytest.mark.parametrize("touch", [{"speed": 0.5}, {"freezeFrameSourceUs": 1000}, {"opacity": 0.5}])
def test_a_touched_clip_is_not_copied(touch: WireDict) -> None:
    assert way(SEA, shot(**touch)) is not Way.COPY


@pytest.mark.parametrize(
    ("codec", "asked", "copies"),
    [
        ("avc1.64001f", "avc", True),
        ("avc1.64001f", "avc1.640028", True),
        ("avc1.64001f", "avc1.64001e", False),
        ("avc1.64001f", "avc1.42e028", False),
        ("vp8", "vp8", True),
        ("av01.0.04M.08", "av1", True),
        ("hvc1.1.6.L93.B0", "hevc", False),
    ],
)
def test_a_whole_codec_string_asks_for_a_profile_and_a_highest_level(codec: str, asked: str, copies: bool) -> None:
    source = coded_source(seconds=4, codec=codec)
    container = "mkv" if codec == "vp8" else "mp4"
    assert (way(source, shot(), codec=asked, container=container) is Way.COPY) is copies


@pytest.mark.parametrize(
    ("codec", "copies"),
    [("vp09.00.10.08", True), ("vp09.02.10.10", False), ("vp9", False), ("av01.0.04M.08", True), ("av01.0.04M.10", False), ("vp8", True)],
)
def test_where_decoders_give_rgb_the_codec_string_has_to_tell_of_8_bits(codec: str, copies: bool) -> None:
    source = coded_source(seconds=4, codec=codec, planar=False)
    container = "mkv" if codec == "vp8" else "mp4"
    assert way(source, shot(), codec=codec.split(".")[0].replace("vp09", "vp9").replace("av01", "av1"), container=container) is (
        Way.COPY if copies else Way.CANVAS
    )


async def test_where_decoders_give_rgb_what_is_not_copied_is_drawn() -> None:
    cut = shot(frame_us(20), frames=62)
    made = await of(replace(SEA, probe=replace(SEA.probe, video=replace(PICTURE_OF_SEA, planar=False))), cut)
    assert copied(made) == list(range(10, 62))
    assert [index for index, picture in enumerate(made.output.pictures) if picture.straight] == []
    assert made.output.shown[:10] == [("sea", number) for number in range(20, 30)]


def test_h264_is_not_copied_into_matroska() -> None:
    source = coded_source(seconds=4, codec="avc1.64001f")
    assert way(source, shot(), codec="avc", container="mkv") is Way.STRAIGHT


async def test_cancelled_while_copying_everything_is_closed() -> None:
    studio = FakeStudio(FakeMedia(troubles={"packet sea 40": Trouble(delay_s=FOREVER_S)}))
    made = Film(track(shot(frames=120)), sources={"sea": SEA}, studio=studio, codec="vp9")
    task = asyncio.create_task(made.export())
    await asyncio.sleep(100)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert studio.is_tidy
