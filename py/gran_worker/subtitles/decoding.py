"""The text of a caption file, whose encoding nothing names."""

import codecs

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
CYRILLIC_SHARE = 0.4
"""Of the letters that are not ASCII's. Western texts have few such letters, Cyrillic ones hardly any others."""


def decode(data: bytes) -> tuple[str, str]:
    """``data`` as text, and the name of the encoding that it was taken for. Every file is some text."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding.removesuffix("-sig")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        encoding = "windows-1251" if _looks_cyrillic(data) else "windows-1252"
        return data.decode(encoding, "replace"), encoding


def _looks_cyrillic(data: bytes) -> bool:
    high = sum(byte >= 0xC0 or byte in (0xA8, 0xB8) for byte in data)
    low = sum(chr(byte).isalpha() for byte in data if byte < 0x80)
    return high > CYRILLIC_SHARE * (high + low)
