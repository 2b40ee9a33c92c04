"""An OpenTimelineIO file as untrusted JSON: objects with a schema, members of the right type, or one error with a path."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from pydantic import JsonValue
from pydantic_core import from_json

from gran_worker.errors import ContractError
from gran_worker.refusals import path_text, printable

MAX_CHARS = 32 * 1024 * 1024
MAX_OBJECTS = 200_000
MAX_DEPTH = 48
"""Of the JSON; what is kept of it must still fit into a message (64)."""

Json = dict[str, JsonValue]
GRAN = "gran"


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON object of the file and the way to it."""

    fields: Json
    at: tuple[str | int, ...] = ()

    @property
    def schema(self) -> str:
        """``Clip`` of ``Clip.2``; empty where there is none."""
        return self._schema_parts()[0]

    @property
    def version(self) -> int:
        return self._schema_parts()[1]

    def _schema_parts(self) -> tuple[str, int]:
        name = self.fields.get("OTIO_SCHEMA")
        kind, _, version = name.rpartition(".") if isinstance(name, str) else ("", "", "")
        return (kind, int(version)) if version.isascii() and version.isdecimal() and len(version) < 6 else (str(name or ""), 1)

    def refuse(self, name: str, words: str) -> ContractError:
        return ContractError(f"{path_text((*self.at, name) if name else self.at) or 'The file'}: {words}")

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.refuse(name, f"must be text, got {kind_of(value)}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.fields.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.refuse(name, f"must be true or false, got {kind_of(value)}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        value = self.fields.get(name)
        if value is None and default is not None:
            return default
        if not is_number(value) or abs(value) > 1e18:
            raise self.refuse(name, f"must be a finite number, got {kind_of(value)}")
        return value

    def node(self, name: str) -> "Node | None":
        value = self.fields.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refuse(name, f"must be an object, got {kind_of(value)}")
        return Node(value, (*self.at, name))

    def nodes(self, name: str) -> "Iterator[Node]":
        """The objects of a list that may be absent. Raises ContractError where it is none."""
        values = self.fields.get(name)
        if values is None:
            return
        if not isinstance(values, list):
            raise self.refuse(name, f"must be a list, got {kind_of(values)}")
        for i, value in enumerate(values):
            if not isinstance(value, dict):
                raise Node({}, (*self.at, name, i)).refuse("", f"must be an object, got {kind_of(value)}")
            yield Node(value, (*self.at, name, i))

    @property
    def metadata(self) -> Json:
        """What other programs wrote, without our own part."""
        metadata = self.node("metadata")
        return {name: value for name, value in metadata.fields.items() if name != GRAN} if metadata else {}

    @property
    def gran(self) -> Json:
        """Our own part of the metadata; nothing of it is believed unchecked."""
        metadata = self.node("metadata")
        ours = metadata.fields.get(GRAN) if metadata else None
        return ours if isinstance(ours, dict) else {}


def parse_object(text: str) -> Node:
    """The outermost object of ``text``. Raises ContractError for whatever is no OpenTimelineIO file of a sane size."""
    if len(text) > MAX_CHARS:
        raise ContractError(f"The file is longer than {MAX_CHARS} characters.")
    try:
        # Not the json module: deep nesting would take the interpreter with it (refusals.py).
        root = from_json(text.removeprefix("\ufeff"), allow_inf_nan=False)
    except ValueError as error:
        deep = "recursion" in str(error)
        words = "It is nested too deeply." if deep else "It is damaged, or no OpenTimelineIO file."
        raise ContractError(f"The file is not JSON that can be read. {words}") from None
    if not isinstance(root, dict) or not isinstance(root.get("OTIO_SCHEMA"), str):
        raise ContractError("The file is JSON, but no OpenTimelineIO file: it has no OTIO_SCHEMA.")
    _check_extent(root)
    return Node(root)


def _check_extent(root: Json) -> None:
    n_objects = 0
    waiting: list[tuple[JsonValue, int]] = [(root, 1)]
    while waiting:
        value, depth = waiting.pop()
        members = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        n_objects += 1 if isinstance(value, dict) else 0
        if depth > MAX_DEPTH:
            raise ContractError(f"The file is nested more than {MAX_DEPTH} levels deep.")
        if n_objects > MAX_OBJECTS:
            raise ContractError(f"The file holds more than {MAX_OBJECTS:,} objects.")
        waiting.extend((member, depth + 1) for member in members if isinstance(member, dict | list))


def is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def kind_of(value: object) -> str:
    """What stood there, in a word or two."""
    if isinstance(value, str):
        return f'"{printable(value)}"'
    names = {type(None): "nothing", bool: "true or false", dict: "an object", list: "a list"}
    return names.get(type(value), f"{value}")


def without(fields: Mapping[str, JsonValue], *names: str) -> Json:
    return {name: value for name, value in fields.items() if name not in names}
