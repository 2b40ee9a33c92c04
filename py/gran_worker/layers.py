"""Timeline -> layers: what of it shows at which output frames, where it lands, and how it walks through its source."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from gran_worker.caption import Caption
from gran_worker.compose import AdjustOp, DrawOp, sheet
from gran_worker.effects import filters_of
from gran_worker.errors import PlanError, SourceError
from gran_worker.filters import Filter, softens
from gran_worker.geometry import ANCHORS, Affine, Crop, Fit, Point, Pose, Rect, Size, covers, placed, touches, upright
from gran_worker.joints import Slot, Span, build_slots, source_us
from gran_worker.look import TransitionKind
from gran_worker.ports import Probe, VideoInfo
from gran_worker.scope import Scope
from gran_worker.shown import Adjustment, Group, Layer, Mix, Moment, Motion, Shown, Single, SourceWalk, seen
from gran_worker.snapshot import Clip, Timeline, Track, enabled_clips, file_name, label
from gran_worker.timing import FrameRate, TimeRange, clock_text
from gran_worker.transitions import TRANSITIONS


@dataclass(frozen=True, slots=True)
class Screen:
    """What every picture is measured against: the part of the timeline that is put out, its frames and its size."""

    output: TimeRange
    rate: FrameRate
    n_frames: int
    size: Size
    fit: Fit


@dataclass(frozen=True, slots=True)
class Clock:
    """From output µs to the µs of a timeline: ``origin_us`` at output 0, ``speed`` of them for each. A frozen one stands.

    ``at_end``: it stands just before the end of a range, and what begins there, give or take a tick, is not in it.
    """

    origin_us: Moment
    speed: Fraction = Fraction(1)
    at_end: bool = False

    def when(self, timeline_us: Moment) -> Moment:
        """The output's moment at which the timeline comes to ``timeline_us``."""
        moment = (timeline_us - self.origin_us) / self.speed
        return int(moment) if moment.denominator == 1 else moment


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the clips of one timeline play: the outermost, or a nested one as a clip shows it.

    ``frames`` is as much of the output as it may be seen in. ``owner`` is the clip of the outermost timeline that shows it, and
    ``prefix`` the ids of the clips on the way to it.
    """

    scope: Scope
    screen: Screen
    probes: Mapping[str, Probe]
    clock: Clock
    frames: range
    owner: Clip | None = None
    prefix: tuple[str, ...] = ()

    def index(self, timeline_us: int) -> int:
        """The first of ``frames`` at or after a moment of the timeline, or their end."""
        if self.clock.speed == 0:
            return self.frames.start if timeline_us <= self.clock.origin_us else self.frames.stop
        moment = self.clock.when(timeline_us)
        index = self.screen.rate.first_index_at_snapped(-int(-moment // 1))
        return min(max(index, self.frames.start), self.frames.stop)

    def key(self, clip: Clip) -> str:
        """Another one where the timeline stands: a decoder that runs cannot go on with it, nor the other way round."""
        stands = f" at {self.clock.origin_us}" if self.clock.speed == 0 else ""
        return clip_key((*self.prefix, clip.id)) + stands

    def name(self, clip: Clip) -> str:
        return f"{label(clip)} in {label(self.owner)}" if self.owner else label(clip)


def build_layers(timeline: Timeline, screen: Screen, probes: Mapping[str, Probe]) -> tuple[Shown, ...]:
    """Everything that can be seen, bottom first. Raises SourceError for a picture that cannot be decoded."""
    stage = Stage(Scope((timeline,)), screen, probes, Clock(screen.output.start_us), range(screen.n_frames))
    return tuple(_staged(stage))


def source_key(scope: Scope, path: str) -> str:
    """One name for each file, however it is referred to: its path, after those of the timelines that it belongs to."""
    found = scope.find_source(path)
    if found is None:
        raise PlanError(f"The source {file_name(path)} is not among the sources.", code="E_MISSING")
    return "\0".join(found)


def clip_key(ids: Iterable[str]) -> str:
    """One name for each clip, by the ids on the way to it. Ids may hold anything, slashes too."""
    return "/".join(each.replace("\\", "\\\\").replace("/", "\\/") for each in ids)


def _staged(stage: Stage) -> Iterator[Shown]:
    for track in reversed(stage.scope.timeline.tracks):
        if track.kind == "video" and not track.video_hidden:
            before: Slot | None = None
            for slot in build_slots(enabled_clips(track)):
                yield from _slot(slot, before, track, stage)
                before = slot


def _slot(slot: Slot, before: Slot | None, track: Track, stage: Stage) -> Iterator[Shown]:
    """A clip's pieces in the order of time. The blend with the clip before is the later one's."""
    if slot.blends_in and before:
        yield from _blend(slot.blends_in, before, slot, track, stage)
    if slot.comes:
        yield from _pieces(slot, track, stage, _frames(slot.comes, stage), _motion(slot.comes, stage, comes=True))
    start_us, end_us = slot.rest_us
    yield from _pieces(slot, track, stage, range(stage.index(start_us), stage.index(end_us)), None)
    if slot.goes:
        yield from _pieces(slot, track, stage, _frames(slot.goes, stage), _motion(slot.goes, stage, comes=False))


def _frames(span: Span, stage: Stage) -> range:
    return range(stage.index(span.start_us), stage.index(span.end_us))


def _kind(span: Span) -> TransitionKind:
    return TRANSITIONS[span.transition.type]


def _motion(span: Span, stage: Stage, *, comes: bool) -> Motion:
    clock, transition = stage.clock, span.transition
    start_us, lasting_us = span.start_us, span.end_us - span.start_us
    frozen = clock.speed == 0
    return Motion(
        kind=_kind(span),
        comes=comes,
        direction=transition.direction,
        curve=transition.curve,
        start_us=0 if frozen else clock.when(start_us),
        duration_us=1 if frozen else lasting_us / clock.speed,
        size=stage.screen.size,
        stands_at=float((clock.origin_us - start_us) / Fraction(lasting_us)) if frozen else None,
    )


def _blend(span: Span, before: Slot, slot: Slot, track: Track, stage: Stage) -> Iterator[Shown]:
    kind = _kind(span)
    if kind.meeting == "turns":
        middle_us = (span.start_us + span.end_us) // 2
        first, second = replace(span, end_us=middle_us), replace(span, start_us=middle_us)
        yield from _pieces(before, track, stage, _frames(first, stage), _motion(first, stage, comes=False))
        yield from _pieces(slot, track, stage, _frames(second, stage), _motion(second, stage, comes=True))
        return
    frames = _frames(span, stage)
    leaving = list(_pieces(before, track, stage, frames, _motion(span, stage, comes=False)))
    coming = list(_pieces(slot, track, stage, frames, _motion(span, stage, comes=True)))
    size = stage.screen.size
    for part, shown in seen([*leaving, *coming], frames, size):
        pair = [replace(each, frames=part) for each in shown]
        if len(pair) == 2:
            a, b = pair
            assert isinstance(a, Single)
            assert isinstance(b, Single)
            fills = all(replace(each, motion=None).hides(size) for each in (a, b))
            yield Mix(f"{a.key} {b.key}", part, (a, b), kind, size, fills)
        else:
            yield from pair


def _pieces(slot: Slot, track: Track, stage: Stage, frames: range, motion: Motion | None) -> Iterator[Shown]:
    """What a clip shows over ``frames``, which may be none of its own where it is blended."""
    clip = slot.clip
    if not frames or clip.opacity == 0:
        return
    filters = filters_of(clip.effects) + filters_of(track.effects)
    if clip.clip_type == "timeline":
        yield from _nested(slot, filters, stage, frames, motion)
    elif clip.clip_type == "adjustment":
        affine, crop = _as_output(clip, stage.screen)
        if filters and touches(crop, affine, stage.screen.size):
            yield Adjustment(stage.key(clip), frames, AdjustOp(affine, crop, clip.opacity, filters), motion)
    else:
        layer = _picture(slot, filters, stage, frames)
        if layer is not None and (motion or touches(layer.op.crop, layer.op.affine, stage.screen.size)):
            yield replace(layer, motion=motion)


def _picture(slot: Slot, filters: tuple[Filter, ...], stage: Stage, frames: range) -> Layer | None:
    clip, screen = slot.clip, stage.screen
    way, key, owner = _walk(slot, stage), stage.key(clip), stage.owner or clip
    if clip.source is None:
        affine, crop = _as_output(clip, screen)
        op = DrawOp(clip.id, affine, crop, clip.opacity, *screen.size, filters=filters)
        if clip.clip_type == "text":
            if not clip.text or clip.text.isspace():
                return None
            op = replace(op, caption=Caption(clip.text, clip.style))
        else:
            op = replace(op, colour=clip.background_color)
        opaque = op.colour is not None and clip.opacity == 1 and _hides(op.colour)
        return _with_sheet(Layer(key, owner.id, stage.name(clip), None, None, frames, way, op, opaque), screen.size)
    path = source_key(stage.scope, clip.source.path)
    probe = stage.probes[path]
    if probe.video_problem is not None:
        raise SourceError(f"Clip {stage.name(clip)}: {probe.video_problem}", code="E_DECODE", clip_id=owner.id)
    video = probe.video
    if video is None:
        return None
    stored_to_shown = upright(video.rotation, video.raw)
    shown_to_stored = stored_to_shown.inverse()
    assert shown_to_stored is not None
    pose, crop_shares = _pose(clip)
    affine = stored_to_shown.then(placed(video.shown, screen.size, screen.fit, pose))
    part = Rect.around(shown_to_stored.apply(corner) for corner in crop_shares.of(video.shown).corners)
    op = DrawOp(clip.id, affine, part, clip.opacity, *video.raw, filters=filters)
    way = replace(way, first_us=video.first_pts_us)
    if stage.clock.at_end and clip.freeze_frame_source_us is None and way.freeze_us is not None:
        way = replace(way, freeze_us=max(way.source.start_us, way.freeze_us - 2 * video.tolerance_us))
    has_begun = _has_begun(way, video, screen.rate.start_us(frames.start))
    if not has_begun and video.lost_from_us is not None and way.at(screen.rate.start_us(frames.stop - 1)) >= video.lost_from_us:
        told = f"the picture of {probe.name} cannot be decoded before {clock_text(video.first_pts_us)}."
        remedy = "Let the clip begin there, or convert the file."
        raise SourceError(f"Clip {stage.name(clip)}: {told} {remedy}", code="E_DECODE", clip_id=owner.id)
    opaque = clip.opacity == 1 and video.opaque and has_begun
    return _with_sheet(Layer(key, owner.id, stage.name(clip), path, video, frames, way, op, opaque), screen.size)


def _with_sheet(layer: Layer, size: Size) -> Layer:
    if softens(layer.op.filters) and covers(layer.op.crop, layer.op.affine, size):
        return replace(layer, sheet=size)
    return layer


def _nested(slot: Slot, filters: tuple[Filter, ...], stage: Stage, frames: range, motion: Motion | None) -> Iterator[Shown]:
    clip, size = slot.clip, stage.screen.size
    affine, crop = _as_output(clip, stage.screen)
    op = replace(sheet(size), affine=affine, crop=crop, opacity=clip.opacity, filters=filters)
    if softens(filters) and covers(crop, affine, size):
        op = replace(op, repeats_edges=True)
    inside = [shown for inner in _inner_stages(slot, stage, frames) for shown in _staged(inner)]
    if op == sheet(size) and motion is None and not any(isinstance(each, Adjustment) for each in inside):
        yield from inside
        return
    if motion is None and not touches(crop, affine, size):
        return
    for part, shown in seen(inside, frames, size):
        if shown:
            yield Group(stage.key(clip), part, shown, op, motion)


def _inner_stages(slot: Slot, stage: Stage, frames: range) -> Iterator[Stage]:
    """The nested timeline as ``slot`` shows it over ``frames``: it stands before its beginning and after its end, and runs between."""
    clip, clock = slot.clip, stage.clock
    assert clip.source is not None
    scope = stage.scope.find_timeline(clip.source.path)
    if scope is None:
        raise PlanError(f"The timeline {file_name(clip.source.path)} is not among the timelines.", code="E_MISSING", clip_id=clip.id)
    begin = replace(stage, scope=scope, owner=stage.owner or clip, prefix=(*stage.prefix, clip.id))
    end_us = scope.timeline.end_us
    if clip.freeze_frame_source_us is not None:
        yield replace(begin, frames=frames, clock=Clock(clip.freeze_frame_source_us, Fraction(0)))
        return
    way = _walk(slot, stage)
    origin_us = clip.source_range.start_us + (clock.origin_us - clip.timeline_range.start_us) * clip.speed
    running = Clock(origin_us, clock.speed * clip.speed)
    last_us = min(way.end_us, end_us)
    if running.speed == 0:
        at_end = clock.at_end or running.origin_us >= last_us
        yield replace(begin, frames=frames, clock=Clock(min(max(running.origin_us, 0), last_us - 1), Fraction(0), at_end))
        return
    inner = replace(begin, frames=frames, clock=running)
    first, last = inner.index(0), max(inner.index(0), inner.index(last_us))
    for part, its_clock in (
        (range(frames.start, first), Clock(0, Fraction(0))),
        (range(first, last), running),
        (range(last, frames.stop), Clock(last_us - 1, Fraction(0), at_end=True)),
    ):
        if part:
            yield replace(inner, frames=part, clock=its_clock)


def _walk(slot: Slot, stage: Stage) -> SourceWalk:
    clip, clock = slot.clip, stage.clock
    source, speed = clip.source_range, clip.speed
    lead_us = source_us(slot.lead_us, speed)
    # One that holds its last frame already when it ends goes on holding it.
    moves = source_us(clip.timeline_range.duration_us, speed) <= source.duration_us + 1
    lag_us = source_us(slot.lag_us, speed) if moves else 0
    walk = SourceWalk(0, source, speed * clock.speed, clip.freeze_frame_source_us, lead_us, lag_us)
    if clock.speed == 0:
        stands = SourceWalk(clip.timeline_range.start_us, source, speed, clip.freeze_frame_source_us, lead_us, lag_us)
        return replace(walk, speed=speed, freeze_us=stands.at(int(clock.origin_us)))
    return replace(walk, start_us=clock.when(clip.timeline_range.start_us))


def _as_output(clip: Clip, screen: Screen) -> tuple[Affine, Rect]:
    """Where a clip lands that is as large as the output before its transform."""
    pose, crop = _pose(clip)
    return placed(screen.size, screen.size, "fill", pose), crop.of(screen.size)


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
