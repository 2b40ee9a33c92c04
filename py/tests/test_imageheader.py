"""Sizes that pictures' first bytes tell."""

import struct

import pytest

from gran_worker.geometry import Size
from gran_worker.imageheader import ImageHeader, is_too_large, parse_image_header

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 65_535, 7)
GIF = b"GIF89a" + struct.pack("<HH", 320, 180)
JPEG = b"\xff\xd8\xff\xe0\0\x10" + b"JFIF".ljust(14, b"\0") + b"\xff\xc4\0\x04ab" + b"\xff\xc2\0\x11\x08" + struct.pack(">HH", 480, 640)
WEBP = b"RIFF\0\0\0\0WEBP"
AVIF = b"\0\0\0\x1cftypavif" + b"\0" * 40 + b"ispe\0\0\0\0" + struct.pack(">II", 800, 600)


@pytest.mark.parametrize(
    ("data", "header"),
    [
        (PNG, ImageHeader("image/png", Size(65_535, 7))),
        (GIF, ImageHeader("image/gif", Size(320, 180))),
        (JPEG, ImageHeader("image/jpeg", Size(640, 480))),
        (JPEG.replace(b"\xff\xc2", b"\xff\xff\xff\xc2"), ImageHeader("image/jpeg", Size(640, 480))),
        (WEBP + b"VP8X\x0a\0\0\0\0\0\0\0" + b"\x3f\x01\0" + b"\xb3\0\0", ImageHeader("image/webp", Size(320, 180))),
        (WEBP + b"VP8L\0\0\0\0\x2f" + (319 | 179 << 14).to_bytes(4, "little") + b"\0" * 8, ImageHeader("image/webp", Size(320, 180))),
        (WEBP + b"VP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 320, 180), ImageHeader("image/webp", Size(320, 180))),
        (b"BM" + b"\0" * 16 + struct.pack("<II", 12, 34), ImageHeader("image/bmp", Size(12, 34))),
        (AVIF, ImageHeader("image/avif", Size(800, 600))),
        (b'<?xml version="1.0"?><svg/>', ImageHeader("image/svg+xml", None)),
        (b"\xef\xbb\xbf <svg", ImageHeader("image/svg+xml", None)),
        (PNG[:20], ImageHeader("image/png", None)),
        (JPEG[:30], ImageHeader("image/jpeg", None)),
        (b"\xff\xd8\xff" + b"\xff" * 100, ImageHeader("image/jpeg", None)),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_a_header_tells_kind_and_size(data: bytes, header: ImageHeader | None) -> None:
    assert parse_image_header(data) == header


@pytest.mark.parametrize(
    ("size", "large"),
    [(Size(16_384, 7000), False), (Size(16_385, 1), True), (Size(12_000, 10_001), True), (Size(1, 16_384), False)],
)
def test_what_no_canvas_can_hold_is_too_large(size: Size, large: bool) -> None:
    assert is_too_large(size) is large
