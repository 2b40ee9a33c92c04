"""Codec strings and levels, and the order in which encoder configurations are tried."""

from collections.abc import Iterator
from dataclasses import dataclass

from gran_worker.geometry import Size
from gran_worker.timing import FrameRate

VIDEO_FAMILIES = ("avc", "hevc", "vp9", "av1", "vp8")
AUDIO_FAMILIES = ("aac", "opus", "mp3", "flac", "pcm-s16")

CONTAINERS: dict[str, tuple[str, ...]] = {
    "avc": ("mp4", "mov", "mkv"),
    "hevc": ("mp4", "mov", "mkv"),
    "vp9": ("webm", "mp4", "mkv"),
    "av1": ("webm", "mp4", "mkv"),
    "vp8": ("webm", "mkv"),
    "aac": ("mp4", "mov", "mkv", "m4a"),
    "opus": ("webm", "mp4", "mkv", "ogg"),
    "mp3": ("mp4", "mov", "mkv", "mp3"),
    "flac": ("mp4", "mkv", "flac"),
    "pcm-s16": ("mov", "mkv", "wav"),
}

# ITU-T H.264 (08/2021) table A-1: level -> (macroblocks a second, macroblocks a frame, kbit/s in Main).
AVC_LEVELS: dict[int, tuple[int, int, int]] = {
    10: (1_485, 99, 64),
    11: (3_000, 396, 192),
    12: (6_000, 396, 384),
    13: (11_880, 396, 768),
    20: (11_880, 396, 2_000),
    21: (19_800, 792, 4_000),
    22: (20_250, 1_620, 4_000),
    30: (40_500, 1_620, 10_000),
    31: (108_000, 3_600, 14_000),
    32: (216_000, 5_120, 20_000),
    40: (245_760, 8_192, 20_000),
    41: (245_760, 8_192, 50_000),
    42: (522_240, 8_704, 50_000),
    50: (589_824, 22_080, 135_000),
    51: (983_040, 36_864, 240_000),
    52: (2_073_600, 36_864, 240_000),
    60: (4_177_920, 139_264, 240_000),
    61: (8_355_840, 139_264, 480_000),
    62: (16_711_680, 139_264, 800_000),
}

# ITU-T H.265 (08/2021) table A.8 and A.9: level_idc -> (luma samples a second, luma samples a picture).
HEVC_LEVELS: dict[int, tuple[int, int]] = {
    60: (3_686_400, 122_880),
    63: (7_372_800, 245_760),
    90: (16_588_800, 552_960),
    93: (33_177_600, 983_040),
    120: (66_846_720, 2_228_224),
    123: (133_693_440, 2_228_224),
    150: (267_386_880, 8_912_896),
    153: (534_773_760, 8_912_896),
    156: (1_069_547_520, 8_912_896),
    180: (1_069_547_520, 35_651_584),
    183: (2_139_095_040, 35_651_584),
    186: (4_278_190_080, 35_651_584),
}

# VP9 Levels (WebM Project): level -> (luma samples a second, luma samples a picture).
VP9_LEVELS: dict[int, tuple[int, int]] = {
    10: (829_440, 36_864),
    11: (2_764_800, 73_728),
    20: (4_608_000, 122_880),
    21: (9_216_000, 245_760),
    30: (20_736_000, 552_960),
    31: (36_864_000, 983_040),
    40: (83_558_400, 2_228_224),
    41: (160_432_128, 2_228_224),
    50: (311_951_360, 8_912_896),
    51: (588_251_136, 8_912_896),
    52: (1_176_502_272, 8_912_896),
    60: (1_176_502_272, 35_651_584),
    61: (2_353_004_544, 35_651_584),
    62: (4_706_009_088, 35_651_584),
}

# AV1 Bitstream & Decoding Process, A.3: seq_level_idx -> (luma samples a second, luma samples a picture).
AV1_LEVELS: dict[int, tuple[int, int]] = {
    0: (4_423_680, 147_456),
    1: (8_363_520, 278_784),
    4: (19_975_680, 665_856),
    5: (31_950_720, 1_065_024),
    8: (70_778_880, 2_359_296),
    9: (141_557_760, 2_359_296),
    12: (267_386_880, 8_912_896),
    13: (534_773_760, 8_912_896),
    14: (1_069_547_520, 8_912_896),
    16: (1_069_547_520, 35_651_584),
    17: (2_139_095_040, 35_651_584),
    18: (4_278_190_080, 35_651_584),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """One encoder configuration to try."""

    codec: str
    hardware: str
    """WebCodecs ``hardwareAcceleration``."""
    differs: str | None
    """What a person gave up by taking this rung instead of the first; None for the first."""


def family(codec: str) -> str:
    """The family of a WebCodecs codec string or of a family's own name."""
    prefix = codec.split(".")[0]
    return {
        "avc1": "avc",
        "avc3": "avc",
        "hvc1": "hevc",
        "hev1": "hevc",
        "vp09": "vp9",
        "av01": "av1",
        "mp4a": "aac",
    }.get(prefix, prefix)


def ladder(codec: str, size: Size, rate: FrameRate, bitrate: int, hardware: str) -> Iterator[Rung]:
    """Configurations in the order in which they are tried: as asked, then other profiles, then software."""
    strings = [codec] if "." in codec else list(codec_strings(codec, size, rate, bitrate))
    for acceleration in dict.fromkeys((hardware, "prefer-software")):
        for string in strings:
            gave_up: list[str] = []
            if string != strings[0]:
                gave_up.append(f"profile {string} instead of {strings[0]}")
            if acceleration != hardware:
                gave_up.append("the software encoder")
            yield Rung(string, acceleration, " and ".join(gave_up) or None)


def codec_strings(codec: str, size: Size, rate: FrameRate, bitrate: int) -> Iterator[str]:
    """Full codec strings of a family at the lowest level that holds ``size`` at ``rate``, best profile first."""
    # All standards bound a side to about sqrt(8 · the level's picture), so a ribbon needs the level of a larger picture.
    luma = max(size.width * size.height, max(size) ** 2 // 8)
    luma_rate = size.width * size.height * rate.num // rate.den
    match codec:
        case "avc":
            blocks = -(-size.width // 16) * -(-size.height // 16)
            block_rate = blocks * rate.num / rate.den
            # High carries a quarter more than Main at the same level (table A-2).
            longest = -(-max(size) // 16)
            level = _lowest(AVC_LEVELS, (block_rate, max(blocks, longest**2 / 8), bitrate / 1250))
            yield from (f"avc1.{profile}{level:02x}" for profile in ("6400", "4d00", "42e0"))
        case "hevc":
            yield f"hvc1.1.6.L{_lowest(HEVC_LEVELS, (luma_rate, luma))}.B0"
        case "vp9":
            yield f"vp09.00.{_lowest(VP9_LEVELS, (luma_rate, luma))}.08"
        case "av1":
            yield f"av01.0.{_lowest(AV1_LEVELS, (luma_rate, luma)):02}M.08"
        case _:
            yield codec


def _lowest(levels: dict[int, tuple[int, int]] | dict[int, tuple[int, int, int]], need: tuple[float, ...]) -> int:
    """The lowest level whose limits hold what is needed, else the highest: the encoder has the last word."""
    for level, limits in levels.items():
        if all(wanted <= limit for wanted, limit in zip(need, limits, strict=True)):
            return level
    return max(levels)


QUANTIZER_RANGE: dict[str, tuple[int, int]] = {"avc": (45, 16), "hevc": (45, 16), "vp9": (58, 12), "av1": (58, 12)}
"""Quantizer of quality 0 and of quality 1: from plainly blocky to visually lossless, by eye on noise over motion."""


def quantizer(codec: str, quality: float) -> int | None:
    """The constant quantizer for ``quality`` 0..1, or None where the codec has none in WebCodecs."""
    bounds = QUANTIZER_RANGE.get(family(codec))
    return None if bounds is None else round(bounds[0] + (bounds[1] - bounds[0]) * quality)
