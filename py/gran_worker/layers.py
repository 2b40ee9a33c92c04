"""Timeline -> layers: which clip's picture shows at which output frames, where it lands, and how it walks through its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from gran_worker.compose import DrawOp
from gran_worker.errors import SourceError
from gran_worker.geometry import ANCHORS, Crop, Fit, Point, Pose, Rect, Size, placed, touches, upright
from gran_worker.ports import Probe, VideoInfo
from gran_worker.snapshot import Clip, Timeline, enabled_clips, label
from gran_worker.timing import FrameRate, TimeRange


@dataclass(frozen=True, slots=True)
class SourceWalk:
    """How a clip moves through its source. All µs; ``start_us`` is on the output's own clock, the rest on the source's."""

    start_us: int
    source: TimeRange
    speed: Fraction = Fraction(1)
    freeze_us: int | None = None

    def at(self, output_us: int) -> int:
        """Source time that shows at ``output_us``, rounded down. Past the end of the range it stays there."""
        if self.freeze_us is not None:
            return self.freeze_us
        # An edge up to 1 µs after a frame time counts as on it, so a clip may show a moment before it starts.
        elapsed_us = max(0, output_us - self.start_us)
        return min(self.source.start_us + elapsed_us * self.speed.numerator // self.speed.denominator, self.source.end_us)


@dataclass(frozen=True, slots=True)
class Layer:
    """One clip's picture. ``path`` and ``video`` are None for a fill."""

    clip_id: str
    name: str
    path: str | None
    video: VideoInfo | None
    frames: range
    walk: SourceWalk
    op: DrawOp
    opaque: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """What every picture is measured against: the part of the timeline that is put out, its frames and its size."""

    output: TimeRange
    rate: FrameRate
    n_frames: int
    size: Size
    fit: Fit


def build_layers(timeline: Timeline, screen: Screen, probes: Mapping[str, Probe]) -> tuple[Layer, ...]:
    """Every picture that can be seen, bottom first. Raises SourceError for a picture that cannot be decoded."""
    return tuple(
        layer
        for track in reversed(timeline.tracks)
        if track.kind == "video" and not track.video_hidden
        for clip in sorted(enabled_clips(track), key=lambda clip: clip.timeline_range.start_us)
        if (layer := _layer(clip, screen, probes)) is not None
    )


def walk(clip: Clip, output: TimeRange) -> SourceWalk:
    start_us = clip.timeline_range.start_us - output.start_us
    return SourceWalk(start_us, clip.source_range, clip.speed, clip.freeze_frame_source_us)


def _layer(clip: Clip, screen: Screen, probes: Mapping[str, Probe]) -> Layer | None:
    frames = _frames(clip, screen)
    if not frames or clip.opacity == 0:
        return None
    pose, crop = _pose(clip)
    if clip.source is None:
        affine = placed(screen.size, screen.size, "fill", pose)
        op = DrawOp(clip.id, affine, crop.of(screen.size), clip.opacity, *screen.size, colour=clip.background_color)
        opaque = clip.opacity == 1 and _hides(clip.background_color)
        layer = Layer(clip.id, label(clip), None, None, frames, walk(clip, screen.output), op, opaque)
    else:
        probe = probes[clip.source.path]
        if probe.video_problem is not None:
            raise SourceError(f"Clip {label(clip)}: {probe.video_problem}", code="E_DECODE", clip_id=clip.id)
        video = probe.video
        if video is None:
            return None
        stored_to_shown = upright(video.rotation, video.raw)
        shown_to_stored = stored_to_shown.inverse()
        assert shown_to_stored is not None
        affine = stored_to_shown.then(placed(video.shown, screen.size, screen.fit, pose))
        part = Rect.around(shown_to_stored.apply(corner) for corner in crop.of(video.shown).corners)
        op = DrawOp(clip.id, affine, part, clip.opacity, *video.raw)
        way = walk(clip, screen.output)
        opaque = clip.opacity == 1 and video.opaque and _has_begun(way, video, screen.rate.start_us(frames.start))
        layer = Layer(clip.id, label(clip), clip.source.path, video, frames, way, op, opaque)
    return layer if touches(layer.op.crop, layer.op.affine, screen.size) else None


def _frames(clip: Clip, screen: Screen) -> range:
    start_us = clip.timeline_range.start_us - screen.output.start_us
    first = screen.rate.first_index_at_snapped(start_us)
    end = screen.rate.first_index_at_snapped(start_us + clip.timeline_range.duration_us)
    return range(max(0, first), min(end, screen.n_frames))


def _has_begun(way: SourceWalk, video: VideoInfo, output_us: int) -> bool:
    """Whether there is a frame to show at ``output_us``: where the file begins later, what is below shows until then."""
    return video.kind == "image" or way.freeze_us is not None or video.first_pts_us <= way.at(output_us) + video.grace_us


def _hides(colour: str) -> bool:
    """Whether nothing shines through a fill of ``colour``."""
    text = "".join(colour.lower().split())
    if text.startswith("#"):
        return len(text) < len("#rrggbbaa") or text.endswith("ff")
    if text.startswith("rgb") and text.count(",") == 3:
        alpha = text.rstrip(")").rpartition(",")[2]
        return float(alpha.rstrip("%")) >= (100 if alpha.endswith("%") else 1)
    return text != "transparent"


def _pose(clip: Clip) -> tuple[Pose, Crop]:
    transform = clip.transform
    if transform is None:
        return Pose(), Crop()
    anchor, crop = transform.anchor, transform.crop
    pivot = Point(*ANCHORS[anchor.preset]) if anchor.preset in ANCHORS else Point(anchor.x, anchor.y)
    pose = Pose(
        Point(transform.scale.x, transform.scale.y),
        transform.rotation_deg,
        Point(transform.position.x, transform.position.y),
        pivot,
    )
    return pose, Crop(crop.left, crop.top, crop.right, crop.bottom)
