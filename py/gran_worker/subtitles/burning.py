"""Captions as a video track of text clips, on top of all others."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice, pairwise

from gran_worker.snapshot import MAX_CLIPS, MAX_TEXT_CHARS, Caption, Timeline, Track
from gran_worker.timing import TimeRange

SIZE = 0.05
"""Of the picture's height: two lines that can be read on a telephone."""
PADDING = 0.012
MARGIN = 0.04
"""Between the captions and the edge of the picture."""
TRACK = "captions"
AT_ONCE = 40
"""More lines than a picture has room for."""


def burn_in(timeline: Timeline, height_px: int) -> Timeline:
    """``timeline`` with its captions on top, for a picture ``height_px`` high. Captions that meet stand on one another."""
    if not timeline.captions:
        return timeline
    taken = {each.id for track in timeline.tracks for each in (track, *track.items)}
    clips = [
        _text(_free(f"{TRACK}-{number}", taken), shown, captions, height_px)
        for number, (shown, captions) in enumerate(_without_overlaps(timeline.captions), 1)
    ]
    # Captions that overlap come to more clips than captions, and to more than one track may have.
    tracks = [
        Track.model_validate({"id": _free(TRACK, taken), "kind": "video", "items": clips[first : first + MAX_CLIPS]})
        for first in range(0, len(clips), MAX_CLIPS)
    ]
    return timeline.model_copy(update={"tracks": (*tracks, *timeline.tracks)})


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
    """Stretches in which the same captions are seen, the earliest first. Of more than there is room for, those that began last."""
    begin: dict[int, list[int]] = defaultdict(list)
    end: dict[int, list[int]] = defaultdict(list)
    for number, caption in enumerate(captions):
        begin[caption.start_us].append(number)
        end[caption.end_us].append(number)
    shown: list[tuple[TimeRange, tuple[Caption, ...]]] = []
    present: dict[int, Caption] = {}
    for start_us, end_us in pairwise(sorted({*begin, *end})):
        for number in end[start_us]:
            del present[number]
        for number in begin[start_us]:
            present[number] = captions[number]
        if present:
            last = tuple(islice(reversed(present.values()), AT_ONCE))
            shown.append((TimeRange(start_us, end_us - start_us), last[::-1]))
    return shown


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    taken.add(name)
    return name
