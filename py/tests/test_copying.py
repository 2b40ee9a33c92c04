"""What is copied instead of encoded again: sound that is all of one clip's, and nothing that anybody touched."""

import asyncio

import pytest

from gran_worker.packets import opus_samples
from tests.builders import SECOND_US, WireDict, audio, background, clip, track, transition
from tests.fakes import FOREVER_S, SOUND_BLOCK, FakeMedia, FakePacket, FakeSource, FakeStudio, Trouble, packed_source
from tests.films import Film, film, sound_alone

SONG = packed_source(4)
SOURCES = {"song": SONG, "other": packed_source(4, name="other.m4a")}
START_US = 500_000
START = 24_000


def song(clip_id: str = "c", **fields: object) -> WireDict:
    return clip(clip_id, source="song", **{"source_start_us": START_US, "seconds": 2.0, **fields})  # type: ignore[arg-type]


async def of_sound(*items: WireDict, source: FakeSource = SONG, track_fields: WireDict | None = None, **fields: object) -> Film:
    """A film of one track of sound; ``fields`` are audio settings."""
    wanted = sound_alone(audio=audio(**{"codec": "aac", **fields}), container="mkv")
    return await film(track(*items, kind="audio", **track_fields or {}), sources={**SOURCES, "song": source}, wanted=wanted)


def copied(made: Film) -> bool:
    """One way or the other, and never both."""
    assert bool(made.output.packets) != bool(made.output.blocks)
    assert made.studio.is_tidy
    return bool(made.output.packets)


async def test_an_untouched_clip_keeps_its_packets() -> None:
    made = await of_sound(song())
    assert copied(made)
    assert made.media.heard == []
    assert made.studio.plan is not None
    passage = made.studio.plan.passage
    assert passage is not None
    assert (passage.first, passage.n_samples) == (START, 96_000)
    packets = made.output.packets
    # From one packet before the one that the first sample is in, to the one that the last is in.
    assert packets[0].first == START - passage.priming
    assert SOUND_BLOCK <= passage.priming < 2 * SOUND_BLOCK
    assert packets[-1].first < START + 96_000 <= packets[-1].first + SOUND_BLOCK
    assert packets == [FakePacket(first, SOUND_BLOCK) for first in range(packets[0].first, START + 96_000, SOUND_BLOCK)]


async def test_from_the_very_beginning_there_is_no_more_to_decode_first_than_the_file_has() -> None:
    made = await of_sound(song(source_start_us=0))
    assert made.output.packets[0] == FakePacket(-SOUND_BLOCK, SOUND_BLOCK)
    early = await of_sound(song(source_start_us=0), source=packed_source(4, first=0))
    assert early.studio.plan is not None
    assert early.studio.plan.passage is not None
    assert (early.output.packets[0].first, early.studio.plan.passage.priming) == (0, 0)


async def test_sound_and_picture_advance_together() -> None:
    made = await film(
        track(background(seconds=3)), track(song(seconds=3), kind="audio"), sources=SOURCES, audio=audio(codec="aac"), codec="avc"
    )
    assert copied(made)
    second = 48_000 // SOUND_BLOCK
    order = "".join(made.output.order)
    assert order.index("v") in range(second, second + 4)
    assert order.rindex("a") < len(order) - 1


@pytest.mark.parametrize(
    "touch",
    [
        {"audioGain": 0.5},
        {"audioBalance": 0.1},
        {"audioFadeInUs": 1000},
        {"audioFadeOutUs": 1000},
        {"transitionIn": transition("fade-to-black", 100_000)},
        {"speed": 2},
        {"start_us": 200_000},
    ],
)
async def test_a_touched_clip_is_mixed(touch: WireDict) -> None:
    assert not copied(await of_sound(song(**touch)))


@pytest.mark.parametrize("touch", [{"audioGain": 0.5}, {"audioBalance": -1}, {"audioFadeInUs": 1000}])
async def test_the_clip_of_a_touched_track_is_mixed(touch: WireDict) -> None:
    assert not copied(await of_sound(song(), track_fields=touch))


@pytest.mark.parametrize(
    "wanted",
    [
        {"copy": "never"},
        {"loudnessLufs": -14},
        {"codec": "opus"},
        {"sampleRate": 44_100},
        {"channels": 1},
        {"bitrate": 80_000},
    ],
)
async def test_what_was_asked_for_comes_before_copying(wanted: WireDict) -> None:
    assert not copied(await of_sound(song(), **wanted))


async def test_a_source_that_needs_a_little_more_bits_is_copied() -> None:
    assert copied(await of_sound(song(), bitrate=90_000))


async def test_two_sounds_at_once_are_mixed() -> None:
    wanted = sound_alone(audio=audio(codec="aac"), container="m4a")
    other = clip("d", source="other", seconds=1)
    assert not copied(await film(track(song(), kind="audio"), track(other, kind="audio"), sources=SOURCES, wanted=wanted))


async def test_a_clip_that_was_cut_in_two_is_copied_as_one() -> None:
    rest = song("d", start_us=2 * SECOND_US, source_start_us=START_US + 2 * SECOND_US, seconds=1.0)
    made = await of_sound(song(), rest)
    assert copied(made)
    assert made.output.packets == (await of_sound(song(seconds=3.0))).output.packets


async def test_a_clip_of_which_something_was_cut_out_is_mixed() -> None:
    rest = song("d", start_us=2 * SECOND_US, source_start_us=START_US + 2 * SECOND_US + 1000, seconds=1.0)
    assert not copied(await of_sound(song(), rest))


async def test_sound_that_ends_a_moment_before_the_picture_is_still_copied() -> None:
    made = await of_sound(song(source_start_us=0, seconds=4.09))
    assert copied(made)
    assert made.studio.plan is not None
    assert made.studio.plan.passage is not None
    assert made.studio.plan.passage.n_samples == 4 * 48_000
    assert not copied(await of_sound(song(source_start_us=0, seconds=4.2)))


async def test_sound_that_begins_after_the_clip_is_mixed() -> None:
    assert not copied(await of_sound(song(source_start_us=0), source=packed_source(4, first=100)))


async def test_cancelled_while_copying_everything_is_closed() -> None:
    hangs = Trouble(delay_s=FOREVER_S)
    studio = FakeStudio(FakeMedia(troubles={"sound song": hangs}))
    made = Film(track(song(), kind="audio"), sources=SOURCES, wanted=sound_alone(audio=audio(codec="aac"), container="m4a"), studio=studio)
    task = asyncio.create_task(made.export())
    await asyncio.sleep(100)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert studio.is_tidy
    assert made.output.packets == []


@pytest.mark.parametrize(
    ("toc", "n_samples"),
    [
        (b"\xfc", 960),  # CELT, 20 ms, as ffmpeg writes it
        (b"\xe4", 120),  # CELT, 2.5 ms
        (b"\x0c", 960),  # SILK, 20 ms
        (b"\x1d", 5760),  # SILK, two of 60 ms
        (b"\x7b\x03", 2880),  # hybrid, three of 20 ms
        (b"\x7b", 0),
        (b"", 0),
    ],
)
def test_an_opus_packet_tells_how_long_it_is(toc: bytes, n_samples: int) -> None:
    assert opus_samples(toc) == n_samples
