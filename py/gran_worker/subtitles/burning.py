"""Captions as a video track of text clips, on top of all others."""

from collections.abc import Sequence
from itertools import pairwise

from gran_worker.snapshot import MAX_TEXT_CHARS, Caption, Timeline, Track
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
    clips = [
        _text(_free(f"{TRACK}-{number}", taken), shown, captions, height_px)
        for number, (shown, captions) in enumerate(_without_overlaps(timeline.captions), 1)
    ]
    track = Track.model_validate({"id": _free(TRACK, taken), "kind": "video", "items": clips})
    return timeline.model_copy(update={"tracks": (track, *timeline.tracks)})


def _text(clip_id: str, shown: TimeRange, captions: Sequence[Caption], height_px: int) -> dict[str, object]:
    """The clip on the wire. It looks as the first caption says, and else like letters on a dark ground at the bottom."""
    words = "\n".join(caption.text for caption in captions)[:MAX_TEXT_CHARS]
    own = captions[0].style.model_dump(exclude_none=True) if captions[0].style else {}
    usual = {"verticalAlign": "bottom", "backgroundColor": "rgba(0,0,0,0.6)"}
    style = {"fontSize": max(8.0, height_px * SIZE), "padding": height_px * PADDING, **usual, **own}
    away = {"bottom": -MARGIN, "middle": 0.0, "top": MARGIN}[style["verticalAlign"]]
    return {
        "kind": "clip",
        "clipType": "text",
        "id": clip_id,
        "name": words[:40],
        "timelineRange": {"startUs": shown.start_us, "durationUs": shown.duration_us},
        "text": words,
        "style": style,
        "transform": {"scale": {"x": 1, "y": 1}, "position": {"x": 0, "y": height_px * away}},
    }


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
