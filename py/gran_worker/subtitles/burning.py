"""Captions as a video track of text clips, on top of all others."""

from collections.abc import Sequence
from itertools import pairwise

from gran_worker.snapshot import MAX_TEXT_CHARS, Caption, Clip, Position, Timeline, Track, Transform
from gran_worker.textstyle import CaptionStyle, TextStyle
from gran_worker.timing import TimeRange

SIZE = 0.05
"""Of the picture's height: two lines that can be read on a telephone."""
PADDING = 0.012
MARGIN = 0.04
"""Between the captions and the edge of the picture."""
TRACK = "captions"


def burn_in(timeline: Timeline, height_px: int) -> Timeline:
    """``timeline`` with its captions as a track on top, for a picture ``height_px`` high. Captions that meet stand on one another."""
    if not timeline.captions:
        return timeline
    taken = {each.id for track in timeline.tracks for each in (track, *track.items)}
    clips = []
    for number, (shown, captions) in enumerate(_without_overlaps(timeline.captions), 1):
        style = _style(captions[0].style or CaptionStyle(), height_px)
        words = "\n".join(caption.text for caption in captions)[:MAX_TEXT_CHARS]
        clip = Clip(
            kind="clip",
            clip_type="text",
            id=_free(f"{TRACK}-{number}", taken),
            name=words[:40],
            timeline_range=shown,
            text=words,
            style=style,
            transform=_raised(style, height_px),
        )
        clips.append(clip)
    track = Track(id=_free(TRACK, taken), kind="video", items=tuple(clips))
    return timeline.model_copy(update={"tracks": (track, *timeline.tracks)})


def _style(style: CaptionStyle, height_px: int) -> TextStyle:
    """Letters on a dark ground, which stand out at the bottom of any picture; and what the caption says itself."""
    own = {name: value for name in CaptionStyle.model_fields if (value := getattr(style, name)) is not None}
    usual = {"vertical_align": "bottom", "background_color": "rgba(0,0,0,0.6)"}
    return TextStyle(font_size=max(8.0, height_px * SIZE), padding=height_px * PADDING, **{**usual, **own})


def _raised(style: TextStyle, height_px: int) -> Transform:
    """Away from the edge that it would stand on."""
    away = {"bottom": -MARGIN, "middle": 0.0, "top": MARGIN}[style.vertical_align]
    return Transform(position=Position(0.0, height_px * away))


def _without_overlaps(captions: Sequence[Caption]) -> list[tuple[TimeRange, tuple[Caption, ...]]]:
    """Stretches in which the same captions are seen, the earliest first."""
    edges = sorted({us for caption in captions for us in (caption.start_us, caption.end_us)})
    shown: list[tuple[TimeRange, tuple[Caption, ...]]] = []
    waiting = sorted(captions, key=lambda each: each.start_us)
    present: tuple[Caption, ...] = ()
    at = 0
    for start_us, end_us in pairwise(edges):
        while at < len(waiting) and waiting[at].start_us <= start_us:
            present += (waiting[at],)
            at += 1
        present = tuple(each for each in present if each.end_us > start_us)
        if present:
            shown.append((TimeRange(start_us, end_us - start_us), present))
    return shown


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    taken.add(name)
    return name
