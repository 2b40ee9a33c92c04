"""Caption files as others made them -> captions. Untrusted: whatever the file is, captions come out or a ContractError."""

import re
from collections.abc import Iterable
from html import unescape
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from gran_worker.errors import ContractError
from gran_worker.refusals import printable
from gran_worker.snapshot import MAX_CAPTIONS, MAX_TEXT_CHARS, Caption
from gran_worker.subtitles.decoding import decode
from gran_worker.textstyle import CaptionStyle
from gran_worker.wire import MAX_SAFE, StrictWire

if TYPE_CHECKING:
    from pysubs2 import SSAEvent, SSAFile, SSAStyle

MAX_BYTES = 16 * 1024 * 1024
NAMES = {"srt": "SRT", "vtt": "WebVTT", "ass": "ASS", "ssa": "SSA"}
WHITE = (255, 255, 255)

_STYLE = TypeAdapter(CaptionStyle)


class ReadCaptions(StrictWire):
    """``notes`` say what did not come over as it was."""

    format: str
    captions: tuple[Caption, ...]
    notes: tuple[str, ...]


def read_captions(data: bytes) -> ReadCaptions:
    """The captions of a SRT, WebVTT, ASS or SSA file, by their start. Raises ContractError for anything else, and nothing else.

    Needs pysubs2, which the worker loads for the first caption file.
    """
    if len(data) > MAX_BYTES:
        raise ContractError(f"The file is larger than {MAX_BYTES // 1024**2} MB, which no file of captions is.")
    text, encoding = decode(data)
    parsed = _parse(text.replace("\r\n", "\n").replace("\r", "\n"))
    notes = [] if encoding in ("utf-8", "utf-16") else [f"The file does not name its encoding; it was read as {encoding}."]
    events = sorted((event for event in parsed.events if not event.is_comment), key=lambda event: (event.start, event.end))
    if len(events) > MAX_CAPTIONS:
        raise ContractError(f"The file holds {len(events):,} captions; at most {MAX_CAPTIONS:,} are possible.")
    captions = tuple(caption for event in events if (caption := _caption(event, parsed)) is not None)
    if not captions:
        raise ContractError("The file holds no captions.")
    if len(captions) < len(events):
        notes.append(f"{len(events) - len(captions)} captions without a text or a length were left out.")
    if _has_effects(parsed.events):
        notes.append("Positions, animations and other effects of single captions are not shown.")
    return ReadCaptions(format=NAMES.get(parsed.format or "", "captions"), captions=captions, notes=tuple(notes))


def _parse(text: str) -> "SSAFile":
    import pysubs2

    if not text.strip():
        raise ContractError("The file is empty.")
    kind = _format(text)
    try:
        parsed = pysubs2.SSAFile.from_string(text, format_=kind)
    except Exception as refused:  # noqa: BLE001 - a parser of another's, and any file
        raise ContractError(f"The file is damaged: it begins like {NAMES[kind]}, but is none ({type(refused).__name__}).") from refused
    parsed.format = kind
    return parsed


def _format(text: str) -> str:
    """By content: names lie."""
    start = text.lstrip("\ufeff \n\t")[:65_536]
    if start.startswith("WEBVTT"):
        return "vtt"
    if re.search(r"^\[(Script Info|V4\+? Styles|Events)\]", start, re.IGNORECASE | re.MULTILINE):
        return "ass" if re.search(r"^\[V4\+ Styles\]|^ScriptType:\s*v4\.00\+", start, re.IGNORECASE | re.MULTILINE) else "ssa"
    if re.search(r"\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}\s*-->\s*\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}", start):
        return "srt"
    raise ContractError(f"The file is none of {', '.join(NAMES.values())}: it begins with “{printable(start[:20])}”.")


def _caption(event: "SSAEvent", parsed: "SSAFile") -> Caption | None:
    start_us, end_us = (min(max(0, int(ms)) * 1000, MAX_SAFE) for ms in (event.start, event.end))
    plain = unescape(event.plaintext) if parsed.format == "vtt" else event.plaintext
    text = "\n".join(line.strip() for line in plain.splitlines() if line.strip())[:MAX_TEXT_CHARS]
    text = "".join(char for char in text if char == "\n" or char.isprintable() or char in "\u200d\u200c\u200e\u200f\u00ad")
    if not text or end_us <= start_us:
        return None
    style = _style(parsed.styles.get(event.style)) if parsed.format in ("ass", "ssa") else None
    return Caption(start_us=start_us, duration_us=end_us - start_us, text=text, style=style)


def _style(style: "SSAStyle | None") -> CaptionStyle | None:
    """What of a style means the same whatever the size of the picture."""
    if style is None:
        return None
    fields: dict[str, object] = {}
    colour = style.primarycolor
    if (colour.r, colour.g, colour.b) != WHITE:
        fields["color"] = f"#{colour.r & 255:02x}{colour.g & 255:02x}{colour.b & 255:02x}"
    if style.bold:
        fields["fontWeight"] = 700
    if style.fontname not in ("", "Arial"):
        fields["fontFamily"] = style.fontname
    across, down = (int(style.alignment) - 1) % 3, (int(style.alignment) - 1) // 3
    if across != 1:
        fields["align"] = ("left", "center", "right")[across]
    if 0 < down < 3:
        fields["verticalAlign"] = ("bottom", "middle", "top")[down]
    while fields:
        try:
            return _STYLE.validate_python(fields)
        except ValidationError as refused:
            del fields[str(refused.errors()[0]["loc"][0])]
    return None


def _has_effects(events: "Iterable[SSAEvent]") -> bool:
    return any(re.search(r"\\(pos|move|an?\d|t\(|fad|k|clip|org|frz?)", event.text) for event in events)
