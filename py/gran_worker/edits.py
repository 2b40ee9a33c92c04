"""Edit lists of MP4 and QuickTime: how a track's media are played. Of them the demuxer follows one edit's beginning, and nothing else."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from gran_worker.boxes import HEAD_BYTES, Read, find_movie, inside, number
from gran_worker.ports import Sound
from gran_worker.trimming import Patch

SECOND_US = 1_000_000
EMPTY = -1
NORMAL_RATE = 1 << 16
EDITS_AT = 8
"""In an elst: behind version, flags and count."""


@dataclass(frozen=True, slots=True)
class Edit:
    """``duration`` in the movie's ticks, ``media_time`` in the track's, ``rate`` 16.16."""

    duration: int
    media_time: int
    rate: int = NORMAL_RATE

    @property
    def is_empty(self) -> bool:
        return self.media_time == EMPTY


@dataclass(frozen=True, slots=True)
class Playing:
    """How a track is played: from ``parts`` of its media, between ``begins_us`` and ``ends_us`` of the film (None: to the end).

    ``patches`` are what the demuxer has to read in place of the file's own bytes, that it may find the beginning.
    """

    parts: int
    begins_us: int = 0
    ends_us: int | None = None
    patches: tuple[Patch, ...] = ()

    def end(self, sample: int, rate_hz: int) -> int:
        """``sample``, or the one before it at which the track ends."""
        return sample if self.ends_us is None else min(sample, _sample(self.ends_us, rate_hz))

    def cut(self, sound: Sound) -> Sound | None:
        """What of ``sound``, whose samples are counted on the film's clock, is heard."""
        n_samples = sound.block.shape[1]
        # What comes before the film, no one asks for.
        begin = max(0, _sample(self.begins_us, sound.rate_hz) - sound.first) if self.begins_us else 0
        end = self.end(sound.first + n_samples, sound.rate_hz) - sound.first
        if (begin, end) == (0, n_samples):
            return sound
        return Sound(sound.first + begin, sound.rate_hz, sound.block[:, begin:end]) if begin < end else None


WHOLE = Playing(1)
"""As most tracks are played."""


async def find_playing(read: Read, size: int) -> Mapping[int, Playing]:
    """How each track of a file of ``size`` bytes is played that has an edit list, by the track's id."""
    found: dict[int, Playing] = {}
    movie_hz = 0
    for kind, start, end in await find_movie(read, size):
        if kind not in (b"mvhd", b"trak"):
            continue
        # A track's header, its edit list and its time scale are at the beginning of its box.
        head = await read(start, min(end, start + HEAD_BYTES))
        if kind == b"mvhd":
            movie_hz = number(head)
            continue
        track = next((number(tkhd) for _, tkhd in inside(head, b"tkhd")), 0)
        for at, elst in inside(head, b"edts", b"elst"):
            found[track] = build_playing(parse_edits(elst), movie_hz, _media_hz(head), _skipping(elst, start + at))
    return found


def build_playing(edits: Sequence[Edit], movie_hz: int, media_hz: int, patches: tuple[Patch, ...] = ()) -> Playing:
    """``patches`` are taken over as they are."""
    parts = count_parts(edits, movie_hz, media_hz)
    if parts != 1 or not movie_hz:
        return Playing(parts)
    delay = sum(edit.duration for edit in takewhile(lambda edit: edit.is_empty or _is_nothing(edit, edits), edits))
    played = [edit.duration for edit in edits if not edit.is_empty]
    # An edit without a duration goes on to the end of its media.
    ends = delay + sum(played) if played[-1] else None
    return Playing(parts, delay * SECOND_US // movie_hz, None if ends is None else -(-ends * SECOND_US // movie_hz), patches)


def count_parts(edits: Sequence[Edit], movie_hz: int, media_hz: int) -> int:
    """How many parts of its media a track plays. What goes on without a cut is one part; one at another speed counts twice."""
    count = 0
    ticks = media_hz / movie_hz if movie_hz else 0.0
    goes_on_at: float | None = None
    for edit in edits:
        if edit.is_empty and edit.duration:
            goes_on_at = None
        if edit.is_empty or _is_nothing(edit, edits):
            continue
        cut = goes_on_at is None or abs(edit.media_time - goes_on_at) > max(1.0, ticks)
        count += cut + (edit.rate != NORMAL_RATE)
        goes_on_at = edit.media_time + edit.duration * ticks
    return count


def parse_edits(elst: bytes) -> list[Edit]:
    """The edits of an elst box, without its header."""
    layout = _layout(elst)
    count = min(int.from_bytes(elst[4:EDITS_AT], "big"), max(0, len(elst) - EDITS_AT) // layout.size)
    return [Edit(*fields) for fields in layout.iter_unpack(elst[EDITS_AT : EDITS_AT + count * layout.size])]


def _sample(time_us: int, rate_hz: int) -> int:
    return (2 * time_us * rate_hz + SECOND_US) // (2 * SECOND_US)


def _layout(elst: bytes) -> struct.Struct:
    return struct.Struct(">QqI" if elst[:1] == b"\x01" else ">IiI")


def _is_nothing(edit: Edit, edits: Sequence[Edit]) -> bool:
    """Whether it plays nothing. The last one that is not empty plays all that is left."""
    return edit.duration == 0 and edit is not next(each for each in reversed(edits) if not each.is_empty)


def _skipping(elst: bytes, position: int) -> tuple[Patch, ...]:
    """Makes those edits of an elst at ``position`` empty that come first and play nothing: the demuxer takes the first that is not."""
    layout, edits = _layout(elst), parse_edits(elst)
    width = (layout.size - 4) // 2
    idle = takewhile(lambda edit: edit.is_empty or _is_nothing(edit, edits), edits)
    places = (position + EDITS_AT + i * layout.size + width for i, edit in enumerate(idle) if not edit.is_empty)
    return tuple(Patch(place, EMPTY.to_bytes(width, "big", signed=True)) for place in places)


def _media_hz(trak: bytes) -> int:
    return next((number(mdhd) for _, mdhd in inside(trak, b"mdia", b"mdhd")), 0)
