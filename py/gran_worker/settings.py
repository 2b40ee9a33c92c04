"""What to make of the timeline: size, rate, codecs, container. Numbers out of bounds are clamped, nonsense is refused."""

import re
from dataclasses import dataclass
from math import isqrt
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema, model_validator

from gran_worker.codecs import CONTAINERS, family
from gran_worker.errors import ContractError
from gran_worker.refusals import printable
from gran_worker.timing import FrameRate, TimeRange, clock_text
from gran_worker.wire import REFUSED, Flag, Number, RangeOf, RateOf, Shaped, StrictWire, Whole, listed, refusal

SIDE_PX = (16, 8192)
MAX_AREA_PX = 8192 * 4320
FPS = (1, 240)
VIDEO_BITRATE = (100_000, 200_000_000)
AUDIO_BITRATE = (32_000, 320_000)
SAMPLE_RATE_HZ = (8_000, 192_000)
CHANNELS = (1, 2)
KEY_FRAME_INTERVAL_MS = (100, 60_000)
QUALITY = (0.0, 1.0)
ENCODERS = (1, 8)
LOUDNESS_LUFS = (-70.0, -5.0)
MAX_TAG_CHARS = 1000
MAX_FRAMES = 3 * 3600 * 120

Container = Literal["mp4", "mov", "webm", "mkv", "m4a", "ogg", "wav", "mp3", "flac"]
SOUND_ONLY = ("m4a", "ogg", "wav", "mp3", "flac")
ALPHA_CODECS = ("vp8", "vp9")
ALPHA_CONTAINERS = ("webm", "mkv")
CAPTION_CONTAINERS = ("mp4", "webm", "mkv")

FULL_CODECS = {
    "avc": r"avc[13]\.[0-9A-Fa-f]{6}",
    "hevc": r"(hvc1|hev1)\.[ABC]?[0-9]{1,2}\.[0-9A-Fa-f]{1,8}\.[LH][0-9]{1,3}(\.[0-9A-Fa-f]{1,2}){0,6}",
    "vp8": r"vp8",
    "vp9": r"vp09(\.[0-9]{2}){3}((\.[0-9]{2}){5})?",
    "av1": r"av01\.[0-2]\.[0-9]{2}[MH]\.[0-9]{2}(\.[0-9]\.[0-9]{3}((\.[0-9]{2}){3}\.[0-9])?)?",
}
"""Families of codecs for the picture, and what their full strings look like."""


def _video_codec(codec: object) -> object:
    if codec is False:
        return False
    if isinstance(codec, str) and (codec in FULL_CODECS or re.fullmatch(FULL_CODECS.get(family(codec), "!"), codec)):
        return codec
    families = listed(tuple(FULL_CODECS))
    raise refusal(f"must be {families}, a full codec string such as avc1.640028, or false for sound alone")


def _audio_codec(codec: object) -> object:
    return "aac" if codec == "mp4a.40.2" else codec


def _whole_bits(bits: object) -> object:
    """Pages compute bitrates; half a bit is nobody's mistake."""
    return int(bits) if isinstance(bits, float) and 0 <= bits < float("inf") else bits


def _encoders(n: object) -> object:
    if n == "auto":
        return n
    if isinstance(n, int | float) and not isinstance(n, bool) and n >= 0 and n == n // 1:
        return int(n)
    raise refusal('must be "auto" or a whole number')


def _one_line(text: str) -> str:
    """Without control characters, which some players choke on."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def _audio_tag(audio: object) -> str | None:
    if audio is False:
        return "<no audio>"
    return "<audio>" if isinstance(audio, dict | AudioSettings) else None


Bits = Annotated[int, Whole(0, None, "bits a second"), BeforeValidator(_whole_bits, json_schema_input_type=float)]
Copying = Literal["auto", "never"]
Figure = int | float | FrameRate
FileTag = Annotated[str, AfterValidator(_one_line)]


class Metadata(StrictWire):
    """What the file says about itself."""

    title: FileTag = ""
    artist: FileTag = ""
    album: FileTag = ""
    album_artist: FileTag = ""
    genre: FileTag = ""
    comment: FileTag = ""
    description: FileTag = ""

    def tags(self) -> dict[str, str]:
        """Those that are set, under their names on the wire, which are the muxer's too."""
        return {name: value for name, value in self.model_dump(by_alias=True).items() if value}


class AudioSettings(StrictWire):
    codec: Annotated[Literal["aac", "opus", "mp3", "flac", "pcm-s16"], BeforeValidator(_audio_codec)]
    bitrate: Bits
    """Bits a second; means nothing to flac and pcm-s16."""
    sample_rate: Annotated[int, Whole(0, None, "samples a second")]
    channels: Annotated[int, Whole(0, None)]
    copying: Copying = Field("auto", alias="copy")
    limiter: Flag = True
    loudness_lufs: Annotated[float, Number()] | None = None


class Settings(StrictWire):
    """As asked for; numbers out of bounds are clamped later. Where ``codec`` is false, size and bitrate mean nothing."""

    width: Annotated[int, Whole(0, None, "pixels")]
    height: Annotated[int, Whole(0, None, "pixels")]
    fps: Annotated[FrameRate, RateOf(zero=True)]
    codec: Annotated[
        str | Literal[False],
        PlainValidator(_video_codec),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "boolean", "const": False}]}),
    ]
    """A family (``avc``), a full codec string, or False for sound alone."""
    bitrate: Bits
    audio: Annotated[
        Annotated[AudioSettings, Tag("<audio>")] | Annotated[Literal[False], Tag("<no audio>")],
        Discriminator(
            _audio_tag,
            custom_error_type=REFUSED,
            custom_error_message="{words}",
            custom_error_context={"words": "must be an object, or false for no sound", "at": ""},
        ),
    ]
    container: Container = "mp4"
    """Chosen by the codecs where none was asked for."""
    quality: Annotated[float, Number(0)] | None = None
    """0..1; wins over ``bitrate``."""
    bitrate_mode: Literal["variable", "constant"] = "variable"
    key_frame_interval_ms: Annotated[int, Whole(0, None, "milliseconds")] = 2000
    hardware_acceleration: Literal["no-preference", "prefer-hardware", "prefer-software"] = "no-preference"
    executor: Literal["auto", "2d", "pixi"] = "auto"
    fit: Literal["contain", "cover", "fill"] = "contain"
    copying: Copying = Field("auto", alias="copy")
    encoders: Annotated[
        int | Literal["auto"],
        PlainValidator(_encoders),
        WithJsonSchema({"anyOf": [{"type": "string", "const": "auto"}, {"type": "integer", "minimum": 0}]}),
    ] = "auto"
    """At most that many share the picture, where it can be cut at key frames (docs/adr/0007)."""
    range: Annotated[TimeRange, RangeOf(extra="forbid")] | None = None
    background: Annotated[str, Shaped("#[0-9a-fA-F]{6}", "must be a colour such as #000000")] = "#000000"
    alpha: Flag = False
    fast_start: Flag = False
    verify: Flag = True
    metadata: Metadata | None = None
    captions: Literal["none", "burn", "embed"] = "none"
    """The timeline's captions: left out, drawn into the picture, or a WebVTT track beside it."""

    @property
    def video_family(self) -> str | None:
        """The family of ``codec``, None without a picture."""
        return family(self.codec) if self.codec else None

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if not self.codec and not self.audio:
            raise refusal("is false and so is codec: nothing would be left to export", at="audio")
        fitting = self._fitting_containers()
        if "container" not in self.model_fields_set and fitting:
            # Frozen for everyone else; here the settings are still being made.
            self.__dict__["container"] = fitting[0]
        codecs = " with ".join(each for each in (self.video_family, self.audio.codec if self.audio else None) if each)
        if self.container not in fitting:
            allowed = f"use {listed(fitting)}" if fitting else "no container does"
            raise refusal(f'"{self.container}" cannot hold {codecs}; {allowed}', at="container")
        if self.alpha and not (self.video_family in ALPHA_CODECS and self.container in ALPHA_CONTAINERS):
            raise refusal(f"needs {listed(ALPHA_CODECS)} in {listed(ALPHA_CONTAINERS)}", at="alpha")
        if self.captions == "embed" and self.container not in CAPTION_CONTAINERS:
            raise refusal(f'"embed" needs {listed(CAPTION_CONTAINERS)} as container', at="captions")
        return self

    def _fitting_containers(self) -> list[str]:
        """Best first: what the picture goes into usually, or what holds sound alone."""
        sound = CONTAINERS[self.audio.codec] if self.audio else None
        if self.video_family is None:
            return sorted(sound or (), key=lambda each: each not in SOUND_ONLY)
        return [each for each in CONTAINERS[self.video_family] if sound is None or each in sound]


@dataclass(frozen=True, slots=True)
class Clamp:
    """One number that was brought within bounds; ``message`` says so in a sentence for people."""

    field: str
    asked: Figure
    used: Figure
    message: str


def clamp(settings: Settings) -> tuple[Settings, tuple[Clamp, ...]]:
    """``settings`` within bounds, and what had to change for it. Clamping twice changes nothing more."""
    picture = [*_size_changes(settings), *_rate_changes(settings), *_limited(settings, PICTURE)]
    changes: dict[str, object] = {change.name: change.clamp.used for change in picture}
    # A film without a picture has no size to speak of: its numbers come within bounds without a word.
    clamps = [change.clamp for change in picture] if settings.codec else []
    if settings.audio:
        sound = _limited(settings.audio, SOUND, "audio.")
        changes["audio"] = settings.audio.model_copy(update={change.name: change.clamp.used for change in sound})
        clamps += [change.clamp for change in sound]
    if settings.metadata:
        tags = _tag_changes(settings.metadata)
        changes["metadata"] = settings.metadata.model_copy(
            update={change.name: getattr(settings.metadata, change.name)[:MAX_TAG_CHARS] for change in tags}
        )
        clamps += [change.clamp for change in tags]
    return settings.model_copy(update=changes), tuple(clamps)


def check_length(settings: Settings, end_us: int) -> None:
    """Raises ContractError where the film would have too many frames. ``settings`` are clamped; ``end_us`` is the timeline's."""
    length_us = settings.range.duration_us if settings.range else end_us
    n_frames = settings.fps.count(length_us)
    if n_frames > MAX_FRAMES:
        raise ContractError(
            f"timeline: {clock_text(length_us)} at {settings.fps} fps are {n_frames} frames; at most {MAX_FRAMES} (3 hours at "
            "120 fps) can be exported. Export a part of it, or fewer frames a second."
        )


@dataclass(frozen=True, slots=True)
class _Limit:
    name: str
    what: str
    bounds: tuple[float, float]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Change:
    name: str
    clamp: Clamp


PICTURE = (
    _Limit("bitrate", "video bitrate", VIDEO_BITRATE, " bit/s"),
    _Limit("quality", "quality", QUALITY),
    _Limit("key_frame_interval_ms", "time between key frames", KEY_FRAME_INTERVAL_MS, " ms"),
    _Limit("encoders", "number of encoders", ENCODERS),
)
SOUND = (
    _Limit("bitrate", "audio bitrate", AUDIO_BITRATE, " bit/s"),
    _Limit("sample_rate", "sample rate", SAMPLE_RATE_HZ, " Hz"),
    _Limit("channels", "number of channels", CHANNELS),
    _Limit("loudness_lufs", "loudness", LOUDNESS_LUFS, " LUFS"),
)


def _limited(settings: Settings | AudioSettings, limits: tuple[_Limit, ...], where: str = "") -> list[_Change]:
    changes = []
    for limit in limits:
        asked = getattr(settings, limit.name)
        if isinstance(asked, int | float) and not limit.bounds[0] <= asked <= limit.bounds[1]:
            field = where + str(type(settings).model_fields[limit.name].alias)
            used = min(max(asked, limit.bounds[0]), limit.bounds[1])
            low, high = map(_figure, limit.bounds)
            changes.append(_change(limit.name, field, limit.what, asked, used, limit.unit, f"{low} to {high} is possible"))
    return changes


def _size_changes(settings: Settings) -> list[_Change]:
    asked = (settings.width, settings.height)
    width, height = (min(max(side, SIDE_PX[0]), SIDE_PX[1]) for side in asked)
    why = f"{SIDE_PX[0]} to {SIDE_PX[1]}, and even, is possible"
    if width * height > MAX_AREA_PX:
        why = f"at most {MAX_AREA_PX} pixels in all are possible"
        width, height = isqrt(MAX_AREA_PX * width // height), isqrt(MAX_AREA_PX * height // width)
    used = (width - width % 2, height - height % 2)
    return [
        _change(side, side, side, was, now, " pixels", why)
        for side, was, now in zip(("width", "height"), asked, used, strict=True)
        if was != now
    ]


def _rate_changes(settings: Settings) -> list[_Change]:
    low, high = map(FrameRate, FPS)
    if low.fraction <= settings.fps.fraction <= high.fraction:
        return []
    used = low if settings.fps.fraction < low.fraction else high
    return [_change("fps", "fps", "frame rate", settings.fps, used, " fps", f"{low} to {high} is possible")]


def _tag_changes(metadata: Metadata) -> list[_Change]:
    long = {name: tag for name, tag in metadata if len(tag) > MAX_TAG_CHARS}
    return [
        _Change(
            name,
            Clamp(
                f"metadata.{Metadata.model_fields[name].alias}",
                len(tag),
                MAX_TAG_CHARS,
                f"The {name} was cut to {MAX_TAG_CHARS} characters.",
            ),
        )
        for name, tag in long.items()
    ]


def _change(name: str, field: str, what: str, asked: Figure, used: Figure, unit: str, why: str) -> _Change:
    message = f"The {what} of {_figure(asked)}{unit} was changed to {_figure(used)}{unit}: {why}."
    return _Change(name, Clamp(field, asked, used, message))


def _figure(figure: Figure) -> str:
    return f"{figure:g}" if isinstance(figure, float) else printable(str(figure))
