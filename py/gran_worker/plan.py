"""Snapshot and probed sources -> RenderPlan. Pure: everything in it is counted in output frames and output samples."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from gran_worker.colour import BT709, Colour
from gran_worker.copying import Passage, find_passage, is_copyable
from gran_worker.errors import PlanError
from gran_worker.geometry import Size
from gran_worker.layers import Screen, build_layers, source_key
from gran_worker.ports import Probe, VideoInfo
from gran_worker.scope import Scope
from gran_worker.settings import Settings
from gran_worker.shown import Layer, Shown, leaves, seen
from gran_worker.snapshot import Clip, Timeline, enabled_clips, matters
from gran_worker.subtitles import burn_in, cut_captions, write_captions
from gran_worker.timing import FrameRate, TimeRange, sample_index
from gran_worker.voices import Notice, Voice, build_voices

SEGMENT_US = 1_000_000
"""Sound and picture advance in turns of at most this."""


class Way(Enum):
    """The shortest way for the frames of a stretch."""

    COPY = "copy"
    """As it is in the file, where that can be; straight where it cannot."""
    STRAIGHT = "straight"
    """Decoder to encoder, no canvas."""
    CANVAS = "canvas"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Output frames that show the same layers, bottom first; nothing in it is hidden by what is above."""

    frames: range
    layers: tuple[Shown, ...]
    way: Way

    @property
    def needs_canvas(self) -> bool:
        """Copying begins and ends among frames that are encoded anew: from a canvas, where decoders give no planes."""
        if self.way is not Way.COPY:
            return self.way is Way.CANVAS
        (layer,) = self.layers
        return isinstance(layer, Layer) and layer.video is not None and not layer.video.planar


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
    passage: Passage | None
    """What the sound is copied from, where it need not be mixed."""
    notices: tuple[Notice, ...]
    captions: str = ""
    """A WebVTT file for a track of captions; empty where the output has none."""

    @property
    def duration_us(self) -> int:
        return self.rate.start_us(self.n_frames)

    @property
    def needs_canvas(self) -> bool:
        return any(stretch.needs_canvas for stretch in self.stretches)

    def segments(self) -> Iterator[tuple[range, range]]:
        """Output frames and output samples, a second at a time."""
        edges_us = [*range(0, self.duration_us, SEGMENT_US), self.duration_us]
        for start_us, end_us in pairwise(edges_us):
            yield (
                range(self.rate.first_index_at(start_us), self.rate.first_index_at(end_us)),
                range(sample_index(start_us, self.sample_rate_hz), sample_index(end_us, self.sample_rate_hz)),
            )


def source_paths(timeline: Timeline) -> dict[str, Clip]:
    """Every source of an enabled clip that can be seen or heard, nested ones included, with the first clip of the outermost timeline."""
    paths: dict[str, Clip] = {}
    _collect(Scope((timeline,)), None, paths, set())
    return paths


def _collect(scope: Scope, owner: Clip | None, paths: dict[str, Clip], entered: set[tuple[str, ...]]) -> None:
    for clip in (clip for track in scope.timeline.tracks if matters(track, scope.timeline) for clip in enabled_clips(track)):
        if clip.source is None:
            continue
        if clip.clip_type != "timeline":
            paths.setdefault(source_key(scope, clip.source.path), owner or clip)
        elif (inner := scope.find_timeline(clip.source.path)) is not None and inner.keys not in entered:
            entered.add(inner.keys)
            _collect(inner, owner or clip, paths, entered)


def film_extent(timeline: Timeline, settings: Settings) -> tuple[TimeRange, int]:
    """The part of the timeline that is put out, and how many frames that makes. Raises PlanError if it makes none."""
    if timeline.end_us == 0:
        raise PlanError("There is nothing to export: the timeline has no enabled clip.", code="E_EMPTY")
    output = settings.range or TimeRange(0, timeline.end_us)
    n_frames = settings.fps.count(output.duration_us)
    if n_frames == 0:
        raise PlanError("There is nothing to export: what was chosen is shorter than a frame.", code="E_EMPTY")
    return output, n_frames


def build_plan(timeline: Timeline, settings: Settings, probes: Mapping[str, Probe]) -> RenderPlan:
    """The plan of an export.

    ``settings`` are clamped; ``probes`` hold every path of :func:`source_paths`. Raises PlanError for a timeline that cannot be
    rendered and SourceError for a clip whose source cannot be decoded.
    """
    output, n_frames = film_extent(timeline, settings)
    size = Size(settings.width, settings.height)
    voices: tuple[Voice, ...] = ()
    notices: tuple[Notice, ...] = ()
    passage: Passage | None = None
    rate_hz = settings.audio.sample_rate if settings.audio else 0
    n_samples = sample_index(settings.fps.start_us(n_frames), rate_hz)
    if settings.audio:
        voices, notices = build_voices(timeline, output, rate_hz, n_samples, probes)
        passage = find_passage(voices, settings.audio, n_samples, probes)
    colour = BT709
    stretches: tuple[Stretch, ...] = ()
    if settings.codec:
        drawn = burn_in(timeline, size.height) if settings.captions == "burn" else timeline
        screen = Screen(output, settings.fps, n_frames, size, settings.fit)
        colour, stretches = _picture(build_layers(drawn, screen, probes), n_frames, settings)
        notices += _tone_mapped(stretches, probes) + _miscoloured(stretches, probes)
    channels = settings.audio.channels if settings.audio else 0
    captions = write_captions(cut_captions(timeline.captions, output), "vtt") if settings.captions == "embed" else ""
    return RenderPlan(settings.fps, size, n_frames, stretches, colour, rate_hz, channels, n_samples, voices, passage, notices, captions)


def _picture(layers: Sequence[Shown], n_frames: int, settings: Settings) -> tuple[Colour, tuple[Stretch, ...]]:
    """Stretches, and the one colour description that all of them can have."""
    size = Size(settings.width, settings.height)
    visible = list(seen(layers, range(n_frames), size))
    frames_of: Counter[Colour] = Counter()
    for frames, shown in visible:
        video = _passing(shown, size)
        if video is not None and video.colour is not None:
            frames_of[video.colour] += len(frames)
    colour = max(frames_of, key=lambda each: frames_of[each]) if frames_of else BT709
    stretches = _with_ways(visible, settings, colour)
    if not colour.mixes_with_canvas and any(stretch.needs_canvas for stretch in stretches):
        # A canvas cannot be brought into this description exactly: rather one that every frame can have than a visible seam.
        colour = BT709
        stretches = _with_ways(visible, settings, colour)
    return colour, stretches


def _with_ways(visible: Sequence[tuple[range, tuple[Shown, ...]]], settings: Settings, colour: Colour) -> tuple[Stretch, ...]:
    return tuple(Stretch(frames, layers, _way(layers, settings, colour)) for frames, layers in visible)


def _way(layers: tuple[Shown, ...], settings: Settings, colour: Colour) -> Way:
    video = _passing(layers, Size(settings.width, settings.height))
    if video is None or video.colour != colour:
        return Way.CANVAS
    layer = layers[0]
    if isinstance(layer, Layer) and is_copyable(layer, settings):
        return Way.COPY
    return Way.STRAIGHT if video.planar else Way.CANVAS


def _passing(layers: tuple[Shown, ...], size: Size) -> VideoInfo | None:
    """The video whose frames are the picture as they are: alone, px for px, over the whole output."""
    if len(layers) != 1 or not isinstance(layer := layers[0], Layer):
        return None
    video = layer.video
    passes = (
        video is not None
        and video.upright
        and (video.colour is None or not video.colour.is_hdr)
        and layer.opaque
        and layer.motion is None
        and not layer.op.filters
        and video.raw == size
        and layer.op.affine.is_identity
        and layer.op.crop.width == size.width
        and layer.op.crop.height == size.height
    )
    return video if passes else None


def _tone_mapped(stretches: Sequence[Stretch], probes: Mapping[str, Probe]) -> tuple[Notice, ...]:
    """One notice for each HDR source that is seen."""
    notices: dict[str, Notice] = {}
    for layer in (layer for stretch in stretches for layer in leaves(stretch.layers)):
        video = layer.video
        if layer.path and video and video.colour and video.colour.is_hdr and not video.converted and layer.path not in notices:
            told = f"{probes[layer.path].name} is HDR. Its colours are brought down to the SDR of the file."
            notices[layer.path] = Notice("hdr", told, layer.clip_id)
    return tuple(notices.values())


def _miscoloured(stretches: Sequence[Stretch], probes: Mapping[str, Probe]) -> tuple[Notice, ...]:
    """One notice for each source of which the browser's own conversion to RGB loses something that nothing here can bring back."""
    notices: dict[str, Notice] = {}
    for layer in (layer for stretch in stretches if stretch.way is not Way.COPY for layer in leaves(stretch.layers)):
        video = layer.video
        if not layer.path or video is None or not video.converted or video.colour is None:
            continue
        if video.colour.is_hdr:
            lost = "is HDR, which this browser does not bring down to SDR: its colours come out pale."
        elif not video.opaque:
            lost = "has transparent parts, which this browser decodes roughly: where it is half transparent its colours are a little off."
        elif video.colour.full_range:
            lost = "uses the full range of levels, of which this browser cuts the darkest and the brightest."
        else:
            continue
        told = f"{probes[layer.path].name} {lost} Export in Chrome or Edge, or convert the file first."
        notices.setdefault(layer.path, Notice("colours", told, layer.clip_id))
    return tuple(notices.values())
