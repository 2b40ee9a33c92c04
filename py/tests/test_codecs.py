"""Codec strings and levels, against the tables of the standards."""

import pytest

from gran_worker.codecs import AUDIO_FAMILIES, CONTAINERS, VIDEO_FAMILIES, codec_strings, family, ladder, quantizer
from gran_worker.geometry import Size
from gran_worker.timing import FrameRate

MBIT = 1_000_000
P360, P720, P1080, P2160 = Size(640, 360), Size(1280, 720), Size(1920, 1080), Size(3840, 2160)
FILM, NTSC = FrameRate(24), FrameRate(30_000, 1001)


def first_string(codec: str, size: Size, fps: int | FrameRate, bitrate: int = MBIT) -> str:
    rate = FrameRate(fps) if isinstance(fps, int) else fps
    return next(iter(codec_strings(codec, size, rate, bitrate)))


@pytest.mark.parametrize(
    ("size", "fps", "bitrate", "string"),
    [
        (P360, 30, MBIT, "avc1.64001e"),  # 3.0
        (P720, 30, 4 * MBIT, "avc1.64001f"),  # 3.1
        (P720, 60, 4 * MBIT, "avc1.640020"),  # 3.2
        (P1080, 30, 8 * MBIT, "avc1.640028"),  # 4.0
        (P1080, NTSC, 8 * MBIT, "avc1.640028"),
        (P1080, 60, 12 * MBIT, "avc1.64002a"),  # 4.2
        (P2160, FILM, 40 * MBIT, "avc1.640033"),  # 5.1
        (P2160, 30, 40 * MBIT, "avc1.640033"),
        (P2160, 60, 60 * MBIT, "avc1.640034"),  # 5.2
        (Size(7680, 4320), 30, 100 * MBIT, "avc1.64003c"),  # 6.0
        (Size(176, 144), 15, 64_000, "avc1.64000a"),  # 1.0
    ],
)
def test_h264_takes_the_lowest_level_that_holds_size_rate_and_bitrate(size: Size, fps: int | FrameRate, bitrate: int, string: str) -> None:
    assert first_string("avc", size, fps, bitrate) == string


def test_h264_rises_a_level_for_the_bitrate_alone() -> None:
    # 4.0 ends at 25 Mbit/s in High; 4.1 and 4.2 hold 62.5.
    assert first_string("avc", P1080, 30, 25 * MBIT) == "avc1.640028"
    assert first_string("avc", P1080, 30, 25 * MBIT + 1000) == "avc1.640029"


def test_h264_counts_whole_macroblocks() -> None:
    # 1080 lines are 67.5 rows of macroblocks: 120 × 68 × 30 = 244 800 of the 245 760 that 4.0 allows.
    assert first_string("avc", Size(1920, 1088), 30) == "avc1.640028"
    assert first_string("avc", Size(1920, 1090), 30) == "avc1.64002a"


def test_h264_levels_bound_the_length_of_a_side() -> None:
    # A level holds no side over sqrt(8 · its macroblocks a frame), table A-1 and A.3.1: 8192 px are 512 of them.
    assert first_string("avc", Size(8192, 16), 1) == "avc1.640033"
    assert first_string("avc", Size(16, 8192), 1) == "avc1.640033"


def test_h264_tries_high_then_main_then_baseline() -> None:
    strings = list(codec_strings("avc", P720, FrameRate(30), MBIT))
    assert strings == ["avc1.64001f", "avc1.4d001f", "avc1.42e01f"]


@pytest.mark.parametrize(
    ("codec", "size", "fps", "string"),
    [
        ("vp9", P360, 30, "vp09.00.21.08"),
        ("vp9", P720, 30, "vp09.00.31.08"),
        ("vp9", P1080, 30, "vp09.00.40.08"),
        ("vp9", P1080, 60, "vp09.00.41.08"),
        ("vp9", P2160, 30, "vp09.00.50.08"),
        ("vp9", P2160, 60, "vp09.00.51.08"),
        ("av1", P360, 30, "av01.0.01M.08"),
        ("av1", P720, 30, "av01.0.05M.08"),
        ("av1", P1080, 30, "av01.0.08M.08"),
        ("av1", P1080, 60, "av01.0.09M.08"),
        ("av1", P2160, 30, "av01.0.12M.08"),
        ("av1", P2160, 60, "av01.0.13M.08"),
        ("hevc", P720, 30, "hvc1.1.6.L93.B0"),
        ("hevc", P1080, 30, "hvc1.1.6.L120.B0"),
        ("hevc", P1080, 60, "hvc1.1.6.L123.B0"),
        ("hevc", P2160, 30, "hvc1.1.6.L150.B0"),
        ("hevc", P2160, 60, "hvc1.1.6.L153.B0"),
        ("vp8", P1080, 30, "vp8"),
    ],
)
def test_other_codecs_take_the_lowest_level_too(codec: str, size: Size, fps: int, string: str) -> None:
    assert first_string(codec, size, fps) == string


@pytest.mark.parametrize(("codec", "string"), [("vp9", "vp09.00.50.08"), ("av1", "av01.0.12M.08"), ("hevc", "hvc1.1.6.L150.B0")])
@pytest.mark.parametrize("size", [Size(8192, 16), Size(16, 8192)])
def test_a_ribbon_needs_the_level_of_a_larger_picture(codec: str, string: str, size: Size) -> None:
    assert first_string(codec, size, 30) == string


def test_beyond_the_highest_level_the_encoder_has_the_last_word() -> None:
    assert first_string("avc", Size(8192, 8192), 240) == "avc1.64003e"
    assert first_string("vp9", Size(8192, 8192), 240) == "vp09.00.62.08"


@pytest.mark.parametrize(
    ("string", "name"),
    [
        ("avc1.640028", "avc"),
        ("avc3.42e01f", "avc"),
        ("hvc1.1.6.L93.B0", "hevc"),
        ("hev1.1.6.L93.B0", "hevc"),
        ("vp09.00.31.08", "vp9"),
        ("av01.0.08M.08", "av1"),
        ("mp4a.40.2", "aac"),
        *((name, name) for name in (*VIDEO_FAMILIES, *AUDIO_FAMILIES)),
    ],
)
def test_a_codec_string_belongs_to_a_family(string: str, name: str) -> None:
    assert family(string) == name


def test_every_family_has_a_container() -> None:
    assert set(CONTAINERS) == {*VIDEO_FAMILIES, *AUDIO_FAMILIES}
    assert [CONTAINERS[family(codec)][0] for codec in ("avc1.640028", "vp09.00.31.08", "opus")] == ["mp4", "webm", "webm"]


def test_the_ladder_gives_up_profiles_first_and_hardware_last() -> None:
    rungs = list(ladder("avc", P1080, FrameRate(30), MBIT, "no-preference"))
    assert [(rung.codec[5:7], rung.hardware) for rung in rungs] == [
        *((profile, "no-preference") for profile in ("64", "4d", "42")),
        *((profile, "prefer-software") for profile in ("64", "4d", "42")),
    ]


def test_the_ladder_names_what_each_rung_gives_up() -> None:
    first, second, _, software, *_, last = ladder("avc", P1080, FrameRate(30), MBIT, "prefer-hardware")
    assert first.differs is None
    assert second.differs == "profile avc1.4d0028 instead of avc1.640028"
    assert software.differs == "the software encoder"
    assert last.differs == "profile avc1.42e028 instead of avc1.640028 and the software encoder"


def test_software_that_was_asked_for_is_tried_once() -> None:
    assert len(list(ladder("vp9", P720, FrameRate(30), MBIT, "prefer-software"))) == 1


def test_a_full_codec_string_is_taken_at_its_word() -> None:
    assert {rung.codec for rung in ladder("avc1.4d0020", P2160, FrameRate(60), MBIT, "no-preference")} == {"avc1.4d0020"}


@pytest.mark.parametrize("codec", ["avc", "hevc", "vp9", "av1", "avc1.640028"])
def test_more_quality_means_a_smaller_quantizer(codec: str) -> None:
    steps = [quantizer(codec, tenth / 10) for tenth in range(11)]
    assert all(isinstance(step, int) and 0 < step < 64 for step in steps)
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > steps[-1]


def test_vp8_has_no_quantizer() -> None:
    assert quantizer("vp8", 0.5) is None
