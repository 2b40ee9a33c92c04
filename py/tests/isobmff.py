"""Boxes of MP4 files, as small as the code under test needs them."""

import struct

MOVIE_HZ, MEDIA_HZ = 1000, 15_360


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def numbered(kind: bytes, number: int, version: int = 0) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]), bytes(16 if version else 8), struct.pack(">I", number), bytes(60))


def movie(*traks: bytes, version: int = 0) -> bytes:
    return box(b"moov", numbered(b"mvhd", MOVIE_HZ, version), *traks)
