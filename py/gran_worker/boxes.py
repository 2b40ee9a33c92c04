"""Boxes of MP4 and QuickTime files, found without reading what lies between them."""

import struct
from collections.abc import Awaitable, Callable, Iterator

Read = Callable[[int, int], Awaitable[bytes]]
"""Bytes ``[start, end)`` of a file, fewer where it ends before."""

MAX_BOXES = 1000
"""Boxes looked at on the way: more come before the tracks of no honest file."""
HEAD_BYTES = 64 * 1024
"""Read at once."""
WINDOWS = 4


def remembering(read: Read) -> Read:
    """``read`` in windows of :data:`HEAD_BYTES`, the last few of which are kept: each read of a file costs as much as a frame."""
    windows: dict[int, bytes] = {}

    async def remembered(start: int, end: int) -> bytes:
        for at, window in windows.items():
            if at <= start and end <= at + len(window):
                return window[start - at : end - at]
        window = windows[start] = await read(start, max(end, start + HEAD_BYTES))
        if len(windows) > WINDOWS:
            del windows[next(iter(windows))]
        return window[: end - start]

    return remembered


async def find_movie(read: Read, size: int) -> list[tuple[bytes, int, int]]:
    """The boxes in the moov of a file of ``size`` bytes, as :func:`boxes`; none where it has none."""
    moov = next(((start, end) for kind, start, end in await boxes(read, 0, size, b"moov") if kind == b"moov"), None)
    return [] if moov is None else await boxes(read, *moov)


async def boxes(read: Read, start: int, end: int, until: bytes = b"") -> list[tuple[bytes, int, int]]:
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


def inside(box: bytes, *path: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """Where the boxes at ``path`` in ``box`` hold what they hold, and that. ``box`` itself lies ``at`` some place."""
    begin = 0
    while path and begin + 8 <= len(box):
        kind, length, skip = _header(box[begin : begin + 16], len(box) - begin)
        if length < skip:
            return
        if kind == path[0]:
            body = box[begin + skip : begin + length]
            if path[1:]:
                yield from inside(body, *path[1:], at=at + begin + skip)
            else:
                yield at + begin + skip, body
        begin += length


def number(header: bytes) -> int:
    """The first number behind the dates of an mvhd, tkhd or mdhd: a time scale or an id. 0 where there is none."""
    at = 20 if header[:1] == b"\x01" else 12
    return int.from_bytes(header[at : at + 4], "big")
