"""A finished file's bytes -> the few that must change so that players cut the sound to the sample.

mediabunny writes where packets lie, and nothing about what of their sound is not meant to be heard. Each function here takes a part
of the file as it was written and gives replacements of the same length: nothing moves.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SECOND_NS = 1_000_000_000
OPUS_PRE_ROLL_NS = 80_000_000
"""RFC 7845, 4.6: an Opus decoder has found its feet after 80 ms."""

PLACE = "Gran keeps this place for the delay of the encoder."
"""Name given to the sound track of a Matroska file: its bytes are exchanged for what the muxer does not write."""
PAD = bytes.fromhex("6772616e9d3f00c1a57e42bb1864f00d5ea7d15ca4d50ff5")
"""Put behind the last packet of sound in a Matroska file, for the same reason."""

_NAME, _SEEK_PRE_ROLL, _CODEC_DELAY, _DISCARD_PADDING = b"\x53\x6e", b"\x56\xbb", b"\x56\xaa", b"\x75\xa2"
_SIMPLE_BLOCK, _BLOCK_GROUP, _BLOCK, _VOID = b"\xa3", b"\xa0", b"\xa1", b"\xec"
_DURATION = b"\x44\x89\x88"
"""With its length: eight bytes."""
_KEY_FRAME = 0x80

LAME_TAG_BYTES = 24
"""Of the encoder's name up to the two delays in an MP3's first frame."""


@dataclass(frozen=True, slots=True)
class Patch:
    """``data`` belongs at ``position`` of the file, over what is there."""

    position: int
    data: bytes


def matroska_delay(header: bytes, position: int, delay_ns: int, pre_roll_ns: int) -> Patch | None:
    """CodecDelay and SeekPreRoll for the track that is named :data:`PLACE`; None where it is not in ``header``."""
    name = _element(_NAME, PLACE.encode())
    start = header.find(name)
    if start < 0:
        return None
    end = start + len(name)
    # The muxer's own SeekPreRoll, which holds something else, comes right before: an Opus file has one.
    for length in range(1, 9):
        own = start - len(_SEEK_PRE_ROLL) - 1 - length
        if own >= 0 and header[own : own + 3] == _SEEK_PRE_ROLL + bytes([0x80 | length]):
            start = own
            break
    told = _element(_CODEC_DELAY, delay_ns.to_bytes(8, "big"))
    if pre_roll_ns:
        told += _element(_SEEK_PRE_ROLL, pre_roll_ns.to_bytes(8, "big"))
    return Patch(position + start, told + _void(end - start - len(told)))


def matroska_duration(header: bytes, position: int, duration_us: int) -> Patch | None:
    """The film's own duration, where the muxer wrote when its last packet ends, counted with the delay. In ms, as its clock is."""
    start = header.find(_DURATION)
    return None if start < 0 else Patch(position + start + len(_DURATION), struct.pack(">d", duration_us / 1000))


def matroska_end(cluster: bytes, position: int, discard_ns: int) -> Patch | None:
    """DiscardPadding for the block that ends in :data:`PAD`; None where it is not in ``cluster``.

    The SimpleBlock becomes a BlockGroup of the same length, and the pad makes room for what that needs.
    """
    pad = cluster.find(PAD)
    if pad < 0:
        return None
    end = pad + len(PAD)
    for start, width in _simple_blocks_ending_at(cluster, end):
        body = bytearray(cluster[start + 1 + width : pad])
        body[3] &= ~_KEY_FRAME & 0xFF
        group = _element(_BLOCK, bytes(body)) + _element(_DISCARD_PADDING, discard_ns.to_bytes(8, "big", signed=True))
        size = end - start - 1 - width
        group += _void(size - len(group))
        return Patch(position + start, _BLOCK_GROUP + cluster[start + 1 : start + 1 + width] + group)
    return None


def _simple_blocks_ending_at(cluster: bytes, end: int) -> Iterator[tuple[int, int]]:
    """Where a SimpleBlock that ends at ``end`` may start, with the width of its size: nearest last, for packets are small."""
    for width in range(1, 5):
        at = end
        while (at := cluster.rfind(_SIMPLE_BLOCK, 0, at)) >= 0 and end - at < 1 << 7 * width + 1:
            size = int.from_bytes(cluster[at + 1 : at + 1 + width], "big") ^ 1 << 7 * width
            if at + 1 + width + size == end:
                yield at, width


def _element(name: bytes, body: bytes) -> bytes:
    width = next(width for width in range(1, 9) if len(body) < (1 << 7 * width) - 1)
    return name + (len(body) | 1 << 7 * width).to_bytes(width, "big") + body


def _void(length: int) -> bytes:
    """``length`` bytes (not 1, at most 128) that mean nothing."""
    return _VOID + bytes([0x80 | length - 2]) + bytes(length - 2) if length else b""


def edit_ends(moov: bytes, position: int, rate_hz: int, n_samples: int) -> list[Patch]:
    """Ends the sound's edit, and its track, after exactly ``n_samples``: the muxer rounds beginning and end apart from each other."""
    patches: list[Patch] = []
    for trak, trak_end in _boxes(moov, 8, len(moov), b"trak"):
        handlers = [
            moov[hdlr + 16 : hdlr + 20]
            for mdia, end in _boxes(moov, trak + 8, trak_end, b"mdia")
            for hdlr, _ in _boxes(moov, mdia + 8, end, b"hdlr")
        ]
        if handlers != [b"soun"]:
            continue
        timescale = next(_movie_timescale(moov))
        duration = (2 * n_samples * timescale + rate_hz) // (2 * rate_hz)
        for edts, end in _boxes(moov, trak + 8, trak_end, b"edts"):
            for elst, _ in _boxes(moov, edts + 8, end, b"elst"):
                version, entries = moov[elst + 8], int.from_bytes(moov[elst + 12 : elst + 16], "big")
                if entries == 1:
                    patches.append(Patch(position + elst + 16, duration.to_bytes(8 if version else 4, "big")))
        for tkhd, _ in _boxes(moov, trak + 8, trak_end, b"tkhd"):
            version = moov[tkhd + 8]
            at = tkhd + (36 if version else 28)
            patches.append(Patch(position + at, duration.to_bytes(8 if version else 4, "big")))
    return patches if len(patches) > 1 else []


def _movie_timescale(moov: bytes) -> Iterator[int]:
    for mvhd, _ in _boxes(moov, 8, len(moov), b"mvhd"):
        at = mvhd + (28 if moov[mvhd + 8] else 20)
        yield int.from_bytes(moov[at : at + 4], "big")


def _boxes(data: bytes, start: int, end: int, kind: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each box ``kind`` between ``start`` and ``end``. None in a moov is so large that its size has 64 bits."""
    while start + 8 <= end:
        size, found = struct.unpack(">I4s", data[start : start + 8])
        if size < 8:
            return
        if found == kind:
            yield start, start + size
        start += size


def mp3_delay(frame: bytes, position: int, delay: int, padding: int) -> Patch | None:
    """LAME's note of what the encoder added, in the Xing frame ``frame``. None where there is no such frame, or no room.

    ``delay`` and ``padding`` are in samples of the decoded sound, without the 529 that every MP3 decoder is late by. The table for
    seeking gives way to it: the bitrate is constant, and beside the table there is no room.
    """
    xing = frame.find(b"Xing")
    if xing < 0 or frame[xing + 7] & 3 != 3 or not (0 <= delay < 4096 and 0 <= padding < 4096):
        return None
    # The muxer counts this frame, which sounds like nothing; everyone else does not.
    n_frames = int.from_bytes(frame[xing + 8 : xing + 12], "big") - 1
    told = struct.pack(">4sII4s", b"Info", 3, n_frames, frame[xing + 12 : xing + 16])
    told += b"LAME3.100" + bytes(LAME_TAG_BYTES - 9 - 3) + (delay << 12 | padding).to_bytes(3, "big")
    room = len(frame) - xing - len(told)
    return Patch(position + xing, told + bytes(room)) if room >= 0 else None
