"""One object of a track becomes one item: clips of every kind, gaps, timelines in the timeline, and what is none of these."""

from collections.abc import Callable
from fractions import Fraction

from pydantic import ConfigDict, JsonValue, TypeAdapter, ValidationError

from gran_worker.otio.media import IMAGE, TIMELINE, Library, find_reference, generated
from gran_worker.otio.objects import Json, Node, is_number, kind_of, without
from gran_worker.otio.placing import Placed
from gran_worker.otio.report import Account
from gran_worker.otio.times import FrameClock, Span
from gran_worker.snapshot import Clip, Effect, Gap
from gran_worker.timing import US

COMPOSITIONS = ("Stack", "Track", "Sequence", "Timeline")
OWN_FIELDS = (
    "id", "of", "path", "sourceRange", "kind", "timelineRange", "source", "name", "disabled", "otio", "effects", "speed",
    "freezeFrameSourceUs",
)  # fmt: skip
"""Of ``metadata.gran``: what is read with more care than the rest, or not at all."""
CLIP_FIELDS = (
    "OTIO_SCHEMA", "name", "source_range", "enabled", "media_reference", "media_references", "active_media_reference_key",
    "effects", "markers", "metadata", "children", "kind",
)  # fmt: skip

_CLIP = TypeAdapter(Clip)
_GAP = TypeAdapter(Gap)
_EFFECT: TypeAdapter[object] = TypeAdapter(Effect, config=ConfigDict(defer_build=True))


class ItemReader:
    """Reads the items of one timeline. ``nest`` gives a timeline for a composition, its path and its length."""

    def __init__(
        self, clock: FrameClock, account: Account, library: Library, nest: Callable[[Node], tuple[str, Fraction]], *, dialect: bool
    ) -> None:
        self._clock, self._account, self._library, self._nest, self._dialect = clock, account, library, nest, dialect
        self._ids: set[str] = set()

    def read(self, node: Node, kind: str) -> Placed | None:
        """An item without its place; None where nothing has to be remembered of it."""
        if node.schema in COMPOSITIONS:
            return self._nested(node)
        if node.schema == "Clip":
            return self._clip(node, kind)
        if node.schema in ("Gap", "Filler"):
            span = self._clock.span(node, "source_range")
            return self._gap(node, span.duration if span else Fraction(0), kept_fields(node))
        span = self._clock.span(node, "source_range") if isinstance(node.fields.get("source_range"), dict) else None
        self._account.ignored(f"A “{node.schema}” is not known here; it is a gap.")
        return self._gap(node, span.duration if span else Fraction(0), {"object": node.fields})

    def unique_id(self, wanted: object, prefix: str) -> str:
        if isinstance(wanted, str) and 0 < len(wanted) <= 256 and wanted not in self._ids:
            self._ids.add(wanted)
            return wanted
        number = 1
        while f"{prefix}-{number}" in self._ids:
            number = max(number + 1, len(self._ids))
        self._ids.add(f"{prefix}-{number}")
        return f"{prefix}-{number}"

    def checked(self, item: Json, node: Node) -> Json | None:
        """``item`` without those of its fields that are wrong. Raises ContractError where it cannot do without; None for no time at all."""
        if item["kind"] == "clip" and item["timelineRange"]["durationUs"] == 0:  # type: ignore[index, call-overload]
            self._account.ignored(f"Clip “{item.get('name')}” lasts no time at all and was left out.")
            return None
        adapter: TypeAdapter[Clip] | TypeAdapter[Gap] = _CLIP if item["kind"] == "clip" else _GAP
        for _ in range(len(item)):
            try:
                adapter.validate_python(item, by_alias=True, by_name=False)
                return item
            except ValidationError as refused:
                problem = refused.errors(include_url=False)[0]
                field = str((problem["loc"] or (problem.get("ctx", {}).get("at", ""),))[0])
                if field in ("kind", "clipType", "timelineRange", "sourceRange", "source", "id", "text", "speed") or field not in item:
                    raise node.refuse("", f"its {field or 'fields'} cannot be used: {problem['msg']}") from None
                self._account.ignored(f"“{field}” of clip “{item.get('name')}” holds {kind_of(item[field])}, which means nothing here.")
                item = without(item, field)
        raise AssertionError  # each round takes one field away

    def _gap(self, node: Node, length: Fraction, kept: Json) -> Placed | None:
        wanted = node.gran.get("id")
        if not kept and wanted is None:
            return None if length == 0 else Placed({"kind": "gap"}, length)
        return Placed({"kind": "gap", "id": self.unique_id(wanted, "gap"), **({"otio": kept} if kept else {})}, length)

    def _nested(self, node: Node) -> Placed:
        path, length = self._nest(node)
        span = self._clock.span(node, "source_range") if node.schema in ("Stack", "Track") else None
        self._account.kept("nested timeline")
        return self._playing(node, {"clipType": "timeline", "source": {"path": path}}, span or Span(Fraction(0), length), {})

    def _clip(self, node: Node, kind: str) -> Placed | None:
        reference = find_reference(node)
        available = self._clock.span(reference.node, "available_range") if reference.node else None
        span = self._clock.span(node, "source_range") or available
        if span is None:
            raise node.refuse("", "has no length: neither a source_range nor an available_range of its media")
        self._account.kept("clip")
        name = node.text("name")
        clip_type = node.gran.get("clipType")
        if reference.is_generator or (self._dialect and clip_type in ("text", "background", "adjustment")):
            if kind == "audio":
                self._account.ignored(f"“{name}” is a generator on an audio track; it is silent.")
                return self._gap(node, span.duration, {"object": node.fields})
            fields, told = generated(reference, clip_type) if reference.is_generator else ({}, None)
            if told:
                self._account.approximated(told)
            return self._playing(node, fields, span, reference.kept)
        path = self._library.path_of(reference, name, self._clock)
        if reference.url and available is not None and available.start != 0 and span.start >= available.start:
            span = Span(span.start - available.start, span.duration)
        is_timeline = clip_type == "timeline" or (clip_type != "media" and TIMELINE.search(path))
        fields = {"clipType": "timeline" if is_timeline else "media", "source": {"path": path}}
        if IMAGE.search(path):
            fields["isImage"] = True
        return self._playing(node, fields, span, reference.kept)

    def _playing(self, node: Node, fields: Json, span: Span, references: Json) -> Placed:
        """A clip of whatever kind. In the dialect ``span`` is the source's and speed shortens it; in OTIO it is the track's."""
        ours = node.gran
        effects, foreign, speed, freezes = self._effects(node)
        if self._dialect and is_number(ours.get("speed")) and speed == 1:
            speed = self._usable(Fraction(repr(ours["speed"])), node)
        length = span.duration / speed if self._dialect else span.duration
        item: Json = {
            "kind": "clip",
            "id": self.unique_id(ours.get("id"), "clip"),
            "name": node.text("name"),
            **without(ours, *OWN_FIELDS),
            **fields,
        }
        if not node.flag("enabled", True):
            item["disabled"] = True
        if effects:
            item["effects"] = [*effects]
        if speed != 1:
            item["speed"] = float(speed)
        kept: Json = {**kept_fields(node), **references, **({"effects": [*foreign]} if foreign else {})}
        if kept:
            item["otio"] = kept
        if node.fields.get("markers"):
            self._account.ignored(f"The markers of clip “{item['name']}” stay in the file.")
        placed = Placed(item, length, source_start=span.start, speed=speed)
        frozen = ours.get("freezeFrameSourceUs")
        if freezes or is_number(frozen):
            item["freezeFrameSourceUs"] = max(0, int(frozen) if is_number(frozen) and not freezes else self._clock.us(span.start))
        if self._dialect:
            placed.source_length = span.duration
        elif _same(ours.get("of"), node.fields.get("source_range")) and isinstance(ours.get("sourceRange"), dict):
            placed.source_range = ours["sourceRange"]  # type: ignore[assignment]
            self._take_source_range(placed)
        if placed.source_start < 0:
            self._account.approximated(f"Clip {placed.name} begins before its media; it begins with it.")
            placed.source_start = Fraction(0)
        return placed

    def _take_source_range(self, placed: Placed) -> None:
        assert placed.source_range is not None
        start_us, duration_us = (placed.source_range.get(name) for name in ("startUs", "durationUs"))
        if isinstance(start_us, int) and isinstance(duration_us, int):
            placed.source_start = Fraction(start_us) * self._clock.rate.fraction / US
            placed.source_length = Fraction(duration_us) * self._clock.rate.fraction / US

    def _effects(self, node: Node) -> tuple[list[Json], list[Json], Fraction, bool]:
        """Ours, those of others, the speed, and whether one frame stands."""
        known: list[Json] = []
        ours: list[Json] = []
        foreign: list[Json] = []
        speed, freezes = Fraction(1), False
        for effect in node.nodes("effects"):
            works = effect.flag("enabled", True)
            if works and effect.schema == "FreezeFrame":
                freezes = True
            elif works and effect.schema == "LinearTimeWarp":
                scalar = Fraction(repr(effect.number("time_scalar", 1.0)))
                freezes = freezes or scalar == 0
                speed *= self._usable(scalar, node) if scalar else 1
            elif is_effect(effect.gran.get("effect")):
                ours.append(effect.gran["effect"])  # type: ignore[arg-type]
            else:
                foreign.append(effect.fields)
                name = effect.text("effect_name") or effect.text("name") or effect.schema
                self._account.ignored(f"The effect “{name}” of “{node.text('name')}” is not known here.")
        listed = node.gran.get("effects")
        for each in listed if isinstance(listed, list) else []:  # the old editor's place for them
            if is_effect(each):
                known.append(each)  # type: ignore[arg-type]
            else:
                self._account.ignored(f"An effect of “{node.text('name')}” is not known here.")
        return [*ours, *known], foreign, self._usable(speed, node), freezes

    def _usable(self, speed: Fraction, node: Node) -> Fraction:
        usable = min(max(abs(speed), Fraction(1, 10)), Fraction(10))
        if usable != speed:
            words = "backwards" if speed < 0 else f"at {float(speed):g} times its speed"
            self._account.approximated(f"Clip “{node.text('name')}” plays {words}; here it plays at {float(usable):g}.")
        return usable


def is_effect(value: object) -> bool:
    try:
        _EFFECT.validate_python(value, by_alias=True, by_name=False)
    except ValidationError:
        return False
    return isinstance(value, dict)


def kept_fields(node: Node) -> Json:
    """What of an object Gran has no use for, but others may: unknown fields, metadata, markers of a clip."""
    kept: Json = {name: value for name, value in node.fields.items() if name not in CLIP_FIELDS and value not in (None, [], {})}
    if metadata := node.metadata:
        kept["metadata"] = metadata
    if node.fields.get("markers") and node.schema not in COMPOSITIONS:
        kept["markers"] = [each.fields for each in node.nodes("markers")]
    return kept


def _same(written: object, found: object) -> bool:
    """Whether a range is still the one that Gran wrote: another program may have trimmed the clip and known nothing of the rest."""
    return isinstance(written, list) and isinstance(found, dict) and written == range_text(found)


def range_text(time_range: Json) -> list[JsonValue]:
    parts = (time_range.get("start_time"), time_range.get("duration"))
    return [part.get(name) for part in parts if isinstance(part, dict) for name in ("value", "rate")]
