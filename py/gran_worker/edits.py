"""Edit lists of MP4 and QuickTime: in how many parts a track's media are played. More than one part is more than the demuxer follows."""

import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

Read = Callable[[int, int], Awaitable[bytes]]
"""Bytes ``[start, end)`` of a file, fewer where it ends before."""

MAX_BOXES = 1000
"""Boxes looked at on the way: more come before the tracks of no honest file."""
HEAD_BYTES = 64 * 1024
"""At the beginning of a track's box, in which its header, its edit list and its time scale are."""
EMPTY = -1
NORMAL_RATE = 1 << 16


@dataclass(frozen=True, slots=True)
class Edit:
    """``duration`` in the movie's ticks, ``media_time`` in the track's, ``rate`` 16.16."""

    duration: int
    media_time: int
    rate: int = NORMAL_RATE


async def find_parts(read: Read, size: int) -> Mapping[int, int]:
    """How many parts each track of a file of ``size`` bytes is put together from, by its id, where it is more than one."""
    read = _remembering(read)
    parts: dict[int, int] = {}
    moov = next(((start, end) for kind, start, end in await _boxes(read, 0, size, b"moov") if kind == b"moov"), None)
    if moov is None:
        return parts
    movie_hz = 0
    for kind, start, end in await _boxes(read, *moov):
        if kind not in (b"mvhd", b"trak"):
            continue
        head = await read(start, min(end, start + HEAD_BYTES))
        if kind == b"mvhd":
            movie_hz = _number(head)
        elif (count := count_parts(_edits(head), movie_hz, _media_hz(head))) > 1:
            parts[next((_number(tkhd) for tkhd in _inside(head, b"tkhd")), 0)] = count
    return parts


def count_parts(edits: list[Edit], movie_hz: int, media_hz: int) -> int:
    """How many parts of its media a track plays. What goes on without a cut is one part; one at another speed counts twice."""
    count = 0
    ticks = media_hz / movie_hz if movie_hz else 0.0
    goes_on_at: float | None = None
    for i, edit in enumerate(edits):
        is_nothing = edit.duration == 0 and i + 1 < len(edits)
        if edit.media_time == EMPTY or is_nothing:
            continue
        cut = goes_on_at is None or abs(edit.media_time - goes_on_at) > max(1.0, ticks)
        count += cut + (edit.rate != NORMAL_RATE)
        goes_on_at = edit.media_time + edit.duration * ticks
    return count


def _remembering(read: Read) -> Read:
    """``read`` that is not asked again for what the last read had in it: a short ``moov`` is read once."""
    last, last_at = b"", 0

    async def remembered(start: int, end: int) -> bytes:
        nonlocal last, last_at
        if not last_at <= start <= end <= last_at + len(last):
            last, last_at = await read(start, end), start
        return last[start - last_at : end - last_at]

    return remembered


async def _boxes(read: Read, start: int, end: int, until: bytes = b"") -> list[tuple[bytes, int, int]]:
    """Kind, start and end of what each box between ``start`` and ``end`` holds, up to the first ``until``."""
    found: list[tuple[bytes, int, int]] = []
    at, window, window_at = start, b"", 0
    while at + 8 <= end and len(found) < MAX_BOXES:
        if not window_at <= at <= window_at + len(window) - 16:
            window, window_at = await read(at, min(end, at + HEAD_BYTES)), at
        header = window[at - window_at : at - window_at + 16]
        kind, length, skip = _header(header, end - at)
        if length < skip:
            break
        found.append((kind, at + skip, min(end, at + length)))
        if kind == until:
            break
        at += length
    return found


def _header(header: bytes, rest: int) -> tuple[bytes, int, int]:
    """Kind and length of a box and how long its header is; a length of 0 where there is none."""
    if len(header) < 8:
        return b"", 0, 8
    length, kind = struct.unpack_from(">I4s", header)
    if length == 1 and len(header) >= 16:
        return kind, struct.unpack_from(">Q", header, 8)[0], 16
    return kind, length or rest, 8


def _inside(box: bytes, *path: bytes) -> Iterator[bytes]:
    """What the boxes at ``path`` in ``box`` hold."""
    at = 0
    while path and at + 8 <= len(box):
        kind, length, skip = _header(box[at : at + 16], len(box) - at)
        if length < skip:
            return
        if kind == path[0]:
            body = box[at + skip : at + length]
            yield from _inside(body, *path[1:]) if path[1:] else (body,)
        at += length


def _number(header: bytes) -> int:
    """The first number behind the dates of an mvhd, tkhd or mdhd: a time scale or an id. 0 where there is none."""
    at = 20 if header[:1] == b"\x01" else 12
    return int.from_bytes(header[at : at + 4], "big")


def _media_hz(trak: bytes) -> int:
    return next((_number(mdhd) for mdhd in _inside(trak, b"mdia", b"mdhd")), 0)


def _edits(trak: bytes) -> list[Edit]:
    elst = next(_inside(trak, b"edts", b"elst"), b"")
    layout = struct.Struct(">QqI" if elst[:1] == b"\x01" else ">IiI")
    whole = (len(elst) - 8) // layout.size * layout.size
    return [Edit(*fields) for fields in layout.iter_unpack(elst[8 : 8 + whole])] if whole > 0 else []
