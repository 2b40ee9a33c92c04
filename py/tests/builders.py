"""Messages and their parts, with only what a test cares about spelled out.

``clip()``, ``track()``, ``snapshot()``, ``settings()`` and ``init_export()`` give plain dicts as they are on the wire; keyword
arguments are wire fields that replace or add to the usual ones. ``parsed()`` and its kin give what the worker makes of them.
"""

import json
from collections.abc import Mapping

from gran_worker.messages import InitExport, parse
from gran_worker.settings import Settings
from gran_worker.snapshot import Clip, Timeline

WireDict = dict
"""As on the wire: camelCase names, plain values."""

FILE = {"$js": "File"}
SECOND_US = 1_000_000


def time_range(start_us: int = 0, duration_us: int = SECOND_US) -> WireDict:
    return {"startUs": start_us, "durationUs": duration_us}


def clip(
    clip_id: str = "c1",
    *,
    start_us: int = 0,
    duration_us: int = SECOND_US,
    seconds: float | None = None,
    source: str = "beach.mp4",
    source_start_us: int = 0,
    **fields: object,
) -> WireDict:
    """A media clip of a second that plays its source from the start at its own speed."""
    length_us = duration_us if seconds is None else round(seconds * SECOND_US)
    return {
        "kind": "clip",
        "id": clip_id,
        "clipType": "media",
        "timelineRange": time_range(start_us, length_us),
        "sourceRange": time_range(source_start_us, length_us),
        "source": {"path": source},
        **fields,
    }


def background(clip_id: str = "bg", *, start_us: int = 0, duration_us: int = SECOND_US, **fields: object) -> WireDict:
    return _without_source(clip_id, "background", start_us, duration_us, fields)


def text(clip_id: str = "t1", *, start_us: int = 0, duration_us: int = SECOND_US, **fields: object) -> WireDict:
    return _without_source(clip_id, "text", start_us, duration_us, {"text": "Hello", **fields})


def nested(clip_id: str, path: str, **fields: object) -> WireDict:
    """A clip that shows the timeline at ``path``."""
    return clip(clip_id, source=path, clipType="timeline", **fields)


def adjustment(clip_id: str = "adj", *, start_us: int = 0, duration_us: int = SECOND_US, **fields: object) -> WireDict:
    return _without_source(clip_id, "adjustment", start_us, duration_us, fields)


def transition(kind: str, duration_us: int = SECOND_US, **fields: object) -> WireDict:
    return {"type": kind, "durationUs": duration_us, **fields}


def blur(strength: float = 4, **fields: object) -> WireDict:
    return {"id": "blur", "type": "blur", "strength": strength, "enabled": True, **fields}


def colours(**fields: object) -> WireDict:
    return {"id": "colours", "type": "color-adjustment", "enabled": True, **fields}


def gap(start_us: int = 0, duration_us: int = SECOND_US) -> WireDict:
    return {"kind": "gap", "id": f"gap-{start_us}", "timelineRange": time_range(start_us, duration_us)}


def track(*items: WireDict, kind: str = "video", **fields: object) -> WireDict:
    """``id`` is made up where none is given: tracks of one snapshot get different ones."""
    return {"kind": kind, "items": list(items), **fields}


def snapshot(*tracks: WireDict, fps: object = 30, **fields: object) -> WireDict:
    """A timeline that has every source its clips ask for, and one clip where no track is given."""
    listed = [{"id": f"track-{i}", **each} for i, each in enumerate(tracks or (track(clip()),))]
    clips = [
        item for each in [*listed, *_tracks_in(fields.get("timelines", {}))] for item in each["items"] if item.get("clipType") == "media"
    ]
    sources = {each["source"]["path"]: FILE for each in clips if each.get("source")}
    return {"timebase": {"fps": fps}, "tracks": listed, "sources": sources, **fields}


def inner_timeline(*tracks: WireDict, **fields: object) -> WireDict:
    """A timeline for ``timelines``; its sources are those of the timeline around it."""
    return {"timebase": {"fps": 30}, "tracks": [{"id": f"inner-{i}", **each} for i, each in enumerate(tracks)], **fields}


def audio(**fields: object) -> WireDict:
    return {"codec": "opus", "bitrate": 128_000, "sampleRate": 48_000, "channels": 2, **fields}


def settings(**fields: object) -> WireDict:
    """720p VP9 at 30 fps, without sound."""
    usual = {"width": 1280, "height": 720, "fps": 30, "codec": "vp9", "bitrate": 4_000_000, "audio": False}
    return {**usual, **fields}


def init_export(timeline: WireDict | None = None, wanted: WireDict | None = None, **fields: object) -> WireDict:
    return {
        "type": "init_export",
        "timeline": snapshot() if timeline is None else timeline,
        "settings": settings() if wanted is None else wanted,
        "writablePort": {"$js": "FileSystemFileHandle"},
        **fields,
    }


def parsed(timeline: WireDict | None = None, wanted: WireDict | None = None) -> InitExport:
    message = parse(json.dumps(init_export(timeline, wanted)))
    assert isinstance(message, InitExport)
    return message


def parsed_timeline(*tracks: WireDict, **fields: object) -> Timeline:
    return parsed(snapshot(*tracks, **fields)).timeline


def parsed_clip(item: WireDict) -> Clip:
    (only,) = parsed_timeline(track(item)).tracks[0].items
    assert isinstance(only, Clip)
    return only


def parsed_settings(**fields: object) -> Settings:
    return parsed(wanted=settings(**fields)).settings


def without(whole: Mapping[str, object], *names: str) -> WireDict:
    return {name: value for name, value in whole.items() if name not in names}


def _without_source(clip_id: str, kind: str, start_us: int, duration_us: int, fields: Mapping[str, object]) -> WireDict:
    made = clip(clip_id, start_us=start_us, duration_us=duration_us, clipType=kind)
    return {**without(made, "source", "sourceRange"), **fields}


def _tracks_in(timelines: object) -> list[WireDict]:
    assert isinstance(timelines, Mapping)
    return [each for inner in timelines.values() for each in [*inner["tracks"], *_tracks_in(inner.get("timelines", {}))]]
