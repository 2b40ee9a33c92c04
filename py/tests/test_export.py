"""One export, from tracks to what reached the output; and what is left behind when it ends early."""

import asyncio
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gran_worker.errors import Code, EncoderError, ExportError, SinkError, SourceError, VerifyError
from gran_worker.geometry import Size
from gran_worker.messages import Completed
from gran_worker.ports import Block
from gran_worker.telemetry import Meter
from gran_worker.timing import FrameRate
from tests.builders import SECOND_US, WireDict, background, clip, time_range, track
from tests.fakes import (
    HANG,
    FakeFrame,
    FakeMedia,
    FakeSource,
    FakeStudio,
    ManualClock,
    RecordingOutput,
    Trouble,
    dbfs,
    film_source,
    image_source,
    noise,
    sine,
    sound_source,
    video_source,
)
from tests.films import SOUND, Film, film, sound_alone
from tests.loop import run

NTSC = FrameRate(30_000, 1001)
CUT_US = 37_000
N_CUTS = 1000
CUTS_US = N_CUTS * CUT_US

BEACH = film_source(video_source(seconds=4), sound_source(noise(4)))
SEA = film_source(video_source(seconds=4, name="sea.mp4"), sound_source(noise(4, seed=2)))
SOURCES = {"beach.mp4": BEACH, "sea.mp4": SEA, "logo.png": image_source()}


def songs(**sounds: Block) -> dict[str, FakeSource]:
    return {name: sound_source(sound) for name, sound in sounds.items()}


async def heard(*tracks: WireDict, sources: dict[str, FakeSource], **fields: object) -> Block:
    """The sound of a film without picture."""
    return (await film(*tracks, sources=sources, wanted=sound_alone(**fields))).output.sound


def troubled(step: str, trouble: Trouble) -> FakeStudio:
    return FakeStudio(FakeMedia(troubles={step: trouble}))


# Picture


async def test_a_clip_arrives_frame_by_frame() -> None:
    made = await film(track(clip(seconds=1)), sources=SOURCES)
    assert made.output.numbers == list(range(30))
    assert all(picture.straight for picture in made.output.pictures)
    assert (made.output.destination, made.output.verified, made.output.closed) == ("committed", True, True)


async def test_completed_counts_the_files_own_frames_and_time() -> None:
    made = Film(track(clip(seconds=1)), sources=SOURCES, fps=29.97)
    assert await made.export() == Completed(duration_ms=1001, frames=30)


async def test_layers_are_drawn_bottom_first_and_only_where_they_must_be() -> None:
    logo = clip("logo", source="logo.png", isImage=True, start_us=100_000, duration_us=100_000)
    made = await film(track(logo), track(clip("film", duration_us=300_000)), sources=SOURCES)
    straight = [picture.straight for picture in made.output.pictures]
    assert straight == [True] * 3 + [False] * 3 + [True] * 3
    assert made.output.pictures[4].layers == (("beach.mp4", 4), ("logo.png", 0))


async def test_where_there_is_nothing_the_background_shows() -> None:
    made = await film(track(clip(start_us=100_000, duration_us=100_000)), sources=SOURCES)
    assert [picture.layers for picture in made.output.pictures] == [()] * 3 + [(("beach.mp4", n),) for n in range(3)]


@pytest.mark.parametrize("failing", [0, 1, 15, 29])
async def test_a_decoder_that_fails_is_replaced_once_by_one_in_software(failing: int) -> None:
    broken = Trouble(SourceError("the picture of beach.mp4 is damaged.", code="E_DECODE"), in_hardware=True)
    made = Film(track(clip("c", seconds=1)), sources=SOURCES, studio=troubled(f"frame beach.mp4 {failing}", broken))
    await made.export()
    assert made.studio.is_tidy
    assert made.output.numbers == list(range(30))
    assert made.meter is not None
    assert made.meter.dropped_frames == 0
    (warning,) = made.warnings
    after = "" if failing == 0 else f" after 0:00.{(failing - 1) * 1000 // 30:03} of its file"
    told = f"Clip “beach.mp4” (c): the browser's decoder failed{after}. Its picture is decoded in software instead."
    assert (warning.code, warning.message, warning.clip_id) == ("decoder-fallback", told, "c")


async def test_a_still_is_tried_again_in_software_too() -> None:
    broken = Trouble(SourceError("the picture of beach.mp4 is damaged.", code="E_DECODE"), in_hardware=True)
    frozen = clip(seconds=1, freezeFrameSourceUs=500_000)
    made = Film(track(frozen), sources=SOURCES, studio=troubled("still beach.mp4", broken))
    await made.export()
    assert made.output.numbers == [15] * 30


@pytest.mark.parametrize("code", ["E_DECODE", "E_MISSING"])
async def test_what_a_second_decoder_cannot_help_is_an_error(code: Code) -> None:
    gone = Trouble(SourceError("beach.mp4 is gone.", code=code))
    made = Film(track(clip("c", seconds=1)), sources=SOURCES, studio=troubled("frame beach.mp4 3", gone))
    with pytest.raises(SourceError, match="beach.mp4 is gone"):
        await made.export()
    assert made.media.decoded.count(("beach.mp4", 0)) == 1
    assert made.studio.is_tidy


async def test_what_is_covered_is_never_decoded() -> None:
    made = await film(track(clip("top")), track(clip("below", source="sea.mp4")), sources=SOURCES)
    assert {path for path, *_ in made.media.seen} == {"beach.mp4"}


async def test_below_a_clip_that_has_not_begun_the_lower_one_shows() -> None:
    late = video_source(start_us=500_000)
    made = await film(track(clip("late", source="late.mp4")), track(clip("below")), sources={**SOURCES, "late.mp4": late})
    assert made.output.pictures[0].layers == (("beach.mp4", 0), None)
    assert made.output.shown[-1] == ("late.mp4", 14)


async def test_a_decoder_lives_as_long_as_its_clip_is_seen() -> None:
    logos = [clip(f"l{n}", source="logo.png", isImage=True, start_us=n * 200_000, duration_us=100_000) for n in range(5)]
    made = await film(track(*logos), track(clip("film")), sources=SOURCES)
    assert [path for path, *_ in made.media.seen] == ["beach.mp4"]
    assert made.media.decoded.count(("beach.mp4", 0)) == 1


async def test_decoders_open_while_other_things_are_done() -> None:
    late = {name: Trouble(delay_s=5) for name in ("frame beach.mp4 0", "frame sea.mp4 0", "sound song.wav")}
    media, output = FakeMedia(troubles=late), RecordingOutput(encode_s=1)
    began_s = asyncio.get_running_loop().time()
    await film(
        track(clip("a", seconds=1), clip("b", source="sea.mp4", start_us=SECOND_US, seconds=1)),
        track(clip("s", source="song.wav", seconds=1), kind="audio"),
        sources={**SOURCES, "song.wav": sound_source(np.zeros((2, 1024), np.float32))},
        audio=SOUND,
        studio=FakeStudio(media, output),
    )
    # The first clip's decoder waits beside the sound's, the second's beside the encoder: one wait of the three is left.
    n_blocks, n_other = output.order.count("a"), len(("finish", "commit", "verify"))
    assert asyncio.get_running_loop().time() - began_s == pytest.approx(60 + 5 + n_blocks + n_other)


async def test_a_decoder_closes_while_its_clip_is_covered_and_skips_what_nobody_sees() -> None:
    cover = clip("cover", source="sea.mp4", start_us=SECOND_US, seconds=1)
    made = await film(track(cover), track(clip("film", seconds=3)), sources=SOURCES)
    assert [path for path, *_ in made.media.seen] == ["beach.mp4", "sea.mp4", "beach.mp4"]
    assert made.media.peak_iterators == 2  # the next one is opened shortly before it is needed
    seen = [number for path, number in made.media.decoded if path == "beach.mp4"]
    assert not set(seen) & set(range(35, 55))
    assert made.output.shown[60:] == [("beach.mp4", n) for n in range(60, 90)]


async def test_few_frames_are_held_at_a_time() -> None:
    layers = [track(clip(f"c{n}", source=path, opacity=0.5)) for n, path in enumerate(("beach.mp4", "sea.mp4"))]
    made = await film(*layers, sources=SOURCES)
    assert made.media.peak_frames <= 4


async def test_a_straight_frame_that_changed_its_size_is_drawn() -> None:
    class Growing(FakeMedia):
        async def _frame(self, path: str, number: int) -> FakeFrame:
            frame = await super()._frame(path, number)
            if number >= 3:
                frame.size = Size(128, 72)
            return frame

    made = Film(track(clip(duration_us=200_000)), sources=SOURCES, studio=FakeStudio(Growing()))
    await made.export()
    assert [picture.straight for picture in made.output.pictures] == [True] * 3 + [False] * 3
    assert made.output.numbers == list(range(6))


async def test_repeated_and_dropped_frames_are_counted() -> None:
    made = await film(track(clip()), sources=SOURCES, fps=60)
    assert made.meter is not None
    assert (made.meter.repeated_frames, made.meter.dropped_frames) == (30, 0)
    made = await film(track(clip()), sources=SOURCES, fps=15)
    assert made.meter is not None
    assert made.meter.dropped_frames == 14


# Sound and picture together


async def test_sound_goes_first_a_second_at_a_time() -> None:
    made = await film(track(clip(seconds=2.5)), sources=SOURCES, audio=SOUND)
    assert "".join(made.output.order) == "a" + "v" * 30 + "a" + "v" * 30 + "a" + "v" * 15


async def test_sound_lasts_as_long_as_the_picture() -> None:
    made = await film(track(clip(seconds=1)), sources=SOURCES, fps=29.97, audio=SOUND)
    assert made.output.sound.shape == (2, 48_048)
    assert not made.output.sound[:, 48_000:].any()


async def test_sound_of_a_video_is_its_samples() -> None:
    made = await film(track(clip(seconds=1, source_start_us=500_000)), sources=SOURCES, audio=SOUND)
    assert np.array_equal(made.output.sound, BEACH.sound[:, 24_000:72_000])  # type: ignore[index]


async def test_a_film_without_sound_clips_is_silent_not_soundless() -> None:
    made = await film(track(background()), sources={}, audio=SOUND)
    assert made.output.sound.shape == (2, 48_000)
    assert not made.output.sound.any()


async def test_sound_alone_needs_no_frames() -> None:
    made = await film(track(clip(seconds=1)), sources=SOURCES, wanted=sound_alone())
    assert (made.output.pictures, made.media.seen) == ([], [])
    assert np.array_equal(made.output.sound, BEACH.sound[:, :48_000])  # type: ignore[index]
    assert made.meter is not None
    assert made.meter.frames_done == made.meter.frames_total == 30


async def test_a_mute_export_decodes_no_sound() -> None:
    made = await film(track(clip()), sources=SOURCES)
    assert (made.output.blocks, made.media.heard) == ([], [])


async def test_a_sound_clip_without_sound_warns() -> None:
    made = await film(track(clip("x", source="logo.mp4"), kind="audio"), sources={"logo.mp4": video_source()}, audio=SOUND)
    assert [(warning.code, warning.clip_id) for warning in made.warnings] == [("no-sound", "x")]


# Sound


def cuts(source: str = "tone.wav") -> WireDict:
    items = [clip(f"c{n:04}", source=source, start_us=n * CUT_US, duration_us=CUT_US, source_start_us=n * CUT_US) for n in range(N_CUTS)]
    return track(*items, kind="audio")


async def test_a_thousand_cuts_of_a_tone_are_the_tone() -> None:
    tone = sine(997, CUTS_US / SECOND_US)
    cut = await heard(cuts(), sources={"tone.wav": sound_source(tone)})
    assert np.array_equal(cut[:, : tone.shape[1]], tone)
    assert not cut[:, tone.shape[1] :].any()


async def test_a_thousand_cuts_of_a_tone_of_another_rate_are_the_tone() -> None:
    tone = sine(997, CUTS_US / SECOND_US + 0.1, 44_100)
    cut = await heard(cuts(), sources={"tone.wav": sound_source(tone, 44_100)})
    n = np.arange(48, CUTS_US * 48 // 1000)
    exact = 0.5 * np.sin(2 * np.pi * 997 * n / 48_000)
    # The file itself begins with an edge; from there on the cuts cannot be heard.
    assert dbfs(cut[0, n] - exact) <= -80
    assert np.abs(cut[0, 4800 : n[-1]] - exact[4800 - 48 : -1]).max() <= 10 ** (-80 / 20)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
async def test_cuts_that_do_not_fall_on_samples_change_nothing_either(rate_hz: int) -> None:
    sound = noise(2, rate_hz)
    edges_us = [0, 33_367, 66_733, 100_100, 511_111, 777_777, 1_234_567, 1_500_000]
    items = [
        clip(f"c{n}", source="tone.wav", start_us=a, duration_us=b - a, source_start_us=a)
        for n, (a, b) in enumerate(zip(edges_us, edges_us[1:], strict=False))
    ]
    sources = {"tone.wav": sound_source(sound, rate_hz)}
    whole = await heard(track(clip(source="tone.wav", duration_us=1_500_000), kind="audio"), sources=sources)
    assert np.array_equal(await heard(track(*items, kind="audio"), sources=sources), whole)


async def test_permuting_tracks_changes_no_bit() -> None:
    sources = songs(**{name: noise(1, seed=n, level=0.9) for n, name in enumerate(("a", "b", "c"))})
    tracks = [track(clip(name, source=name, audioGain=1.3), kind="audio", id=name) for name in ("a", "b", "c")]
    first, *others = [await heard(*order, sources=sources) for order in permutations(tracks)]
    assert np.abs(first).max() == 1
    assert all(np.array_equal(other, first) for other in others)


async def test_loud_clips_are_summed_before_they_are_limited() -> None:
    loud = np.full((2, 4800), 0.9, np.float32)
    sources = songs(**{f"s{n}": loud if n % 2 else -loud for n in range(8)})
    tracks = [track(clip(f"s{n}", source=f"s{n}", duration_us=100_000), kind="audio") for n in range(8)]
    assert np.abs(await heard(*tracks, sources=sources)).max() < 1e-6


async def test_gains_balances_and_fades_match_float64() -> None:
    sound = noise(3, seed=5, level=0.5)
    item = clip(
        source="s",
        start_us=250_000,
        duration_us=2_500_000,
        audioGain=0.8,
        audioBalance=-0.3,
        audioFadeInUs=400_000,
        audioFadeOutUs=1_300_000,
    )
    lane = track(item, kind="audio", audioGain=1.1, audioBalance=0.2, audioFadeInUs=1_000_000, audioFadeOutUs=100_000)
    ours = await heard(lane, sources=songs(s=sound))
    n, start, stop = np.arange(132_000, dtype=np.float64), 12_000, 132_000
    level = 0.88 * np.clip((n - start) / 19_200, 0, 1) * np.clip((stop - n) / 62_400, 0, 1)
    level *= np.clip(n / 48_000, 0, 1) * np.clip((stop - n) / 4800, 0, 1)
    exact = np.zeros((2, 132_000))
    exact[:, start:stop] = sound[:, : stop - start]
    exact *= level
    exact *= np.array([[1 - 0.2], [1 - 0.3]])
    assert dbfs(ours[:, :stop] - exact) <= -80


@pytest.mark.parametrize("speed", [0.5, 2, 1.25])
async def test_speed_moves_the_pitch(speed: float) -> None:
    tone = sine(1000, 2)
    item = clip(source="s", seconds=0.8, speed=speed, sourceRange=time_range(0, int(0.8 * SECOND_US * speed)))
    sound = await heard(track(item, kind="audio"), sources=songs(s=tone))
    n = np.arange(2400, 36_000)
    exact = 0.5 * np.sin(2 * np.pi * 1000 * speed * n / 48_000)
    assert dbfs(sound[0, n] - exact) <= -80


async def test_surround_and_mono_meet_in_stereo() -> None:
    surround = np.zeros((6, 4800), np.float32)
    surround[2] = 0.4
    sources = {"film.mkv": sound_source(surround), "voice.wav": sound_source(np.full((1, 4800), 0.1, np.float32))}
    tracks = [track(clip(path, source=path, duration_us=100_000), kind="audio") for path in sources]
    assert np.allclose(await heard(*tracks, sources=sources), 0.4 * 0.5**0.5 + 0.1, atol=1e-6)


async def test_a_mono_export_of_a_mono_source_is_the_source() -> None:
    sound = noise(0.5, channels=1)
    mono = await heard(track(clip(source="s", seconds=0.5), kind="audio"), sources=songs(s=sound), audio={**SOUND, "channels": 1})
    assert np.array_equal(mono, sound)


async def test_long_sound_is_held_a_block_at_a_time() -> None:
    lanes = [track(clip(f"c{n}", source="s", seconds=20), kind="audio") for n in range(5)]
    made = await film(*lanes, sources=songs(s=noise(20, channels=1)), wanted=sound_alone())
    assert max(block.shape[1] for block in made.output.blocks) <= 48_000
    assert made.media.peak_iterators == 5


# Parts of a film

few = settings(max_examples=10)

FILM_TRACKS = (
    track(clip("logo", source="logo.png", isImage=True, start_us=700_700, duration_us=500_500, opacity=0.5)),
    track(
        clip("a", duration_us=1_001_000, source_start_us=500_000, audioFadeInUs=300_000),
        clip("b", source="sea.mp4", start_us=1_001_000, duration_us=1_001_000, audioGain=0.7),
        clip("c", start_us=2_002_000, duration_us=600_600, speed=2, sourceRange=time_range(0, 1_201_200)),
    ),
)


async def part(start: int, stop: int, *tracks: WireDict) -> tuple[list[object], Block]:
    """Output frames ``start`` to ``stop`` of a film at 29.97: what they show, and their sound."""
    start_us = NTSC.start_us(start)
    wanted = time_range(start_us, NTSC.start_us(stop) - start_us)
    made = await film(*(tracks or FILM_TRACKS), sources=SOURCES, fps=29.97, audio=SOUND, range=wanted)
    return [picture.layers for picture in made.output.pictures], made.output.sound


@few
@given(st.integers(0, 60), st.integers(1, 15))
def test_a_range_shows_a_slice_of_the_whole(start: int, length: int) -> None:
    whole = run(part(start, 78))[0]
    assert run(part(start, start + length))[0] == whole[:length] == run(part(0, 78))[0][start : start + length]


async def test_two_parts_are_the_whole() -> None:
    # Frame 30 is at 1.001 s, which is sample 48 048 to the dot.
    whole, first, second = await part(0, 60), await part(0, 30), await part(30, 60)
    assert whole[0] == first[0] + second[0]
    assert np.array_equal(whole[1], np.concatenate([first[1], second[1]], axis=1))


@few
@given(st.integers(1, 28), st.sampled_from([1, 2]))
def test_cutting_a_clip_at_a_frame_changes_nothing(cut: int, speed: int) -> None:
    # At 29.97 a cut on a frame is not on a µs, and at 48 kHz not on a sample.
    cut_us, end_us = NTSC.start_us(cut), NTSC.start_us(30)

    def piece(clip_id: str, start_us: int, stop_us: int) -> WireDict:
        source = time_range(start_us * speed, (stop_us - start_us) * speed)
        return clip(clip_id, start_us=start_us, duration_us=stop_us - start_us, speed=speed, sourceRange=source)

    whole = run(part(0, 30, track(piece("a", 0, end_us))))
    pieces = run(part(0, 30, track(piece("a", 0, cut_us), piece("b", cut_us, end_us))))
    assert pieces[0] == whole[0]
    assert np.array_equal(pieces[1], whole[1])


@few
@given(st.integers(0, 60))
def test_moving_everything_by_frames_moves_the_film(by: int) -> None:
    def moved(by: int) -> WireDict:
        return track(clip(start_us=NTSC.start_us(by), duration_us=500_000))

    shown, _ = run(part(by, by + 15, moved(by)))
    assert shown == run(part(0, 15, moved(0)))[0]


async def test_an_invisible_and_silent_clip_is_a_no_op() -> None:
    ghost = track(clip("0", source="sea.mp4", seconds=2, opacity=0, audioGain=0))
    shown, sound = await part(0, 60, ghost, *FILM_TRACKS)
    same, too = await part(0, 60)
    assert shown == same
    assert np.array_equal(sound, too)


async def test_the_same_film_twice_is_the_same() -> None:
    first, second = await part(0, 78), await part(0, 78)
    assert first[0] == second[0]
    assert np.array_equal(first[1], second[1])


# Ends that are not the end


def small_film(
    *,
    media: dict[str, Trouble] | None = None,
    output: dict[str, Trouble] | None = None,
    studio: dict[str, Trouble] | None = None,
    slow_s: float = 0.0,
) -> Film:
    """Two layers and sound, 6 frames."""
    tracks = (
        track(clip("logo", source="logo.png", isImage=True, start_us=100_000, duration_us=50_000)),
        track(clip("film", duration_us=200_000, opacity=0.5)),
        track(clip("sea", source="sea.mp4", duration_us=150_000)),
    )
    fake = FakeStudio(FakeMedia(troubles=media, decode_s=slow_s), RecordingOutput(troubles=output, encode_s=slow_s), studio or {})
    return Film(*tracks, sources=SOURCES, audio=SOUND, studio=fake)


MEDIA_STEPS = ["probe beach.mp4", "probe logo.png", "still logo.png", "frame beach.mp4 0", "frame sea.mp4 2", "sound beach.mp4"]
OUTPUT_STEPS = ["frame 0", "frame 3", "sound", "finish", "commit"]


@pytest.mark.parametrize("step", MEDIA_STEPS)
async def test_a_source_that_fails_is_named_and_nothing_is_left(step: str) -> None:
    made = small_film(media={step: Trouble(SourceError("it is broken.", code="E_DECODE"))})
    with pytest.raises(SourceError, match=r"^Clip “.*” \(.*\).*: it is broken\.$") as caught:
        await made.export()
    assert caught.value.code == "E_DECODE"
    assert caught.value.clip_id in ("film", "logo", "sea")
    assert made.studio.is_tidy
    assert made.output.destination == "abandoned"


async def test_a_frame_that_fails_is_told_with_its_clip_and_its_time() -> None:
    made = small_film(media={"frame beach.mp4 3": Trouble(SourceError("it is broken.", code="E_DECODE"))})
    with pytest.raises(SourceError) as caught:
        await made.export()
    assert (caught.value.clip_id, caught.value.message[:38]) == ("film", "Clip “beach.mp4” (film) at 0:00.066: i")


@pytest.mark.parametrize("step", OUTPUT_STEPS)
@pytest.mark.parametrize(
    "error", [SinkError("The disk is full."), EncoderError("no"), ValueError("a bug")], ids=lambda error: type(error).__name__
)
async def test_an_output_that_fails_leaves_nothing(step: str, error: Exception) -> None:
    made = small_film(output={step: Trouble(error)})
    with pytest.raises(type(error)) as caught:
        await made.export()
    assert caught.value is error
    assert made.studio.is_tidy
    assert made.output.closed
    assert made.output.destination == "abandoned"


async def test_encoders_that_cannot_be_had_leave_the_destination_alone() -> None:
    made = small_film(studio={"open": Trouble(EncoderError("No encoder."))})
    with pytest.raises(EncoderError):
        await made.export()
    assert made.studio.is_tidy


async def test_a_file_that_is_not_what_was_written_stays_and_is_an_error() -> None:
    made = small_film(output={"verify": Trouble(VerifyError("The file lost its end."))})
    with pytest.raises(VerifyError):
        await made.export()
    assert made.studio.is_tidy
    assert made.output.destination == "committed"


async def test_a_source_that_is_not_there_is_told_before_the_output_is_opened() -> None:
    made = Film(track(clip("x")), sources={})
    with pytest.raises(SourceError) as caught:
        await made.export()
    assert (caught.value.code, caught.value.clip_id) == ("E_MISSING", "x")
    assert made.studio.plan is None
    assert made.studio.is_tidy


async def ended(task: asyncio.Task[Completed]) -> str:
    try:
        await task
    except asyncio.CancelledError:
        return "cancelled"
    except ExportError:
        return "error"
    return "completed"


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("part_of_it", "step"),
    [*(("media", step) for step in MEDIA_STEPS), *(("output", step) for step in OUTPUT_STEPS if step != "commit"), ("studio", "open")],
)
async def test_cancel_gets_through_to_whatever_hangs(part_of_it: str, step: str) -> None:
    made = small_film(**{part_of_it: {step: HANG}})  # type: ignore[arg-type]
    task = asyncio.create_task(made.export())
    await asyncio.sleep(100)
    assert not task.done()
    task.cancel()
    assert await ended(task) == "cancelled"
    assert made.studio.is_tidy
    assert asyncio.get_running_loop().time() < 101


async def test_cancel_at_any_moment_leaves_all_or_nothing() -> None:
    outcomes = []
    for moment in range(2000):
        made = small_film()
        task = asyncio.create_task(made.export())
        await turns(moment + 1)
        if task.done():
            break
        task.cancel()
        outcome = await ended(task)
        assert made.studio.is_tidy, f"after {moment} turns: {made.media.left_open}, {made.output.destination}"
        assert (outcome == "completed") == (made.output.destination == "committed"), f"{outcome} after {moment} turns"
        outcomes.append(outcome)
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {"cancelled", "completed"}


@pytest.mark.parametrize("second", [1, 2, 3, 5, 8])
async def test_a_second_cancel_disturbs_no_cleaning_up(second: int) -> None:
    for moment in range(2000):
        made = small_film()
        task = asyncio.create_task(made.export())
        await turns(moment + 1)
        if task.done():
            break
        task.cancel()
        await turns(second)
        task.cancel()
        outcome = await ended(task)
        assert made.studio.is_tidy, f"after {moment} turns: {made.media.left_open}, {made.output.destination}"
        assert (outcome == "completed") == (made.output.destination == "committed")


@pytest.mark.parametrize("step", ["frame beach.mp4 3", "frame sea.mp4 2"])
async def test_a_cancel_while_a_failure_is_tidied_up_disturbs_nothing(step: str) -> None:
    for later in range(30):
        trouble = Trouble(SourceError("broken"))
        made = small_film(media={step: trouble})
        task = asyncio.create_task(made.export())
        await trouble.struck.wait()
        await turns(later)
        task.cancel()
        assert await ended(task) in ("error", "cancelled")
        assert made.studio.is_tidy, f"{later} turns later: {made.media.left_open}, {made.output.destination}"


@pytest.mark.parametrize("cancelled_at_s", [0.0, 0.5, 0.99])
async def test_a_cancel_during_the_commit_waits_for_its_outcome(cancelled_at_s: float) -> None:
    made = small_film(output={"commit": Trouble(delay_s=1)})
    task = asyncio.create_task(made.export())
    await asyncio.sleep(cancelled_at_s + 1e-6)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    assert await ended(task) == "completed"
    assert asyncio.get_running_loop().time() >= 1
    assert (made.output.destination, made.studio.is_tidy) == ("committed", True)


async def test_a_commit_that_fails_after_a_cancel_is_no_success() -> None:
    made = small_film(output={"commit": Trouble(SinkError("The disk is full."), delay_s=1)})
    task = asyncio.create_task(made.export())
    await asyncio.sleep(0.5)
    task.cancel()
    assert await ended(task) != "completed"
    assert (made.output.destination, made.studio.is_tidy) == ("abandoned", True)


async def test_a_cancel_during_verification_is_too_late() -> None:
    made = small_film(output={"verify": HANG})
    task = asyncio.create_task(made.export())
    await asyncio.sleep(1)
    task.cancel()
    assert await ended(task) == "completed"
    assert made.studio.is_tidy


async def test_a_failing_export_says_where_it_was() -> None:
    made = small_film(output={"frame 3": Trouble(EncoderError("no"))})
    with pytest.raises(EncoderError):
        await made.export(Meter(ManualClock()))
    assert made.meter is not None
    assert made.meter.place is not None
    assert (made.meter.place.stage, made.meter.place.time_us) == ("encode", 100_000)
