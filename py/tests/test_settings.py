"""What may be asked for, what is clamped, what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gran_worker.errors import ContractError
from gran_worker.messages import parse
from gran_worker.settings import (
    AUDIO_BITRATE,
    CHANNELS,
    ENCODERS,
    FPS,
    KEY_FRAME_INTERVAL_MS,
    LOUDNESS_LUFS,
    MAX_AREA_PX,
    MAX_FRAMES,
    SAMPLE_RATE_HZ,
    SIDE_PX,
    VIDEO_BITRATE,
    clamp,
)
from gran_worker.timing import FrameRate, TimeRange
from tests.builders import audio, clip, init_export, parsed, parsed_settings, settings, snapshot, time_range, track


def refusal(**fields: object) -> str:
    with pytest.raises(ContractError) as refused:
        parse(json.dumps(init_export(wanted=settings(**fields))))
    return refused.value.message


def test_settings_that_say_little_are_complete() -> None:
    made = parsed_settings(audio=audio())
    assert (made.width, made.height, made.fps, made.codec, made.bitrate) == (1280, 720, FrameRate(30), "vp9", 4_000_000)
    assert (made.audio.codec, made.audio.sample_rate, made.audio.limiter, made.audio.loudness_lufs) == ("opus", 48_000, True, None)
    assert (made.quality, made.bitrate_mode, made.key_frame_interval_ms, made.fit) == (None, "variable", 2000, "contain")
    assert (made.executor, made.copying, made.encoders, made.hardware_acceleration) == ("auto", "auto", "auto", "no-preference")
    assert (made.background, made.alpha, made.fast_start, made.verify, made.metadata) == ("#000000", False, False, True, None)


def test_every_field_arrives() -> None:
    made = parsed_settings(
        fps="30000/1001",
        quality=0.5,
        range=time_range(5, 7),
        copy="never",
        encoders=3.0,
        audio=audio(copy="never", loudnessLufs=-14),
        metadata={"title": " A\n  trip\x00 ", "albumArtist": "us"},
    )
    assert (made.fps, made.quality, made.range, made.copying) == (FrameRate(30000, 1001), 0.5, TimeRange(5, 7), "never")
    assert made.encoders == 3
    assert (made.audio.copying, made.audio.loudness_lufs) == ("never", -14)
    assert made.metadata.tags() == {"title": "A trip", "albumArtist": "us"}


def test_a_fraction_of_a_bit_is_nobodys_mistake() -> None:
    assert parsed_settings(bitrate=4_000_000.75).bitrate == 4_000_000


@pytest.mark.parametrize(
    ("codec", "family"),
    [
        ("avc", "avc"),
        ("avc1.640028", "avc"),
        ("avc3.42E01F", "avc"),
        ("hvc1.1.6.L93.B0", "hevc"),
        ("hev1.2.4.H153.90", "hevc"),
        ("vp8", "vp8"),
        ("vp09.00.31.08", "vp9"),
        ("vp09.02.51.10.01.09.16.09.01", "vp9"),
        ("av01.0.08M.08", "av1"),
        ("av01.0.13M.10.0.110.09.16.09.0", "av1"),
        (False, None),
    ],
)
def test_full_codec_strings_belong_to_families(codec: str | bool, family: str | None) -> None:
    made = parsed_settings(codec=codec, audio=False if codec else audio())
    assert (made.codec, made.video_family) == (codec, family)


@pytest.mark.parametrize("codec", ["x264", "avc1", "avc1.64", "avc1.64002", "vp09.0", "av01.0.08M", "", "AVC", True, 5, {"$js": "Map"}])
def test_other_codecs_are_refused(codec: object) -> None:
    assert refusal(codec=codec).startswith("settings.codec: must be avc, hevc, vp8, vp9 or av1, a full codec string such as avc1.640028")


@pytest.mark.parametrize(
    ("codec", "sound", "container"),
    [
        ("avc", "aac", "mp4"),
        ("hevc", False, "mp4"),
        ("vp8", "opus", "webm"),
        ("vp9", "opus", "webm"),
        ("av1", False, "webm"),
        ("vp9", "aac", "mp4"),
        ("vp8", "aac", "mkv"),
        (False, "aac", "m4a"),
        (False, "mp4a.40.2", "m4a"),
        (False, "opus", "ogg"),
        (False, "mp3", "mp3"),
        (False, "flac", "flac"),
        (False, "pcm-s16", "wav"),
    ],
)
def test_the_container_is_chosen_so_that_both_fit(codec: str | bool, sound: str | bool, container: str) -> None:
    made = parsed_settings(codec=codec, audio=audio(codec=sound) if sound else False)
    assert made.container == container
    assert parsed_settings(codec=codec, audio=audio(codec=sound) if sound else False, container=container) == made


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"codec": "avc", "container": "webm"}, '.container: "webm" cannot hold avc; use mp4, mov or mkv'),
        ({"audio": audio(codec="aac"), "container": "webm"}, '.container: "webm" cannot hold vp9 with aac; use mp4 or mkv'),
        ({"codec": "vp8", "container": "mp4"}, '.container: "mp4" cannot hold vp8; use webm or mkv'),
        ({"container": "ogg"}, '.container: "ogg" cannot hold vp9; use webm, mp4 or mkv'),
        ({"codec": False, "audio": audio(), "container": "wav"}, '.container: "wav" cannot hold opus; use ogg, webm, mp4 or mkv'),
        ({"codec": False}, ".audio: is false and so is codec: nothing would be left to export"),
        ({"codec": "av1", "alpha": True}, ".alpha: needs vp8 or vp9 in webm or mkv"),
        ({"alpha": True, "container": "mp4"}, ".alpha: needs vp8 or vp9 in webm or mkv"),
    ],
)
def test_what_does_not_fit_together_says_what_would(fields: dict, message: str) -> None:
    assert refusal(**fields) == "settings" + message


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"width": None}, ".width: is required"),
        ({"width": -2}, ".width: must be 0 or more, got -2"),
        ({"width": "1280"}, '.width: must be a whole number of pixels, got "1280"'),
        ({"width": 640.5}, ".width: must be a whole number of pixels, got 640.5"),
        ({"width": {"$js": "Infinity"}}, ".width: must be a whole number of pixels, got Infinity"),
        ({"fps": {"$js": "NaN"}}, '.fps: must be a number, [num, den] or text such as "30000/1001", got NaN'),
        ({"fps": "29.97"}, '.fps: must be a number, [num, den] or text such as "30000/1001", got "29.97"'),
        ({"fps": -30}, ".fps: must be more than 0 frames a second, got -30"),
        ({"fps": [30, 0]}, ".fps: must be more than 0 frames a second, got [30, 0]"),
        ({"bitrate": -1}, ".bitrate: must be 0 or more, got -1"),
        ({"bitrate": "4M"}, '.bitrate: must be a whole number of bits a second, got "4M"'),
        ({"quality": -0.5}, ".quality: must be 0 or more, got -0.5"),
        ({"audio": True}, ".audio: must be an object, or false for no sound, got true"),
        ({"audio": "aac"}, '.audio: must be an object, or false for no sound, got "aac"'),
        ({"audio": audio(codec="vorbis")}, '.audio.codec: must be one of "aac", "opus", "mp3", "flac" or "pcm-s16", got "vorbis"'),
        ({"audio": audio(channels=-2)}, ".audio.channels: must be 0 or more, got -2"),
        ({"audio": audio(sampelRate=1)}, ".audio.sampelRate: is not a field of audio; did you mean sampleRate?"),
        ({"codek": "avc"}, ".codek: is not a field of settings; did you mean codec?"),
        ({"__proto__": {}}, ".__proto__: is not a field of settings, which has width, height, fps, codec, bitrate, audio, container, "
         "quality, bitrateMode, keyFrameIntervalMs, hardwareAcceleration, executor, fit, copy, encoders, range, background, "
         "alpha, fastStart, verify, metadata, captions"),
        ({"encoders": "all"}, '.encoders: must be "auto" or a whole number, got "all"'),
        ({"encoders": 1.5}, '.encoders: must be "auto" or a whole number, got 1.5'),
        ({"encoders": -1}, '.encoders: must be "auto" or a whole number, got -1'),
        ({"encoders": True}, '.encoders: must be "auto" or a whole number, got true'),
        ({"metadata": {"titel": "x"}}, ".metadata.titel: is not a field of metadata; did you mean title?"),
        ({"metadata": {"title": 5}}, ".metadata.title: must be text, got 5"),
        ({"container": "avi"}, '.container: must be one of "mp4", "mov", "webm", "mkv", "m4a", "ogg", "wav", "mp3" or "flac", got "avi"'),
        ({"range": {**time_range(), "x": 1}}, ".range.x: is not a field of range"),
        ({"range": time_range(0, 0)}, ".range.durationUs: must be between 1 and 9007199254740991, got 0"),
        ({"background": "black"}, '.background: must be a colour such as #000000, got "black"'),
        ({"verify": 0}, ".verify: must be true or false, got 0"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_name(fields: dict, message: str) -> None:
    assert refusal(**fields) == "settings" + message


@pytest.mark.parametrize(
    ("fields", "field", "used", "message"),
    [
        ({"width": 0}, "width", 16, "The width of 0 pixels was changed to 16 pixels: 16 to 8192, and even, is possible."),
        ({"width": 641}, "width", 640, "The width of 641 pixels was changed to 640 pixels: 16 to 8192, and even, is possible."),
        ({"height": 16385}, "height", 8192, "The height of 16385 pixels was changed to 8192 pixels: 16 to 8192, and even, is possible."),
        ({"fps": 0}, "fps", FrameRate(1), "The frame rate of 0 fps was changed to 1 fps: 1 to 240 is possible."),
        ({"fps": 0.1}, "fps", FrameRate(1), "The frame rate of 0.1 fps was changed to 1 fps: 1 to 240 is possible."),
        ({"fps": 1e9}, "fps", FrameRate(240), "The frame rate of 1000000000 fps was changed to 240 fps: 1 to 240 is possible."),
        ({"bitrate": 1}, "bitrate", 100_000, "The video bitrate of 1 bit/s was changed to 100000 bit/s: 100000 to 200000000 is possible."),
        ({"quality": 1.5}, "quality", 1.0, "The quality of 1.5 was changed to 1: 0 to 1 is possible."),
        (
            {"keyFrameIntervalMs": 0},
            "keyFrameIntervalMs",
            100,
            "The time between key frames of 0 ms was changed to 100 ms: 100 to 60000 is possible.",
        ),
        (
            {"audio": audio(channels=6)},
            "audio.channels",
            2,
            "The number of channels of 6 was changed to 2: 1 to 2 is possible.",
        ),
        (
            {"audio": audio(loudnessLufs=-3.5)},
            "audio.loudnessLufs",
            -5,
            "The loudness of -3.5 LUFS was changed to -5 LUFS: -70 to -5 is possible.",
        ),
        ({"metadata": {"title": "x" * 2000}}, "metadata.title", 1000, "The title was cut to 1000 characters."),
    ],
)
def test_numbers_out_of_bounds_are_clamped_and_reported(fields: dict, field: str, used: object, message: str) -> None:
    _, (clamped,) = clamp(parsed_settings(**fields))
    assert (clamped.field, clamped.used, clamped.message) == (field, used, message)


def test_a_picture_with_too_many_pixels_keeps_its_shape() -> None:
    made, clamps = clamp(parsed_settings(width=8192, height=8192))
    assert (made.width, made.height) == (5948, 5948)
    assert [each.field for each in clamps] == ["width", "height"]
    assert "at most 35389440 pixels in all" in clamps[0].message


def test_sound_alone_has_no_size_to_speak_of() -> None:
    made, clamps = clamp(parsed_settings(codec=False, audio=audio(), width=0, height=0, fps=0))
    assert (made.fps, clamps) == (FrameRate(1), ())


numbers = st.one_of(st.integers(0, 2**60), st.floats(0, 1e308), st.sampled_from([0, 1, 15, 16, 17, 8191, 8192, 8193]))


@given(
    st.fixed_dictionaries(
        {
            "width": numbers.map(int),
            "height": numbers.map(int),
            "fps": numbers,
            "bitrate": numbers,
            "quality": numbers,
            "keyFrameIntervalMs": numbers.map(int),
            "encoders": numbers.map(int),
            "metadata": st.fixed_dictionaries({"title": st.integers(0, 3000).map("x".__mul__)}),
        }
    ),
    st.fixed_dictionaries({"bitrate": numbers, "sampleRate": numbers.map(int), "channels": numbers.map(int), "loudnessLufs": numbers}),
)
def test_clamped_settings_are_within_bounds_and_clamping_again_changes_nothing(fields: dict, sound: dict) -> None:
    asked = parsed_settings(**fields, audio=audio(**sound))
    made, clamps = clamp(asked)
    assert clamp(made) == (made, ())
    for side in (made.width, made.height):
        assert SIDE_PX[0] <= side <= SIDE_PX[1]
        assert side % 2 == 0
    assert made.width * made.height <= MAX_AREA_PX
    for number, (low, high) in (
        (made.fps.fraction, FPS),
        (made.bitrate, VIDEO_BITRATE),
        (made.quality, (0, 1)),
        (made.key_frame_interval_ms, KEY_FRAME_INTERVAL_MS),
        (made.encoders, ENCODERS),
        (made.audio.bitrate, AUDIO_BITRATE),
        (made.audio.sample_rate, SAMPLE_RATE_HZ),
        (made.audio.channels, CHANNELS),
        (made.audio.loudness_lufs, LOUDNESS_LUFS),
    ):
        assert low <= number <= high
    assert bool(clamps) == (made != asked)
    assert all(len(each.message) < 200 for each in clamps)


def test_three_hours_at_120_fps_are_the_longest_film() -> None:
    three_hours = snapshot(track(clip(seconds=3 * 3600)))
    assert parsed(three_hours, settings(fps=120)).settings.fps.count(3 * 3600 * 10**6) == MAX_FRAMES
    with pytest.raises(ContractError) as refused:
        parsed(snapshot(track(clip(seconds=10 * 3600))), settings(fps=120))
    assert refused.value.message == (
        "timeline: 10:00:00.000 at 120 fps are 4320000 frames; at most 1296000 (3 hours at 120 fps) can be exported. "
        "Export a part of it, or fewer frames a second."
    )
    # A part of it is short enough, and so is a rate that is clamped before it is counted.
    parsed(snapshot(track(clip(seconds=10 * 3600))), settings(fps=120, range=time_range()))
    parsed(snapshot(track(clip(seconds=3600))), settings(fps=1e9))
