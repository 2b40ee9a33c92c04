"""Timeline -> voices: which clip's sound is heard at which output samples, from which source samples, how loud."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest

from gran_worker.errors import SourceError
from gran_worker.joints import Slot, build_slots
from gran_worker.layers import walk
from gran_worker.ports import Probe
from gran_worker.snapshot import ROUNDING_US, Clip, Timeline, Track, enabled_clips, label
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

    ``origin`` is the source sample (exact, at ``rate_hz``) that sounds at output sample 0, ``step`` the source samples per
    output sample. ``origin`` is whole where ``step`` is 1: a cut of one source neither skips nor repeats a sample.
    ``gains`` are linear, ``balances`` -1 (left) to 1 (right); each is the clip's, then the track's.
    """

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
class Notice:
    """Something that degrades the result without ending the export."""

    code: str
    message: str
    clip_id: str | None = None


def build_voices(
    timeline: Timeline, output: TimeRange, rate_hz: int, n_samples: int, probes: Mapping[str, Probe]
) -> tuple[tuple[Voice, ...], tuple[Notice, ...]]:
    """Every voice, ordered by clip id: a sum of floats depends on its order, and ids stay when tracks are moved.

    Raises SourceError for a clip that should sound and cannot be decoded.
    """
    voices: list[Voice] = []
    notices: list[Notice] = []
    soloed = any(track.audio_solo for track in timeline.tracks)
    timeline_end_us = max(clip.timeline_range.end_us for track in timeline.tracks for clip in enabled_clips(track))
    for track in timeline.tracks:
        if not track.audio_solo if soloed else track.audio_muted:
            continue
        track_fade = _track_fade(track, timeline_end_us, output, rate_hz)
        clips = list(enabled_clips(track))
        for (clip, end_us), slot in zip(_with_ends(clips), build_slots(clips), strict=True):
            if not _may_sound(clip, track):
                continue
            assert clip.source is not None
            probe = probes[clip.source.path]
            if probe.audio_problem is not None:
                raise SourceError(f"Clip {label(clip)}: {probe.audio_problem}", code="E_DECODE", clip_id=clip.id)
            if probe.audio is None:
                if track.kind == "audio":
                    message = f"Clip {label(clip)} is on a sound track, but {probe.name} has no sound."
                    notices.append(Notice("no-sound", message, clip.id))
                continue
            voice = _voice(slot, end_us, track, track_fade, output, probe.audio.rate_hz, rate_hz, n_samples)
            if voice.samples:
                voices.append(voice)
    return tuple(sorted(voices, key=lambda voice: voice.clip_id)), tuple(notices)


def _with_ends(clips: Sequence[Clip]) -> Iterator[tuple[Clip, int]]:
    """Each clip with its end, µs: where the next one begins, if they touch but for what an editor rounded."""
    for clip, after in zip_longest(clips, clips[1:]):
        end_us = clip.timeline_range.end_us
        if after is not None and abs(after.timeline_range.start_us - end_us) <= ROUNDING_US:
            end_us = after.timeline_range.start_us
        yield clip, end_us


def _may_sound(clip: Clip, track: Track) -> bool:
    if clip.source is None or clip.clip_type != "media" or clip.freeze_frame_source_us is not None or clip.is_image:
        return False
    if track.kind == "video" and clip.audio_from_video_disabled:
        return False
    return clip.audio_gain > 0 and track.audio_gain > 0


def _voice(
    slot: Slot, end_us: int, track: Track, track_fade: Fade, output: TimeRange, source_hz: int, rate_hz: int, n_samples: int
) -> Voice:
    clip = slot.clip
    assert clip.source is not None
    way = walk(clip, output)
    slot_us, playing_us = end_us - clip.timeline_range.start_us, way.source.duration_us / clip.speed
    extent = range(sample_index(way.start_us, rate_hz), sample_index(way.start_us + slot_us, rate_hz))
    # Beyond its source range a clip is silent, however long its slot; but not for a sample that rounding both ranges cost.
    is_short = slot_us - playing_us > ROUNDING_US + ROUNDING_US / clip.speed
    # In a blend it plays before its start and on past its end, into whatever its source has there.
    start = sample_index(way.start_us - slot.lead_us, rate_hz)
    end = sample_index(way.start_us + (int(playing_us) if is_short else slot_us + slot.lag_us), rate_hz)
    step = clip.speed * source_hz / rate_hz
    origin = (way.source.start_us - way.start_us * clip.speed) * source_hz / 1_000_000
    return Voice(
        clip_id=clip.id,
        name=label(clip),
        path=clip.source.path,
        samples=range(max(0, start), min(end, n_samples)),
        origin=Fraction(round(origin)) if step == 1 else origin,
        step=step,
        rate_hz=source_hz,
        gains=(clip.audio_gain, track.audio_gain),
        balances=(clip.audio_balance, track.audio_balance),
        fades=(
            Fade(extent, sample_index(clip.audio_fade_in_us, rate_hz), sample_index(clip.audio_fade_out_us, rate_hz)),
            track_fade,
            *_crossings(slot, output, rate_hz),
        ),
    )


def _crossings(slot: Slot, output: TimeRange, rate_hz: int) -> Iterator[Fade]:
    """The fades of a clip's transitions."""
    coming, going = slot.comes or slot.blends_in, slot.goes or slot.blends_out
    if coming is None and going is None:
        return
    whole = slot.clip.timeline_range
    start_us, end_us = coming.start_us if coming else whole.start_us, going.end_us if going else whole.end_us
    start, end = (sample_index(edge_us - output.start_us, rate_hz) for edge_us in (start_us, end_us))
    fade_in = sample_index(coming.end_us - output.start_us, rate_hz) - start if coming else 0
    fade_out = end - sample_index(going.start_us - output.start_us, rate_hz) if going else 0
    yield Fade(range(start, end), fade_in, fade_out, crossing=True)


def _track_fade(track: Track, timeline_end_us: int, output: TimeRange, rate_hz: int) -> Fade:
    start, end = (sample_index(edge_us - output.start_us, rate_hz) for edge_us in (0, timeline_end_us))
    return Fade(range(start, end), sample_index(track.audio_fade_in_us, rate_hz), sample_index(track.audio_fade_out_us, rate_hz))
