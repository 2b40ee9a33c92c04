"""Which sound is heard at which samples, from where, how loud."""

from fractions import Fraction

import pytest

from gran_worker.errors import SourceError
from gran_worker.ports import Probe
from gran_worker.voices import Fade, Notice, Voice
from tests.builders import SECOND_US, WireDict, background, clip, time_range, track
from tests.fakes import FakeSource, film_source, image_source, noise, sound_source, video_source
from tests.films import SOUND, plan_of

SONG = sound_source(noise(1), 48_000)
CD = sound_source(noise(1, 44_100), 44_100)
FILM = film_source(video_source(), SONG)
SILENT = video_source(name="silent.mp4")
SOURCES = {"beach.mp4": FILM, "song.wav": SONG, "cd.wav": CD, "silent.mp4": SILENT, "picture.png": image_source()}


def song(clip_id: str = "s", **fields: object) -> WireDict:
    return clip(clip_id, source="song.wav", **fields)  # type: ignore[arg-type]


def voices(*tracks: WireDict, sources: dict[str, FakeSource] | None = None, **fields: object) -> tuple[Voice, ...]:
    return plan_of(*tracks, sources=sources or SOURCES, audio=SOUND, **fields).voices


def heard(*tracks: WireDict, **fields: object) -> list[str]:
    return [voice.clip_id for voice in voices(*tracks, **fields)]


def only(*items: WireDict, **fields: object) -> Voice:
    (voice,) = voices(track(*items, kind="audio"), **fields)
    return voice


def notices(*tracks: WireDict) -> tuple[Notice, ...]:
    return plan_of(*tracks, sources=SOURCES, audio=SOUND).notices


def test_a_clip_fills_the_samples_between_its_rounded_edges() -> None:
    assert only(song(start_us=37_000, duration_us=37_000)).samples == range(1776, 3552)
    assert only(song(start_us=10, duration_us=33_367)).samples == range(0, 1602)


def test_clips_that_touch_leave_no_sample_out_and_take_none_twice() -> None:
    edges_us = [0, 33_367, 66_733, 100_100, 133_467, 166_833, 500_001]
    items = [song(f"s{n}", start_us=a, duration_us=b - a) for n, (a, b) in enumerate(zip(edges_us, edges_us[1:], strict=False))]
    taken = [sample for voice in voices(track(*items, kind="audio")) for sample in voice.samples]
    assert taken == list(range(len(taken)))


def test_at_equal_rates_the_source_sample_is_whole() -> None:
    voice = only(song(start_us=1_234_567, source_start_us=345_678))
    assert voice.step == 1
    assert voice.origin.denominator == 1
    assert abs(voice.origin - (Fraction(345_678) - 1_234_567) * 48 / 1000) <= Fraction(1, 2)


def test_cuts_of_one_source_share_one_origin() -> None:
    items = [song(f"s{n}", start_us=n * 37_000, duration_us=37_000, source_start_us=n * 37_000) for n in range(20)]
    assert {voice.origin for voice in voices(track(*items, kind="audio"))} == {0}


def test_at_other_rates_the_phase_is_exact() -> None:
    voice = only(clip(source="cd.wav", start_us=1, source_start_us=3))
    assert (voice.step, voice.origin) == (Fraction(147, 160), Fraction(2 * 44_100, 1_000_000))


def test_speed_is_an_exact_fraction_of_the_step() -> None:
    assert only(song(speed=1.1, sourceRange=time_range(0, 1_100_000))).step == Fraction(11, 10)


def test_beyond_its_source_range_a_clip_is_silent() -> None:
    assert only(song(seconds=1, sourceRange=time_range(0, 500_000))).samples == range(24_000)
    assert only(song(seconds=1, speed=2, sourceRange=time_range(0, SECOND_US))).samples == range(24_000)


@pytest.mark.parametrize("speed", [1, 1.5, 0.7])
def test_a_source_range_that_was_rounded_down_costs_no_sample(speed: float) -> None:
    # A cut of 20 010.4 µs may be 20 011 on the timeline and 20 010 in the source.
    items = [
        song(f"s{n:03}", start_us=n * 20_011, duration_us=20_011, speed=speed, sourceRange=time_range(0, int(20_010 * speed)))
        for n in range(100)
    ]
    taken = [sample for voice in voices(track(*items, kind="audio")) for sample in voice.samples]
    assert taken == list(range(len(taken)))


@pytest.mark.parametrize("slip_us", [-1, 1])
def test_edges_that_were_rounded_apart_neither_overlap_nor_leave_a_hole(slip_us: int) -> None:
    items = [song(f"s{n:03}", start_us=n * 20_011, duration_us=20_011 + (slip_us if n < 99 else 0)) for n in range(100)]
    taken = [sample for voice in voices(track(*items, kind="audio")) for sample in voice.samples]
    assert taken == list(range(len(taken)))


def test_voices_come_in_the_order_of_their_ids() -> None:
    assert heard(track(song("c"), kind="audio"), track(song("a"), kind="audio"), track(song("b"), kind="audio")) == ["a", "b", "c"]


def test_solo_beats_mute() -> None:
    quiet = track(song("quiet"), kind="audio")
    muted = track(song("muted"), kind="audio", audioMuted=True)
    solo = track(song("solo"), kind="audio", audioSolo=True, audioMuted=True)
    assert heard(quiet, muted) == ["quiet"]
    assert heard(quiet, muted, solo) == ["solo"]


def test_video_tracks_sound_too_hidden_or_not() -> None:
    assert heard(track(clip("a"), videoHidden=True), track(clip("b"))) == ["a", "b"]


@pytest.mark.parametrize(
    "fields",
    [
        {"audioFromVideoDisabled": True},
        {"disabled": True},
        {"audioGain": 0},
        {"freezeFrameSourceUs": 0},
        {"source": "silent.mp4"},
        {"source": "picture.png", "isImage": True},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_what_has_no_sound_to_give_is_silent(fields: WireDict) -> None:
    assert heard(track(clip(**fields)), track(background())) == []


def test_a_track_that_is_turned_down_to_nothing_is_not_decoded() -> None:
    assert heard(track(song(), kind="audio", audioGain=0), track(background())) == []


def test_sound_taken_from_the_video_still_sounds_on_a_sound_track() -> None:
    assert heard(track(clip("x", audioFromVideoDisabled=True), kind="audio")) == ["x"]


def test_a_sound_clip_without_sound_is_a_warning_that_names_both() -> None:
    (notice,) = notices(track(clip("x", source="silent.mp4", name="Waves"), kind="audio"))
    assert (notice.code, notice.clip_id) == ("no-sound", "x")
    assert "“Waves” (x)" in notice.message
    assert "silent.mp4" in notice.message


def test_a_silent_film_on_a_video_track_needs_no_warning() -> None:
    assert notices(track(clip("x", source="silent.mp4"))) == ()


def test_sound_that_cannot_be_decoded_is_an_error_that_names_the_clip() -> None:
    broken = FakeSource(Probe("song.wav", 0, None, None, audio_problem="this browser cannot decode the sound of song.wav."))
    sources = {**SOURCES, "song.wav": broken}
    with pytest.raises(SourceError, match=r"Clip “song.wav” \(s\): this browser cannot") as caught:
        voices(track(song(), kind="audio"), sources=sources)
    assert (caught.value.code, caught.value.clip_id) == ("E_DECODE", "s")
    assert voices(track(song(), kind="audio", audioMuted=True), sources=sources) == ()


def test_gains_balances_and_fades_are_the_clip_s_then_the_track_s() -> None:
    item = song(start_us=SECOND_US, audioGain=0.5, audioBalance=-0.5, audioFadeInUs=10_000, audioFadeOutUs=20_000)
    (voice,) = voices(track(item, kind="audio", audioGain=2, audioBalance=0.25, audioFadeInUs=1_500_000, audioFadeOutUs=30_000))
    assert (voice.gains, voice.balances) == ((0.5, 2), (-0.5, 0.25))
    assert voice.fades == (Fade(range(48_000, 96_000), 480, 960), Fade(range(0, 96_000), 72_000, 1440))


def test_a_range_moves_samples_source_and_fades() -> None:
    item = song(audioFadeInUs=500_000, source_start_us=100_000)
    whole = only(item)
    part = only(item, range=time_range(250_000, 500_000))
    assert part.samples == range(24_000)
    assert part.origin == whole.origin + 12_000
    assert part.fades[0] == Fade(range(-12_000, 36_000), 24_000, 0)


def test_a_voice_ends_with_the_film() -> None:
    assert only(song(), range=time_range(0, 500_000)).samples == range(24_000)
    assert heard(track(song(start_us=SECOND_US), kind="audio"), range=time_range(0, 500_000)) == []
