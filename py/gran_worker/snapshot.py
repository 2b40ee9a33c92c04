"""The timeline inside ``init_export``: tracks, clips, effects, transitions. Times are integer µs.

Once parsed, everything in it is immutable, within bounds and complete: nothing further in checks or defaults again.
Unknown fields are ignored, since newer editors send more.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Literal, Union

from pydantic import Field, model_validator

from gran_worker.effects import EFFECTS, AnyEffect
from gran_worker.refusals import printable
from gran_worker.sparse import Sparse
from gran_worker.textstyle import CaptionStyle, TextStyle
from gran_worker.timing import FrameRate, TimeRange
from gran_worker.transitions import TRANSITIONS
from gran_worker.wire import (
    MAX_SAFE,
    AnyRange,
    ClipRange,
    Colour,
    FirstProblem,
    Flag,
    Id,
    JsObject,
    LooseWirePart,
    Number,
    Opaque,
    RateOf,
    SourceFile,
    TimeUs,
    Whole,
    Wire,
    WirePart,
    refusal,
)

MAX_TRACKS = 100
MAX_CLIPS = 10_000
MAX_TEXT_CHARS = 10_000
MAX_EFFECTS = 100
MAX_CAPTIONS = 10_000
ROUNDING_US = 1
"""Editors round each edge for itself, so that clips that touch may seem to overlap by this much."""

Gain = Annotated[float, Number(0, 10)]
Balance = Annotated[float, Number(-1, 1)]
Part = Annotated[float, Number(0, 1)]
Pixels = Annotated[float, Number(-1_000_000, 1_000_000, "pixels")]
Sources = Annotated[Mapping[str, SourceFile], FirstProblem()]
FontFile = Annotated[Opaque, JsObject(("File", "Blob"))]


@dataclass(frozen=True, slots=True)
class Scale(WirePart):
    """Factors; a negative one flips."""

    x: Annotated[float, Number(-1000, 1000)]
    y: Annotated[float, Number(-1000, 1000)]


@dataclass(frozen=True, slots=True)
class Position(WirePart):
    """Output px from where the clip would lie, y down."""

    x: Pixels
    y: Pixels


@dataclass(frozen=True, slots=True)
class Crop(LooseWirePart):
    """Fractions of the shown picture that each side loses; where they meet, nothing is left to show."""

    left: Part = 0.0
    top: Part = 0.0
    right: Part = 0.0
    bottom: Part = 0.0


@dataclass(frozen=True, slots=True)
class Anchor(LooseWirePart):
    """What scale and rotation turn about. ``x`` and ``y``, fractions of the clip, count for ``custom`` only."""

    preset: Literal["center", "topLeft", "topRight", "bottomLeft", "bottomRight", "custom"] = "center"
    x: Annotated[float, Number(-100, 100)] = 0.5
    y: Annotated[float, Number(-100, 100)] = 0.5


@dataclass(frozen=True, slots=True)
class Transform(LooseWirePart):
    scale: Scale = Scale(1.0, 1.0)
    rotation_deg: Annotated[float, Number(-1_000_000, 1_000_000, "degrees")] = 0.0
    """Clockwise."""
    position: Position = Position(0.0, 0.0)
    crop: Crop = Crop()
    anchor: Anchor = Anchor()


if TYPE_CHECKING:
    Effect = AnyEffect
    TransitionName = str
else:
    # The tables say what there is: a new effect or transition is one file (effects/, transitions/).
    Effect = Annotated[Union[EFFECTS], Field(discriminator="type")]  # noqa: UP007 - of as many as there are
    TransitionName = Literal[tuple(sorted(TRANSITIONS))]

Effects = Annotated[tuple[Effect, ...], Field(max_length=MAX_EFFECTS)]


@dataclass(frozen=True, slots=True)
class Transition(WirePart):
    type: TransitionName
    duration_us: TimeUs
    mode: Literal["blend", "composite"] = "blend"
    """``blend`` mixes with the neighbour on the track, ``composite`` with the tracks below."""
    curve: Literal["linear", "bezier"] = "linear"
    direction: Literal["left", "right", "up", "down"] = "left"
    """Where a wipe or slide moves to."""


@dataclass(frozen=True, slots=True)
class Source(WirePart):
    path: Annotated[str, Field(min_length=1, max_length=4096)]
    """A key into ``sources`` or ``timelines``, nothing else: it is never opened, joined or fetched."""


class Gap(Sparse):
    kind: Literal["gap"]
    id: Id
    timeline_range: AnyRange


class Clip(Sparse):
    """One placement on a track. ``speed`` 2 plays twice as fast; gains are linear, a balance is -1 (left) to 1."""

    kind: Literal["clip"]
    id: Id
    clip_type: Literal["media", "timeline", "adjustment", "background", "text"]
    timeline_range: ClipRange
    name: str = ""
    disabled: Flag = False
    source: Source | None = None
    """Set for every media and timeline clip."""
    source_range: AnyRange = TimeRange(0, 0)
    """As much as the clip plays from 0, where the type of clip needs none and none was given."""
    speed: Annotated[Fraction, Number(0.1, 10)] = Fraction(1)
    freeze_frame_source_us: TimeUs | None = None
    is_image: Flag = False
    opacity: Part = 1.0
    transform: Transform | None = None
    effects: Effects = ()
    transition_in: Transition | None = None
    transition_out: Transition | None = None
    audio_gain: Gain = 1.0
    audio_balance: Balance = 0.0
    audio_fade_in_us: TimeUs = 0
    audio_fade_out_us: TimeUs = 0
    audio_from_video_disabled: Flag = False
    background_color: Colour = "#000000"
    text: Annotated[str, Field(max_length=MAX_TEXT_CHARS)] | None = None
    """Set for every text clip."""
    style: TextStyle = TextStyle()

    def complete(self) -> None:
        plays = self.clip_type == "media" or self.clip_type == "timeline"
        if plays and self.source is None:
            raise refusal(f"is required for a {self.clip_type} clip", at="source")
        if self.clip_type == "text" and self.text is None:
            raise refusal("is required for a text clip", at="text")
        if self.source_range.duration_us == 0:
            if plays and not (self.is_image or self.freeze_frame_source_us is not None):
                if "source_range" in vars(self):
                    raise refusal("must be 1 or more for a clip that plays", at="sourceRange.durationUs")
                raise refusal(f"is required for a {self.clip_type} clip", at="sourceRange")
            length_us = -(-self.timeline_range.duration_us * self.speed.numerator // self.speed.denominator)
            vars(self)["source_range"] = TimeRange(self.source_range.start_us, length_us)


class Track(Wire):
    """Clips that never overlap by more than rounding; the order of ``items`` means nothing."""

    id: Id
    kind: Literal["video", "audio"]
    name: str = ""
    video_hidden: Flag = False
    audio_muted: Flag = False
    audio_solo: Flag = False
    audio_gain: Gain = 1.0
    audio_balance: Balance = 0.0
    audio_fade_in_us: TimeUs = 0
    audio_fade_out_us: TimeUs = 0
    effects: Effects = ()
    items: Annotated[tuple[Annotated[Clip | Gap, Field(discriminator="kind")], ...], Field(max_length=MAX_CLIPS), FirstProblem()]

    @cached_property
    def enabled_clips(self) -> tuple[Clip, ...]:
        """The clips that count, by their start."""
        clips = [item for item in self.items if item.kind == "clip" and not item.disabled]
        return tuple(sorted(clips, key=attrgetter("timeline_range.start_us")))

    @model_validator(mode="after")
    def _is_consistent(self) -> "Track":
        is_sound = self.kind == "audio"
        end_us, reaching = 0, None
        for clip in self.enabled_clips:
            if is_sound and clip.clip_type not in ("media", "timeline"):
                raise refusal(f"is a {clip.clip_type} clip on an audio track", at=self._path_of(clip))
            start_us = clip.timeline_range.start_us
            if start_us < end_us - ROUNDING_US and reaching:
                raise refusal(
                    f"clip {label(clip)} overlaps clip {label(reaching)} ({self._path_of(reaching)} of the same track) "
                    f"by {end_us - start_us} microseconds; clips of one track may touch, not overlap",
                    at=self._path_of(clip),
                )
            end_us, reaching = start_us + clip.timeline_range.duration_us, clip  # none ends before the one it follows
        return self

    def _path_of(self, clip: Clip) -> str:
        return f"items[{next(i for i, item in enumerate(self.items) if item is clip)}]"


class Caption(Wire):
    """What is said from ``startUs`` on. Captions may overlap; what their style leaves open follows the size of the picture."""

    start_us: TimeUs
    duration_us: Annotated[int, Whole(1, MAX_SAFE, "microseconds")]
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
    style: CaptionStyle | None = None

    @property
    def end_us(self) -> int:
        return self.start_us + self.duration_us


class Timebase(Wire):
    fps: Annotated[FrameRate, RateOf()]


class Timeline(Wire):
    """What to render. The first video track is on top.

    ``sources``, ``timelines`` and ``fonts`` of a nested timeline may be left out: what it does not have itself is
    looked up in the timeline that holds it, and so on outward (:class:`gran_worker.scope.Scope`).
    """

    timebase: Timebase
    tracks: Annotated[tuple[Track, ...], Field(max_length=MAX_TRACKS), FirstProblem()]
    sources: Sources
    timelines: Annotated[Mapping[str, "NestedTimeline"], FirstProblem()] = {}
    fonts: Annotated[Mapping[str, FontFile], FirstProblem()] = {}
    captions: Annotated[tuple[Caption, ...], Field(max_length=MAX_CAPTIONS), FirstProblem()] = ()
    """What the settings do with them is done with the outermost timeline's alone."""

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "Timeline":
        tracks = [(track.id, f"tracks[{t}]") for t, track in enumerate(self.tracks)]
        _check_unique(tracks)
        clips = [item.id for track in self.tracks for item in track.items if item.kind == "clip"]
        if len(set(clips)) < len(clips):
            places = ((f"tracks[{t}].items[{i}]", item) for t, track in enumerate(self.tracks) for i, item in enumerate(track.items))
            _check_unique((item.id, place) for place, item in places if item.kind == "clip")
        return self

    @property
    def end_us(self) -> int:
        """The end of the last enabled clip, 0 where there is none."""
        return max((track.enabled_clips[-1].timeline_range.end_us for track in self.tracks if track.enabled_clips), default=0)


class NestedTimeline(Timeline):
    sources: Sources = {}


def enabled_clips(track: Track) -> tuple[Clip, ...]:
    """The clips that count, by their start."""
    return track.enabled_clips


def is_heard(track: Track, timeline: Timeline) -> bool:
    """Solo beats mute."""
    return track.audio_solo if any(each.audio_solo for each in timeline.tracks) else not track.audio_muted


def matters(track: Track, timeline: Timeline) -> bool:
    """Whether it is seen or heard at all."""
    return track.kind == "video" and not track.video_hidden or is_heard(track, timeline)


def label(clip: Clip) -> str:
    """A clip for people: “beach” (c1)."""
    name = clip.name or (file_name(clip.source.path) if clip.source else "")
    return f"“{printable(name)}” ({printable(clip.id)})" if name else printable(clip.id)


def file_name(path: str) -> str:
    """The last part of ``path``: messages show no more of it."""
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1] or path


def _check_unique(places: Iterable[tuple[str, str]]) -> None:
    taken: dict[str, str] = {}
    for each, place in places:
        if (first := taken.setdefault(each, place)) != place:
            raise refusal(f"is the id of {first} already", at=f"{place}.id")
