"""What a source's file says of sound that is not meant to be heard, where the demuxer does not say it: how late its samples are.

Encoders put sound of their own before the first sample. MP4 says so in an edit list, which the demuxer follows. An MP3 says it in a note
of LAME's in its first frame, Matroska in CodecDelay; both are read here, from the first bytes of the file.
"""

from collections.abc import Iterator

HEAD_BYTES = 1 << 18
"""An MP3 may begin with a picture of its album; what is behind a larger one is taken for on time."""
MP3_DECODER_DELAY = 529
SECOND_NS = 1_000_000_000

_SEGMENT, _TRACKS, _TRACK_ENTRY = 0x18538067, 0x1654AE6B, 0xAE
_TRACK_TYPE, _CODEC_DELAY = 0x83, 0x56AA
_SOUND = 2


def mp3_lateness(head: bytes) -> int:
    """In samples."""
    frame = 0
    if head[:3] == b"ID3" and len(head) >= 10:
        size = 0
        for byte in head[6:10]:
            size = size << 7 | byte & 0x7F
        frame = 10 + size
    first = head[frame : frame + 300]
    xing = max(first.find(b"Xing"), first.find(b"Info"))
    if xing < 0 or len(first) < xing + 8:
        return 0
    flags = first[xing + 7]
    tag = xing + 8 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1)
    if first[tag : tag + 4] not in (b"LAME", b"Lavf", b"Lavc") or len(first) < tag + 24:
        return 0
    return (int.from_bytes(first[tag + 21 : tag + 24], "big") >> 12) + MP3_DECODER_DELAY


def matroska_lateness(head: bytes, rate_hz: int) -> int:
    """Of the first track of sound, in samples."""
    for segment in _bodies(head, (0, len(head)), _SEGMENT):
        for tracks in _bodies(head, segment, _TRACKS):
            for entry in _bodies(head, tracks, _TRACK_ENTRY):
                numbers = {name: _number(head, body) for name, body in _elements(head, entry) if name in (_TRACK_TYPE, _CODEC_DELAY)}
                if numbers.get(_TRACK_TYPE) == _SOUND:
                    return round(numbers.get(_CODEC_DELAY, 0) * rate_hz / SECOND_NS)
    return 0


def _bodies(data: bytes, within: tuple[int, int], wanted: int) -> Iterator[tuple[int, int]]:
    return (body for name, body in _elements(data, within) if name == wanted)


def _elements(data: bytes, within: tuple[int, int]) -> Iterator[tuple[int, tuple[int, int]]]:
    """The EBML elements of one level: name, and where its body lies. Ends quietly at what it does not understand."""
    at, end = within
    end = min(end, len(data))
    while at < end and data[at]:
        width = 9 - data[at].bit_length()
        name = int.from_bytes(data[at : at + width], "big")
        at += width
        if at >= end or not data[at]:
            return
        width = 9 - data[at].bit_length()
        size = int.from_bytes(data[at : at + width], "big") ^ 1 << 7 * width
        at += width
        yield name, (at, at + size)
        at += size


def _number(data: bytes, body: tuple[int, int]) -> int:
    return int.from_bytes(data[body[0] : body[1]], "big")
