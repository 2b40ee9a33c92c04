"""Snapshot and probed sources -> RenderPlan. Pure: everything in it is counted in output frames and output samples."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from gran_worker.colour import BT709, Colour
from gran_worker.errors import PlanError
from gran_worker.geometry import Size, covers
from gran_worker.layers import Layer, Screen, build_layers
from gran_worker.ports import Probe
from gran_worker.settings import Settings
from gran_worker.snapshot import Clip, Timeline, enabled_clips, label
from gran_worker.timing import FrameRate, TimeRange, sample_index
from gran_worker.voices import Notice, Voice, build_voices

SEGMENT_US = 1_000_000
"""Sound and picture advance in turns of at most this."""


class Way(Enum):
    """The shortest way for the frames of a stretch."""

    STRAIGHT = "straight"
    """Decoder to encoder, no canvas."""
    CANVAS = "canvas"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Output frames that show the same layers, bottom first; nothing in it is hidden by what is above."""

    frames: range
    layers: tuple[Layer, ...]
    way: Way


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """``sample_rate_hz`` is 0 where the output has no sound; ``stretches`` is empty where it has no picture."""

    rate: FrameRate
    size: Size
    n_frames: int
    stretches: tuple[Stretch, ...]
    colour: Colour
    sample_rate_hz: int
    channels: int
    n_samples: int
    voices: tuple[Voice, ...]
    notices: tuple[Notice, ...]

    @property
    def duration_us(self) -> int:
        return self.rate.start_us(self.n_frames)

    @property
    def needs_canvas(self) -> bool:
        return any(stretch.way is Way.CANVAS for stretch in self.stretches)

    def segments(self) -> Iterator[tuple[range, range]]:
        """Output frames and output samples, a second at a time."""
        edges_us = [*range(0, self.duration_us, SEGMENT_US), self.duration_us]
        for start_us, end_us in pairwise(edges_us):
            yield (
                range(self.rate.first_index_at(start_us), self.rate.first_index_at(end_us)),
                range(sample_index(start_us, self.sample_rate_hz), sample_index(end_us, self.sample_rate_hz)),
            )


def source_paths(timeline: Timeline) -> dict[str, Clip]:
    """Every source that an enabled clip refers to, with the first such clip."""
    paths: dict[str, Clip] = {}
    for track in timeline.tracks:
        for clip in enabled_clips(track):
            if clip.source is not None:
                paths.setdefault(clip.source.path, clip)
    return paths


def check_drawable(timeline: Timeline) -> None:
    """Raises PlanError, naming the clip, for what a timeline may say and this version does not draw yet."""
    for track in timeline.tracks:
        enabled = list(enabled_clips(track))
        if enabled and any(effect.enabled for effect in track.effects):
            _refuse(enabled[0], "is on a track with effects")
        for clip in enabled:
            if clip.clip_type not in ("media", "background"):
                _refuse(clip, f"is a clip of type “{clip.clip_type}”")
            if any(effect.enabled for effect in clip.effects):
                _refuse(clip, "has effects")
            if clip.transition_in or clip.transition_out:
                _refuse(clip, "has a transition")


def film_extent(timeline: Timeline, settings: Settings) -> tuple[TimeRange, int]:
    """The part of the timeline that is put out, and how many frames that makes. Raises PlanError if it makes none."""
    ends_us = [clip.timeline_range.end_us for track in timeline.tracks for clip in enabled_clips(track)]
    if not ends_us:
        raise PlanError("There is nothing to export: the timeline has no enabled clip.", code="E_EMPTY")
    output = settings.range or TimeRange(0, max(ends_us))
    n_frames = settings.fps.count(output.duration_us)
    if n_frames == 0:
        raise PlanError("There is nothing to export: what was chosen is shorter than a frame.", code="E_EMPTY")
    return output, n_frames


def build_plan(timeline: Timeline, settings: Settings, probes: Mapping[str, Probe]) -> RenderPlan:
    """The plan of an export.

    ``settings`` are clamped; ``probes`` hold every path of :func:`source_paths`. Raises PlanError for a timeline that cannot be
    rendered and SourceError for a clip whose source cannot be decoded.
    """
    check_drawable(timeline)
    output, n_frames = film_extent(timeline, settings)
    size = Size(settings.width, settings.height)
    voices: tuple[Voice, ...] = ()
    notices: tuple[Notice, ...] = ()
    rate_hz = settings.audio.sample_rate if settings.audio else 0
    n_samples = sample_index(settings.fps.start_us(n_frames), rate_hz)
    if settings.audio:
        voices, notices = build_voices(timeline, output, rate_hz, n_samples, probes)
    colour = BT709
    stretches: tuple[Stretch, ...] = ()
    if settings.codec:
        screen = Screen(output, settings.fps, n_frames, size, settings.fit)
        colour, stretches = _picture(build_layers(timeline, screen, probes), n_frames, size)
    channels = settings.audio.channels if settings.audio else 0
    return RenderPlan(settings.fps, size, n_frames, stretches, colour, rate_hz, channels, n_samples, voices, notices)


def _refuse(clip: Clip, what: str) -> None:
    raise PlanError(
        f"Clip {label(clip)} {what}, which this version cannot draw yet. Remove or disable it and export again.",
        code="E_UNSUPPORTED",
        clip_id=clip.id,
    )


def _picture(layers: Sequence[Layer], n_frames: int, size: Size) -> tuple[Colour, tuple[Stretch, ...]]:
    """Stretches, and the one colour description that all of them can have."""
    visible = list(_visible(layers, n_frames, size))
    frames_of: Counter[Colour] = Counter()
    for frames, shown in visible:
        if len(shown) == 1 and _passes(shown[0], size) and shown[0].video and shown[0].video.colour:
            frames_of[shown[0].video.colour] += len(frames)
    colour = max(frames_of, key=lambda each: frames_of[each]) if frames_of else BT709
    stretches = _with_ways(visible, size, colour)
    if not colour.mixes_with_canvas and any(stretch.way is Way.CANVAS for stretch in stretches):
        # A canvas cannot be brought into this description exactly: rather one that every frame can have than a visible seam.
        colour = BT709
        stretches = _with_ways(visible, size, colour)
    return colour, stretches


def _visible(layers: Sequence[Layer], n_frames: int, size: Size) -> Iterator[tuple[range, tuple[Layer, ...]]]:
    """Cuts the film where any layer comes or goes; drops what an opaque layer above covers; joins equal neighbours."""
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for order, layer in enumerate(layers):
        starts.setdefault(layer.frames.start, []).append(order)
        ends.setdefault(layer.frames.stop, []).append(order)
    showing: set[int] = set()
    held: tuple[range, tuple[Layer, ...]] | None = None
    for first, end in pairwise(sorted({0, n_frames, *starts, *ends})):
        showing = (showing - set(ends.get(first, ()))) | set(starts.get(first, ()))
        shown: list[Layer] = []
        for order in sorted(showing, reverse=True):
            shown.insert(0, layers[order])
            if layers[order].opaque and covers(layers[order].op.crop, layers[order].op.affine, size):
                break
        if held is not None and held[1] == tuple(shown):
            held = (range(held[0].start, end), held[1])
            continue
        if held is not None:
            yield held
        held = (range(first, end), tuple(shown))
    if held is not None:
        yield held


def _with_ways(visible: Sequence[tuple[range, tuple[Layer, ...]]], size: Size, colour: Colour) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(
            frames,
            layers,
            Way.STRAIGHT
            if len(layers) == 1 and _passes(layers[0], size) and layers[0].video and layers[0].video.colour == colour
            else Way.CANVAS,
        )
        for frames, layers in visible
    )


def _passes(layer: Layer, size: Size) -> bool:
    """Whether the layer alone, drawn px for px over the whole output, is the picture."""
    video = layer.video
    return (
        video is not None
        and video.passes_straight
        and layer.opaque
        and video.raw == size
        and layer.op.affine.is_identity
        and layer.op.crop.width == size.width
        and layer.op.crop.height == size.height
    )
