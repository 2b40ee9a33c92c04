"""The editor's timeline -> OpenTimelineIO JSON, at the project's frame rate."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, cast

from pydantic import JsonValue, TypeAdapter

from gran_worker.errors import ContractError
from gran_worker.otio.items import range_text
from gran_worker.otio.media import ACTIVE, GENERATED, PARAMETERS, generator, referring
from gran_worker.otio.objects import GRAN, Json, is_number, without
from gran_worker.otio.times import FrameClock, Span, as_read
from gran_worker.refusals import parse_json
from gran_worker.scope import MAX_DEPTH
from gran_worker.snapshot import MAX_CLIPS, NestedTimeline
from gran_worker.timing import US
from gran_worker.wire import MAX_SAFE

VERSION = 1
ITEM: Json = {"color": None, "effects": [], "enabled": True, "markers": [], "metadata": {}, "name": "", "source_range": None}
"""What every item of a composition has."""
COLOURS = ("PINK", "RED", "ORANGE", "YELLOW", "GREEN", "CYAN", "BLUE", "PURPLE", "MAGENTA", "BLACK", "WHITE")
IN_ITEMS = (
    "kind", "name", "disabled", "timelineRange", "sourceRange", "source", "otio", "effects", "speed", "transitionIn", "transitionOut",
)  # fmt: skip
"""Fields of a clip that OTIO has a place for; the others go into its ``metadata["gran"]``."""

_TIMELINE = TypeAdapter(NestedTimeline)


def write(document: Json, *, name: str = "", markers: tuple[Json, ...] = (), media: Mapping[str, Json] | None = None) -> str:
    """``document`` (a snapshot on the wire; what rendering does not know of it is kept) as the text of an OTIO file.

    ``media`` may say of a path what its file is called (``name``), where others find it (``url``) and how long it is
    (``durationUs``). Raises ContractError for what is no timeline, or one that unfolds to too much.
    """
    timeline = parse_json(_TIMELINE, json.dumps(without(document, "sources", "fonts")), where="timeline")
    writer = _Writer(FrameClock(timeline.timebase.fps), media or {})
    stack = writer.stack(_present(document), (), 0, markers, "tracks")
    own = without(document, "timebase", "tracks", "sources", "timelines", "fonts", "otio", "markers", "name")
    kept = _member(document, "otio")
    root: Json = {
        "OTIO_SCHEMA": "Timeline.1",
        "global_start_time": None,
        **_member(kept, "timeline"),
        "metadata": {
            **_member(_member(kept, "timeline"), "metadata"),
            GRAN: {**own, "version": VERSION, "timebase": document["timebase"]},
        },
        "name": name,
        "tracks": {**stack, "effects": [*_list(kept, "effects")]},
    }
    return json.dumps(root, indent=4, ensure_ascii=False) + "\n"


class Sight(NamedTuple):
    """Where paths of ``timeline`` clips are looked up, the innermost last, and how deep that is."""

    timelines: tuple[Json, ...]
    depth: int


@dataclass(slots=True)
class _Writer:
    clock: FrameClock
    media: Mapping[str, Json]
    n_clips: int = 0

    def stack(self, timeline: Json, outer: tuple[Json, ...], depth: int, markers: tuple[Json, ...], name: str) -> Json:
        """``outer`` are the ``timelines`` that are in sight, outermost first."""
        if depth > MAX_DEPTH:
            raise ContractError(f"timeline.timelines: lie more than {MAX_DEPTH} deep, or contain themselves")
        sight = Sight((*outer, _member(timeline, "timelines")), depth)
        tracks = _objects(timeline, "tracks")
        pictures = [track for track in tracks if track["kind"] == "video"]
        sounds = [track for track in tracks if track["kind"] == "audio"]
        kept = _member(_member(timeline, "otio"), "stack")
        return {
            "OTIO_SCHEMA": "Stack.1",
            **ITEM,
            **kept,
            "name": str(kept.get("name") or name),
            "children": [self.track(track, sight) for track in (*pictures[::-1], *sounds)],
            "markers": [self.marker(marker) for marker in markers],
        }

    def track(self, track: Json, sight: Sight) -> Json:
        kept = _member(track, "otio")
        placed, parked = _laid_out(_objects(track, "items"))
        ours: Json = {**without(track, "kind", "name", "items", "effects", "otio"), **({"parked": [*parked]} if parked else {})}
        return {
            "OTIO_SCHEMA": "Track.1",
            **ITEM,
            **without(kept, "effects", "metadata"),
            "children": [*self._children(placed, sight)],
            "effects": [*map(_effect, _objects(track, "effects")), *_list(kept, "effects")],
            "kind": "Audio" if track["kind"] == "audio" else "Video",
            "metadata": {**_member(kept, "metadata"), GRAN: ours},
            "name": track.get("name", ""),
        }

    def _children(self, items: list[Json], sight: Sight) -> Iterator[Json]:
        """The items with the gaps and transitions between them."""
        at_us = 0
        before: Json | None = None
        for item, after in zip(items, [*items[1:], None], strict=False):
            start_us, end_us = _edges(item)
            if after is not None:
                end_us = min(end_us, max(start_us, _edges(after)[0]))  # rounding may have made them overlap
            if start_us > at_us:
                yield from self._joint(before, None)
                yield self._gap(at_us, start_us)
                before = None
            yield from self._joint(before, item)
            yield self._item(item, start_us, end_us, sight)
            at_us, before = end_us, item
        yield from self._joint(before, None)

    def _joint(self, before: Json | None, after: Json | None) -> Iterator[Json]:
        leaving = _member(before or {}, "transitionOut")
        coming = _member(after or {}, "transitionIn")
        if not leaving and not coming:
            return
        kept = _member(_member(after or {}, "otio"), "transitionIn") or _member(_member(before or {}, "otio"), "transitionOut")
        ours: Json = {name: without(each, "durationUs") for name, each in (("in", coming), ("out", leaving)) if each}
        dissolves = (coming or leaving)["type"] == "dissolve"
        yield {
            "OTIO_SCHEMA": "Transition.1",
            "name": "",
            "transition_type": "SMPTE_Dissolve" if dissolves else "Custom_Transition",
            **kept,
            "in_offset": self._length(leaving),
            "out_offset": self._length(coming),
            "metadata": {**_member(kept, "metadata"), GRAN: ours},
        }

    def _length(self, transition: Json) -> Json:
        return self.clock.rational_time(Fraction(_whole(transition, "durationUs")) * self.clock.rate.fraction / US)

    def _gap(self, start_us: int, end_us: int) -> Json:
        return {"OTIO_SCHEMA": "Gap.1", **ITEM, "source_range": self._range(Fraction(0), start_us, end_us)}

    def _item(self, item: Json, start_us: int, end_us: int, sight: Sight) -> Json:
        kept = _member(item, "otio")
        if "object" in kept:
            return _member(kept, "object")  # what was not understood goes back as it came
        if item["kind"] == "clip":
            return self._clip(item, kept, start_us, end_us, sight)
        gap = {**self._gap(start_us, end_us), **without(kept, "metadata")}
        return {**gap, "metadata": {**_member(kept, "metadata"), GRAN: {"id": item["id"]}}}

    def _clip(self, clip: Json, kept: Json, start_us: int, end_us: int, sight: Sight) -> Json:
        self.n_clips += 1
        if self.n_clips > MAX_CLIPS:
            raise ContractError(f"timeline: comes to more than {MAX_CLIPS} clips, counting nested timelines at each use")
        path = str(_member(clip, "source").get("path", ""))
        what, shift = self._shown(clip, kept, path, sight)
        speed = Fraction(repr(clip.get("speed", 1)))
        frozen = _whole(clip, "freezeFrameSourceUs") if "freezeFrameSourceUs" in clip else None
        source = _member(clip, "sourceRange")
        begins_us = _whole(source, "startUs") if frozen is None else frozen
        source_range = self._range(self.clock.frames(begins_us) + shift, start_us, end_us)
        ours = without(clip, *IN_ITEMS, *(PARAMETERS if clip["clipType"] in GENERATED else ()), "freezeFrameSourceUs")
        if clip["clipType"] == "timeline":
            ours["path"] = path
        if frozen is not None or source.get("durationUs") != self._played_us(source_range, speed):
            ours |= {"sourceRange": clip["sourceRange"], "of": range_text(source_range)} if source else {}
        return {
            **ITEM,
            **without(kept, "media_references", "active_media_reference_key", "effects", "metadata", "transitionIn", "transitionOut"),
            **what,
            "effects": [*_warps(clip, speed), *map(_effect, _objects(clip, "effects")), *_list(kept, "effects")],
            "enabled": not clip.get("disabled", False),
            "metadata": {**_member(kept, "metadata"), GRAN: ours},
            "name": clip.get("name", ""),
            "source_range": source_range,
        }

    def _shown(self, clip: Json, kept: Json, path: str, sight: Sight) -> tuple[Json, Fraction]:
        """What makes it a clip or a nested stack, and by how much the media's own time is ahead of the file's."""
        if clip["clipType"] in GENERATED:
            own = generator(clip, str(clip.get("name", "")))
            references: Json = {ACTIVE: own}
            return {"OTIO_SCHEMA": "Clip.2", "media_references": references, "active_media_reference_key": ACTIVE}, Fraction(0)
        for level in reversed(range(len(sight.timelines))):
            inner = sight.timelines[level].get(path) if clip["clipType"] == "timeline" else None
            if isinstance(inner, dict):
                stack = self.stack(inner, sight.timelines[: level + 1], sight.depth + 1, tuple(_objects(inner, "markers")), path)
                return {"OTIO_SCHEMA": "Stack.1", **without(stack, "name", "effects", "metadata", "source_range")}, Fraction(0)
        facts = self.media.get(path, {})
        references, key = referring(path, kept, facts)
        active = references[key]
        assert isinstance(active, dict)
        if active.get("available_range") is None and "durationUs" in facts:
            length = self.clock.frames(_whole(facts, "durationUs"))
            references[key] = {**active, "available_range": self.clock.time_range(Span(Fraction(0), length))}
        return {
            "OTIO_SCHEMA": "Clip.2",
            "media_references": references,
            "active_media_reference_key": key,
        }, self.clock.media_start(references[key])

    def _range(self, source_start: Fraction, start_us: int, end_us: int) -> Json:
        return self.clock.time_range(Span(source_start, self.clock.frames(end_us) - self.clock.frames(start_us)))

    def _played_us(self, source_range: Json, speed: Fraction) -> int:
        """As much of its source as a reader takes the clip to play."""
        return self.clock.us(as_read(cast(float, _member(source_range, "duration")["value"])) * speed)

    def marker(self, marker: Json) -> Json:
        kept = _member(marker, "otio")
        colour = str(marker.get("color") or "GREEN")
        start_us, duration_us = (_whole(marker, name) for name in ("timeUs", "durationUs"))
        return {
            "OTIO_SCHEMA": "Marker.2",
            **without(kept, "metadata"),
            "color": colour.upper() if colour.upper() in COLOURS else colour,
            "comment": marker.get("comment", ""),
            "marked_range": self.clock.time_range(
                Span(self.clock.frames(start_us), self.clock.frames(start_us + duration_us) - self.clock.frames(start_us))
            ),
            "metadata": {**_member(kept, "metadata"), GRAN: {"id": marker.get("id", "")}},
            "name": marker.get("name", ""),
        }


def _laid_out(items: list[Json]) -> tuple[list[Json], list[Json]]:
    """The items in their order, without gaps that are none; and the disabled clips that lie on others."""
    placed: list[Json] = []
    parked: list[Json] = []
    end_us = 0
    clips = [item for item in items if item["kind"] == "clip"]
    enabled = sorted(_edges(clip) for clip in clips if not clip.get("disabled"))
    for item in sorted(items, key=lambda each: (_edges(each), each["kind"] == "clip")):
        start, end = _edges(item)
        off = bool(item.get("disabled"))
        others = enabled if off else sorted(map(_edges, clips)) if item["kind"] == "gap" else []
        hit = any(start < other_end - 1 and other_start + 1 < end for other_start, other_end in others)
        if hit or start < end_us - 1:
            if off:
                parked.append(item)
            continue
        placed.append(item)
        end_us = max(end_us, end)
    return placed, parked


def _edges(item: Json) -> tuple[int, int]:
    span = _member(item, "timelineRange")
    start_us = _whole(span, "startUs")
    return start_us, start_us + _whole(span, "durationUs")


def _warps(clip: Json, speed: Fraction) -> Iterator[Json]:
    effect: Json = {"metadata": {}, "name": "", "enabled": True}
    if "freezeFrameSourceUs" in clip:
        yield {"OTIO_SCHEMA": "FreezeFrame.1", **effect, "effect_name": "FreezeFrame", "time_scalar": 0.0}
    if speed != 1:
        yield {"OTIO_SCHEMA": "LinearTimeWarp.1", **effect, "effect_name": "LinearTimeWarp", "time_scalar": float(speed)}


def _effect(effect: Json) -> Json:
    fields: Json = {"metadata": {GRAN: {"effect": effect}}, "name": str(effect["id"]), "effect_name": effect["type"], "enabled": True}
    return {"OTIO_SCHEMA": "Effect.1", **fields}


def _present(value: object) -> Json:
    """Null members count as absent, as they do on the wire."""
    return cast(Json, _without_nulls(value))


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {name: inner if name == "otio" else _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _member(fields: Json, name: str) -> Json:
    member = fields.get(name)
    return member if isinstance(member, dict) else {}


def _objects(fields: Json, name: str) -> list[Json]:
    return [each for each in _list(fields, name) if isinstance(each, dict)]


def _list(fields: Json, name: str) -> list[JsonValue]:
    found = fields.get(name)
    return found if isinstance(found, list) else []


def _whole(fields: Json, name: str) -> int:
    """µs. JavaScript may say 5.0; what was not checked before (markers) counts as 0 where it is no number."""
    value = fields.get(name)
    return max(0, int(value)) if is_number(value) and abs(value) <= MAX_SAFE else 0
