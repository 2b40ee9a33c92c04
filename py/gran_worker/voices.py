"""Timeline -> voices: which clip's sound is heard at which output samples, from which source samples, how loud."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest

from gran_worker.errors import PlanError, SourceError
from gran_worker.joints import Slot, build_slots
from gran_worker.layers import Clock, clip_key, source_key
from gran_worker.ports import Probe
from gran_worker.scope import Scope
from gran_worker.shown import Moment
from gran_worker.snapshot import ROUNDING_US, Clip, Timeline, Track, enabled_clips, file_name, is_heard, label
from gran_worker.timing import TimeRange, sample_index


@dataclass(frozen=True, slots=True)
class Fade:
    """Ramps at both ends of ``extent``, all in output samples.

    Straight ones, or (``crossing``) quarters of a sine: two sounds that cross so keep their power.
    """

    extent: range
    fade_in: int
    fade_out: int
    crossing: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """One clip's sound at output samples ``samples``.

    ``key`` is its own even where one nested timeline is heard twice; ``clip_id`` is the clip of the outermost timeline that it
    belongs to, for messages.

    ``origin`` is the source sample (exact, at ``rate_hz``) that sounds at output sample 0, ``step`` the source samples per
    output sample. ``origin`` is whole where ``step`` is 1: a cut of one source neither skips nor repeats a sample.
    ``gains`` are linear, ``balances`` -1 (left) to 1 (right); each is the clip's, then the track's.
    """

    key: str
    clip_id: str
    name: str
    path: str
    samples: range
    origin: Fraction
    step: Fraction
    rate_hz: int
    gains: tuple[float, ...]
    balances: tuple[float, ...]
    fades: tuple[Fade, ...]


@dataclass(frozen=True, slots=True)
class Hearing:
    """How the clips of one timeline are heard: the outermost, or a nested one through the clip that shows it.

    ``extent`` is as much of the output as they may sound in; gains, balances and fades are those of the clips on the way.
    """

    scope: Scope
    clock: Clock
    rate_hz: int
    extent: range
    gains: tuple[float, ...] = ()
    balances: tuple[float, ...] = ()
    fades: tuple[Fade, ...] = ()
    path: tuple[Clip, ...] = ()

    def index(self, timeline_us: Moment) -> int:
        return sample_index(self.clock.when(timeline_us), self.rate_hz)

    def count(self, timeline_us: Moment) -> int:
        return sample_index(timeline_us / self.clock.speed, self.rate_hz)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that degrades the result without ending the export."""

    code: str
    message: str
    clip_id: str | None = None


def build_voices(
    timeline: Timeline, output: TimeRange, rate_hz: int, n_samples: int, probes: Mapping[str, Probe]
) -> tuple[tuple[Voice, ...], tuple[Notice, ...]]:
    """Every voice, ordered by its clip's id: a sum of floats depends on its order, and ids stay when tracks are moved.

    Raises SourceError for a clip that should sound and cannot be decoded.
    """
    voices: list[Voice] = []
    notices: list[Notice] = []
    hearing = Hearing(Scope((timeline,)), Clock(output.start_us), rate_hz, range(n_samples))
    _hear(hearing, probes, voices, notices)
    return tuple(sorted(voices, key=lambda voice: voice.key)), tuple(notices)


def _hear(hearing: Hearing, probes: Mapping[str, Probe], voices: list[Voice], notices: list[Notice]) -> None:
    timeline = hearing.scope.timeline
    for track in timeline.tracks:
        if not is_heard(track, timeline):
            continue
        track_fade = _track_fade(track, timeline.end_us, hearing)
        clips = list(enabled_clips(track))
        for (clip, end_us), slot in zip(_with_ends(clips), build_slots(clips), strict=True):
            if not _may_sound(clip, track):
                continue
            assert clip.source is not None
            if clip.clip_type == "timeline":
                inner = _inner(slot, end_us, track, track_fade, hearing)
                if inner is not None:
                    _hear(inner, probes, voices, notices)
                continue
            key = source_key(hearing.scope, clip.source.path)
            probe = probes[key]
            owner = hearing.path[0] if hearing.path else clip
            name = f"{label(clip)} in {label(owner)}" if hearing.path else label(clip)
            if probe.audio_problem is not None:
                raise SourceError(f"Clip {name}: {probe.audio_problem}", code="E_DECODE", clip_id=owner.id)
            if probe.audio is None:
                if track.kind == "audio":
                    message = f"Clip {name} is on a sound track, but {probe.name} has no sound."
                    notices.append(Notice("no-sound", message, owner.id))
                continue
            voice = replace(_voice(slot, end_us, track, track_fade, hearing, probe.audio.rate_hz), path=key, name=name)
            if voice.samples:
                voices.append(voice)


def _with_ends(clips: Sequence[Clip]) -> Iterator[tuple[Clip, int]]:
    """Each clip with its end, µs: where the next one begins, if they touch but for what an editor rounded."""
    for clip, after in zip_longest(clips, clips[1:]):
        end_us = clip.timeline_range.end_us
        if after is not None and abs(after.timeline_range.start_us - end_us) <= ROUNDING_US:
            end_us = after.timeline_range.start_us
        yield clip, end_us


def _may_sound(clip: Clip, track: Track) -> bool:
    if clip.clip_type not in ("media", "timeline") or clip.freeze_frame_source_us is not None or clip.is_image:
        return False
    if track.kind == "video" and clip.audio_from_video_disabled:
        return False
    return clip.audio_gain > 0 and track.audio_gain > 0


def _inner(slot: Slot, end_us: int, track: Track, track_fade: Fade, hearing: Hearing) -> Hearing | None:
    """How the timeline is heard that the slot's clip shows."""
    clip = slot.clip
    assert clip.source is not None
    scope = hearing.scope.find_timeline(clip.source.path)
    if scope is None:
        raise PlanError(f"The timeline {file_name(clip.source.path)} is not among the timelines.", code="E_MISSING", clip_id=clip.id)
    clock = hearing.clock
    origin_us = clip.source_range.start_us + (clock.origin_us - clip.timeline_range.start_us) * clip.speed
    shape = _voice(slot, end_us, track, track_fade, hearing, hearing.rate_hz)
    if not shape.samples:
        return None
    return Hearing(
        scope,
        Clock(origin_us, clock.speed * clip.speed),
        hearing.rate_hz,
        shape.samples,
        shape.gains,
        shape.balances,
        shape.fades,
        (*hearing.path, clip),
    )


def _voice(slot: Slot, end_us: int, track: Track, track_fade: Fade, hearing: Hearing, source_hz: int) -> Voice:
    clip = slot.clip
    assert clip.source is not None
    clock, rate_hz, source, start_us = hearing.clock, hearing.rate_hz, clip.source_range, clip.timeline_range.start_us
    extent = range(hearing.index(start_us), hearing.index(end_us))
    # Beyond its source range a clip is silent, however long its slot; but not for a sample that rounding both ranges cost.
    slot_us, playing_us = end_us - start_us, source.duration_us / clip.speed
    is_short = slot_us - playing_us > ROUNDING_US + ROUNDING_US / clip.speed
    # In a blend it plays before its start and on past its end, into whatever its source has there.
    start = hearing.index(start_us - slot.lead_us)
    end = hearing.index(start_us + (int(playing_us) if is_short else slot_us + slot.lag_us))
    speed = clip.speed * clock.speed
    step = speed * source_hz / rate_hz
    origin = (source.start_us - clock.when(start_us) * speed) * source_hz / 1_000_000
    return Voice(
        key=clip_key(each.id for each in (*hearing.path, clip)),
        clip_id=(*hearing.path, clip)[0].id,
        name=label(clip),
        path=clip.source.path,
        samples=range(max(hearing.extent.start, start), min(end, hearing.extent.stop)),
        origin=Fraction(round(origin)) if step == 1 else origin,
        step=step,
        rate_hz=source_hz,
        gains=(clip.audio_gain, track.audio_gain, *hearing.gains),
        balances=(clip.audio_balance, track.audio_balance, *hearing.balances),
        fades=(
            Fade(extent, hearing.count(clip.audio_fade_in_us), hearing.count(clip.audio_fade_out_us)),
            track_fade,
            *_crossings(slot, hearing),
            *hearing.fades,
        ),
    )


def _crossings(slot: Slot, hearing: Hearing) -> Iterator[Fade]:
    """The fades of a clip's transitions."""
    coming, going = slot.comes or slot.blends_in, slot.goes or slot.blends_out
    if coming is None and going is None:
        return
    whole = slot.clip.timeline_range
    start_us, end_us = coming.start_us if coming else whole.start_us, going.end_us if going else whole.end_us
    start, end = (hearing.index(edge_us) for edge_us in (start_us, end_us))
    fade_in = hearing.index(coming.end_us) - start if coming else 0
    fade_out = end - hearing.index(going.start_us) if going else 0
    yield Fade(range(start, end), fade_in, fade_out, crossing=True)


def _track_fade(track: Track, timeline_end_us: int, hearing: Hearing) -> Fade:
    extent = range(hearing.index(0), hearing.index(timeline_end_us))
    return Fade(extent, hearing.count(track.audio_fade_in_us), hearing.count(track.audio_fade_out_us))
