"""Captions -> the text of an SRT or WebVTT file. Times are whole milliseconds there, rounded half up."""

from collections.abc import Iterable, Iterator
from typing import Literal

from gran_worker.snapshot import Caption
from gran_worker.timing import TimeRange

CaptionFormat = Literal["srt", "vtt"]


def write_captions(captions: Iterable[Caption], kind: CaptionFormat) -> str:
    """By their start; one that would be shorter than a millisecond lasts one."""
    comma = "," if kind == "srt" else "."
    cues = []
    for number, caption in enumerate(sorted(captions, key=lambda each: (each.start_us, each.end_us)), 1):
        start_ms, end_ms = ((us + 500) // 1000 for us in (caption.start_us, caption.end_us))
        times = f"{_clock(start_ms, comma)} --> {_clock(max(end_ms, start_ms + 1), comma)}"
        # A blank line would end the cue, and an arrow begin another.
        lines = [line.replace("-->", "→") for line in caption.text.splitlines() if line.strip()]
        if kind == "vtt":
            lines = [line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in lines]
        cues.append("\n".join([*([str(number)] if kind == "srt" else []), times, *lines]))
    head = [] if kind == "srt" else ["WEBVTT"]
    return "\n\n".join([*head, *cues]) + "\n"


def cut_captions(captions: Iterable[Caption], shown: TimeRange) -> Iterator[Caption]:
    """What of them is seen in the ``shown`` part of the timeline, counted from its start."""
    for caption in captions:
        start_us, end_us = max(caption.start_us, shown.start_us), min(caption.end_us, shown.end_us)
        if start_us < end_us:
            yield caption.model_copy(update={"start_us": start_us - shown.start_us, "duration_us": end_us - start_us})


def _clock(ms: int, comma: str) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{comma}{ms:03}"
