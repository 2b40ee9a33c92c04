"""Where a clip's picture comes from: a file, nothing that can be found, or a generator."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from gran_worker.otio.objects import Json, Node, without
from gran_worker.otio.times import FrameClock
from gran_worker.snapshot import file_name
from gran_worker.wire import StrictWire

ACTIVE = "DEFAULT_MEDIA"
MISSING = "missing:"
IMAGE = re.compile(r"\.(png|jpe?g|webp|avif|gif|bmp|svg)$", re.IGNORECASE)
TIMELINE = re.compile(r"\.otio$", re.IGNORECASE)
GENERATED = ("text", "background", "adjustment")
PARAMETERS = ("text", "style", "backgroundColor")


class OtioMedia(StrictWire):
    """A file that an imported timeline wants. ``missing``: it does not say where that is."""

    path: str
    """Its key in ``sources``, which is never fetched."""
    name: str
    missing: bool | None = None
    duration_us: int | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """The active media reference of a clip. ``kept`` is what a writer has to put back."""

    node: Node | None
    kept: Json

    @property
    def url(self) -> str:
        return self.node.text("target_url") if self.node and self.node.schema == "ExternalReference" else ""

    @property
    def is_generator(self) -> bool:
        return self.node is not None and self.node.schema == "GeneratorReference"


def find_reference(clip: Node) -> Reference:
    """Of a Clip.1, which has one, or a Clip.2, which names one of several."""
    several = clip.node("media_references")
    if several is None:
        node = clip.node("media_reference")
        return Reference(node, _kept({ACTIVE: node.fields} if node else {}, ACTIVE))
    key = clip.text("active_media_reference_key") or ACTIVE
    return Reference(several.node(key), _kept(several.fields, key))


def _kept(references: Json, key: str) -> Json:
    """Nothing, where the reference says no more than where the file is."""
    active = references.get(key)
    if set(references) <= {key}:
        if not isinstance(active, dict):
            return {}
        told = {name for name, value in active.items() if value not in (None, "", {})}
        ours = isinstance(metadata := active.get("metadata"), dict) and "gran" in metadata
        if active.get("OTIO_SCHEMA") == "MissingReference.1" and told <= {"OTIO_SCHEMA"}:
            return {}
        if active.get("OTIO_SCHEMA") == "ExternalReference.1" and told <= {"OTIO_SCHEMA", "target_url"}:
            return {}
        if ours and active.get("OTIO_SCHEMA") == "GeneratorReference.1":
            return {}
    return {"media_references": references, "active_media_reference_key": key}


@dataclass(slots=True)
class Library:
    """Every file that the timeline names, once."""

    files: dict[str, OtioMedia] = field(default_factory=dict)

    def path_of(self, reference: Reference, clip_name: str, clock: FrameClock) -> str:
        """The key in ``sources`` of a clip's file."""
        available = clock.span(reference.node, "available_range") if reference.node else None
        duration_us = clock.us(available.duration) if available and available.duration > 0 else None
        if reference.url:
            name = unquote(file_name(reference.url))
            return self._add(OtioMedia(path=reference.url, name=name, duration_us=duration_us))
        name = (reference.node.text("name") if reference.node else "") or clip_name or "media"
        return self._add(OtioMedia(path=MISSING + name, name=name, missing=True, duration_us=duration_us))

    def _add(self, file: OtioMedia) -> str:
        known = self.files.get(file.path)
        if known is None or (known.duration_us or 0) < (file.duration_us or 0):
            self.files[file.path] = file
        return file.path


def generated(reference: Reference, clip_type: object) -> tuple[Json, str | None]:
    """The wire fields of a generator's clip, and what is only nearly so, if anything. ``clip_type`` is what Gran wrote."""
    assert reference.node is not None
    node = reference.node
    parameters = node.node("parameters")
    fields = parameters.fields if parameters else {}
    if clip_type in GENERATED:
        return {"clipType": clip_type, **{name: fields[name] for name in PARAMETERS if name in fields}}, None
    kind = node.text("generator_kind") or "generator"
    text = fields.get("text")
    if isinstance(text, str):
        return {"clipType": "text", "text": text}, f"The text of the generator “{kind}” has a style of its own here."
    colour = next((fields[name] for name in ("color", "colour", "backgroundColor") if isinstance(fields.get(name), str)), None)
    if colour is not None:
        return {"clipType": "background", "backgroundColor": colour}, None
    exact = kind.casefold() in ("black", "solidblack")
    return {"clipType": "background"}, None if exact else f"The generator “{kind}” is shown as black."


def generator(clip: Json, name: str) -> Json:
    """The reference for a clip of Gran's that has no file."""
    parameters: Json = {each: clip[each] for each in PARAMETERS if each in clip}
    return {
        "OTIO_SCHEMA": "GeneratorReference.1",
        "available_range": None,
        "generator_kind": {"text": "Text", "background": "SolidColor", "adjustment": "Adjustment"}[str(clip["clipType"])],
        "metadata": {"gran": {}},
        "name": name,
        "parameters": parameters,
    }


def referring(path: str, kept: Json, facts: Json) -> tuple[Json, str]:
    """``media_references`` and the active key for ``path``: what was there, brought up to date. ``facts`` may hold ``url`` and ``name``."""
    key = str(kept.get("active_media_reference_key") or ACTIVE)
    several = kept.get("media_references")
    references: Json = dict(several) if isinstance(several, dict) else {}
    active = references.get(key)
    known: Json = active if isinstance(active, dict) else {}
    if path.startswith(MISSING) and "url" not in facts:
        references[key] = known or {"OTIO_SCHEMA": "MissingReference.1", "metadata": {}, "name": "", "available_range": None}
        return references, key
    if not str(known.get("OTIO_SCHEMA", "")).startswith("ExternalReference."):
        known = {"OTIO_SCHEMA": "ExternalReference.1", "available_range": None, "metadata": {}, "name": ""}
    elif known.get("target_url") != path:
        known = {**without(known, "available_range"), "available_range": None}  # that was another file's
    named = {"name": facts["name"]} if "name" in facts else {}
    references[key] = {**known, **named, "target_url": facts.get("url", path)}
    return references, key
