"""OpenTimelineIO JSON -> the editor's timeline. The file is untrusted: whatever it is, a timeline comes out or a ContractError."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from pydantic import TypeAdapter

from gran_worker.errors import ContractError
from gran_worker.otio.items import ItemReader, is_effect, kept_fields
from gran_worker.otio.media import Library, OtioMedia
from gran_worker.otio.objects import Json, Node, is_number, parse_object, without
from gran_worker.otio.placing import Row
from gran_worker.otio.report import Account, OtioReport
from gran_worker.otio.times import FrameClock, Span
from gran_worker.refusals import parse_json
from gran_worker.scope import MAX_DEPTH
from gran_worker.snapshot import MAX_CLIPS, MAX_TRACKS, NestedTimeline
from gran_worker.timing import FrameRate
from gran_worker.wire import StrictWire

USUAL_RATE = FrameRate(30)
MICROSECONDS = 1_000_000
TRACKS = ("Track", "Sequence")
OWN_TIMELINE_FIELDS = ("version", "timebase", "markers", "docId", "tracks", "sources", "timelines", "fonts", "path", "id")

_TIMELINE = TypeAdapter(NestedTimeline)


class OtioMarker(StrictWire):
    """A remark at a moment, or about a stretch, of a timeline."""

    id: str
    time_us: int
    duration_us: int
    name: str
    color: str
    comment: str
    otio: dict[str, object] | None = None
    """What other programs wrote, for writing it back."""


@dataclass(frozen=True, slots=True)
class Imported:
    """``timeline`` is a snapshot on the wire, without ``sources``; nested ones lie in its ``timelines``."""

    name: str
    timeline: Json
    markers: tuple[OtioMarker, ...]
    media: tuple[OtioMedia, ...]
    report: OtioReport


def read(text: str) -> Imported:
    """The timeline in the OpenTimelineIO file ``text``. Raises ContractError with the place in the file, and nothing else."""
    account = Account()
    root = _outermost(parse_object(text), account)
    reader = _Reader(FrameClock(_rate(root, account)), account, dialect="docId" in root.gran)
    timeline = reader.outermost(root)
    # Whatever the reading lets through must be what an export takes.
    parse_json(_TIMELINE, json.dumps(timeline), where="timeline")
    markers = tuple(OtioMarker.model_validate(each) for each in timeline.pop("markers"))  # type: ignore[union-attr]
    media = tuple(reader.library.files.values())
    return Imported(root.text("name"), timeline, markers, media, account.report())


def _outermost(root: Node, account: Account) -> Node:
    """The Timeline, composition or clip that the file is about."""
    if root.schema != "SerializableCollection":
        return root
    children = [*root.nodes("children")]
    if not children:
        raise root.refuse("children", "is empty: there is no timeline in the file")
    if len(children) > 1:
        account.ignored(f"The file holds {len(children)} things; the first was opened.")
    return children[0]


def _rate(root: Node, account: Account) -> FrameRate:
    """The project's: what Gran wrote, else that of most ranges, pictures first."""
    timebase = root.gran.get("timebase")
    if isinstance(timebase, dict):
        try:
            return FrameRate.parse(timebase.get("fps"))
        except ValueError:
            account.approximated("The frame rate that the file names cannot be used; it was taken from the clips.")
    counted: tuple[Counter[FrameRate], Counter[FrameRate]] = (Counter(), Counter())
    for sounds, rate in _rates(root.fields):
        counted[sounds][rate] += 1
    for rates in counted:
        if rates:
            return rates.most_common(1)[0][0]
    account.approximated("The file names no frame rate; it was taken for 30.")
    return USUAL_RATE


def _rates(root: Json) -> Iterator[tuple[bool, FrameRate]]:
    waiting: list[tuple[object, bool]] = [(root, False)]
    while waiting:
        value, sounds = waiting.pop()
        if isinstance(value, list):
            waiting.extend((each, sounds) for each in reversed(value))
        if not isinstance(value, dict):
            continue
        sounds = sounds or value.get("kind") == "Audio"
        duration = span.get("duration") if isinstance(span := value.get("source_range"), dict) else None
        rate = duration.get("rate") if isinstance(duration, dict) else None
        if is_number(rate) and 1 <= rate <= 240:
            yield sounds, FrameRate.parse(rate)
        waiting.extend((value[name], sounds) for name in ("children", "tracks") if name in value)


@dataclass(slots=True)
class _Reader:
    clock: FrameClock
    account: Account
    dialect: bool
    library: Library = field(default_factory=Library)
    timelines: dict[str, Json] = field(default_factory=dict)
    n_clips: int = 0

    def outermost(self, root: Node) -> Json:
        timeline, _ = self._timeline(root, 0)
        if self.timelines:
            timeline["timelines"] = {**self.timelines}
        return timeline

    def _timeline(self, node: Node, depth: int) -> tuple[Json, Fraction]:
        """What ``node`` shows, as a timeline, and how long it is."""
        if depth > MAX_DEPTH:
            raise node.refuse("", f"lies more than {MAX_DEPTH} timelines deep")
        stack = node.node("tracks") if node.schema == "Timeline" else node
        if stack is None:
            raise node.refuse("tracks", "is required")
        items = ItemReader(self.clock, self.account, self.library, lambda inner: self._nested(inner, depth + 1), dialect=self.dialect)
        layers = [*stack.nodes("children")] if stack.schema == "Stack" else [stack]
        if len(layers) > MAX_TRACKS:
            raise stack.refuse("children", f"has {len(layers)} tracks; at most {MAX_TRACKS} are allowed")
        tracks, length = [], Fraction(0)
        for index, layer in enumerate(layers):
            track, end = self._track(layer, items, depth, index)
            tracks.append(track)
            length = max(length, end)
        trim = self.clock.span(stack, "source_range") if depth == 0 and stack.schema == "Stack" else None
        if trim is not None and trim != Span(Fraction(0), length):
            self.account.approximated("The whole timeline is trimmed; it is shown untrimmed.")
        return self._document(node, stack, tracks), length

    def _document(self, node: Node, stack: Node, tracks: list[Json]) -> Json:
        ours = node.gran
        pictures = [track for track in tracks if track["kind"] == "video"]
        sounds = [track for track in tracks if track["kind"] == "audio"]
        # OTIO lists from the bottom up; the old editor did not.
        rate = self.clock.rate
        timeline: Json = {
            **without(ours, *OWN_TIMELINE_FIELDS),
            "timebase": {"fps": rate.num if rate.den == 1 else [rate.num, rate.den]},
            "tracks": [*(pictures if self.dialect else pictures[::-1]), *sounds],
            "markers": [*self._markers(stack), *self._old_markers(ours.get("markers"))],
        }
        kept: Json = {}
        for name, each in (("timeline", node), ("stack", stack)) if node is not stack else (("stack", stack),):
            if each.schema in ("Timeline", "Stack") and (fields := without(kept_fields(each), "tracks", "markers")):
                kept[name] = fields
        effects = [effect.fields for effect in stack.nodes("effects")] if stack.schema == "Stack" and node is not stack else []
        if effects:
            self.account.ignored("Effects on the whole timeline are not known here.")
            kept["effects"] = [*effects]
        return {**timeline, "otio": kept} if kept else timeline

    def _track(self, node: Node, items: ItemReader, depth: int, index: int) -> tuple[Json, Fraction]:
        ours = node.gran
        is_track = node.schema in TRACKS
        kind = "audio" if is_track and node.text("kind").casefold() == "audio" else "video"
        row = Row()
        trim = self.clock.span(node, "source_range") if is_track else None
        children = [*node.nodes("children")] if is_track and (trim is None or depth >= MAX_DEPTH) else [node]
        if is_track:
            self.account.kept("track")
        for child in children:
            if child.schema == "Transition":
                row.joints[len(row.items)] = child
            elif (item := items.read(child, kind)) is not None:
                item.node = child
                row.items.append(item)
                self.n_clips += item.is_clip
            if self.n_clips > MAX_CLIPS:
                raise ContractError(f"The file holds more than {MAX_CLIPS:,} clips.")
        row.place()
        row.join(self.clock, self.account)
        track: Json = {
            "id": items.unique_id(ours.get("id") if is_track else None, kind),
            "kind": kind,
            "name": node.text("name") if is_track else "",
            **(without(ours, "id", "kind", "name", "items", "effects", "parked", "otio") if is_track else {}),
        }
        if is_track:
            self._track_fields(node, track, kind)
        track["items"] = [
            *(found for each in row.named() if (found := items.checked(each.to_item(self.clock), each.node or node)) is not None),
            *self._parked(ours.get("parked"), items, node),
        ]
        end = max((each.start + each.length for each in row.items), default=Fraction(0))
        return track, end

    def _track_fields(self, node: Node, track: Json, kind: str) -> None:
        if not node.flag("enabled", True):
            track["audioMuted" if kind == "audio" else "videoHidden"] = True
            if kind == "video":
                track["audioMuted"] = True
        effects: list[Json] = []
        foreign: list[Json] = []
        for effect in node.nodes("effects"):
            if is_effect(effect.gran.get("effect")):
                effects.append(effect.gran["effect"])  # type: ignore[arg-type]
            else:
                foreign.append(effect.fields)
                self.account.ignored(f"The effect “{effect.text('effect_name') or effect.schema}” of a track is not known here.")
        if effects:
            track["effects"] = [*effects]
        kept: Json = {**kept_fields(node), **({"effects": [*foreign]} if foreign else {})}
        if node.fields.get("markers"):
            kept["markers"] = [each.fields for each in node.nodes("markers")]
            self.account.ignored(f"The markers of track “{track['name']}” stay in the file.")
        if kept:
            track["otio"] = kept

    def _parked(self, parked: object, items: ItemReader, node: Node) -> Iterator[Json]:
        """Disabled clips that lie on others: OTIO has no place for them."""
        for clip in parked if isinstance(parked, list) else []:
            if isinstance(clip, dict) and clip.get("kind") == "clip" and isinstance(clip.get("timelineRange"), dict):
                self.n_clips += 1
                yield items.checked({**clip, "id": items.unique_id(clip.get("id"), "clip"), "disabled": True}, node) or clip

    def _nested(self, node: Node, depth: int) -> tuple[str, Fraction]:
        """Enters ``node`` among the timelines: its path and its length."""
        if node.schema in TRACKS and node.fields.get("source_range") is not None:
            # The clip that shows it is trimmed instead, and stands on a track with all the rest of it.
            node = Node(without(node.fields, "source_range", "metadata", "effects", "enabled", "markers"), node.at)
        timeline, length = self._timeline(node, depth)
        named = node.gran.get("path")
        wanted = named if isinstance(named, str) and 0 < len(named) <= 4000 else node.text("name")[:4000] or "timeline"
        path, number = wanted, 1
        while path in self.timelines and self.timelines[path] != timeline:
            number += 1
            path = f"{wanted} ({number})"
        self.timelines[path] = timeline
        return path, length

    def _markers(self, stack: Node) -> Iterator[Json]:
        if stack.schema != "Stack":
            return
        for index, node in enumerate(stack.nodes("markers")):
            span = self.clock.span(node, "marked_range") or Span(Fraction(0), Fraction(0))
            wanted = node.gran.get("id")
            marker: Json = {
                "id": wanted if isinstance(wanted, str) and wanted else f"marker-{index + 1}",
                "timeUs": max(0, self.clock.us(span.start)),
                "durationUs": self.clock.us(span.duration),
                "name": node.text("name"),
                "color": node.text("color"),
                "comment": node.text("comment"),
            }
            if kept := {**without(kept_fields(node), "marked_range", "color", "comment", "markers")}:
                marker["otio"] = kept
            self.account.kept("marker")
            yield marker

    def _old_markers(self, markers: object) -> Iterator[Json]:
        """As the old editor kept them: ``{id, timeUs, text}``."""
        for index, marker in enumerate(markers if isinstance(markers, list) else []):
            time_us = marker.get("timeUs") if isinstance(marker, dict) else None
            if not isinstance(marker, dict) or not isinstance(time_us, int) or time_us < 0:
                continue
            self.account.kept("marker")
            name, color = (marker.get(each) for each in ("text", "color"))
            yield {
                "id": str(marker.get("id") or f"old-marker-{index + 1}")[:256],
                "timeUs": time_us,
                "durationUs": 0,
                "name": name if isinstance(name, str) else "",
                "color": color if isinstance(color, str) else "",
                "comment": "",
            }
