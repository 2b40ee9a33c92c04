"""How large a picture says it is, read from its first bytes: what is too large is refused before anything decodes it."""

from typing import NamedTuple

from gran_worker.geometry import Size

MAX_SIDE_PX = 16_384
MAX_PX = 120_000_000
HEADER_BYTES = 65_536
"""As much of a file as is looked at."""


class ImageHeader(NamedTuple):
    mime: str
    size: Size | None
    """None where the header does not say, or not here."""


def parse_image_header(data: bytes) -> ImageHeader | None:
    """What ``data``, the beginning of a file, is a picture of; None where it is none that is known."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageHeader("image/png", _pair(data, 16, 4, "big"))
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return ImageHeader("image/gif", _pair(data, 6, 2, "little"))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ImageHeader("image/webp", _webp(data))
    if data.startswith(b"\xff\xd8\xff"):
        return ImageHeader("image/jpeg", _jpeg(data))
    if data.startswith(b"BM"):
        return ImageHeader("image/bmp", _pair(data, 18, 4, "little"))
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis"):
        at = data.find(b"ispe")
        return ImageHeader("image/avif", _pair(data, at + 8, 4, "big") if at > 0 else None)
    if _is_svg(data):
        return ImageHeader("image/svg+xml", None)
    return None


def is_too_large(size: Size) -> bool:
    return max(size) > MAX_SIDE_PX or size.width * size.height > MAX_PX


def _pair(data: bytes, at: int, n_bytes: int, order: str) -> Size | None:
    if len(data) < at + 2 * n_bytes:
        return None
    first, second = (data[at + n * n_bytes : at + (n + 1) * n_bytes] for n in range(2))
    return Size(int.from_bytes(first, order), int.from_bytes(second, order))  # type: ignore[arg-type]


def _webp(data: bytes) -> Size | None:
    if len(data) < 30:
        return None
    if data[12:16] == b"VP8X":
        return Size(int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1)
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if data[12:16] == b"VP8 ":
        return Size(int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF)
    return None


def _jpeg(data: bytes) -> Size | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        # The frame headers; C4, C8 and CC are other tables.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return Size(int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big"))
        at += 1 if marker == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _is_svg(data: bytes) -> bool:
    text = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(b"<") and b"<svg" in text
