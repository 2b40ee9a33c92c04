"""Untrusted JSON in; a model, or one sentence that names the field, what was wrong and what is allowed."""

import gc
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json

from gran_worker.errors import ContractError
from gran_worker.wire import MARKER, REFUSED, REFUSED_NUMBER, Wire, listed

T = TypeVar("T")
Path = tuple[str | int, ...]

MAX_CHARS = 32 * 1024 * 1024
SHOWN_CHARS = 60
MAX_PROBLEMS = 20_000

TAGGED_LISTS = ("items", "effects")
WITHOUT_ARTICLE = ("NaN", "Infinity", "-Infinity", "undefined", "too much data", "too many members", "too deep a nesting")
TAGS = ("<audio>", "<no audio>")
REQUIREMENTS = {
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_unicode": "must be text",
    "string_too_short": "must not be empty",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dataclass_type": "must be an object",
    "dict_type": "must be an object",
    "mapping_type": "must be an object",
}
NULL_MEMBER = re.compile(r":\s*null")
SURROGATE = re.compile("[\ud800-\udfff]")
ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def parse_json(
    adapter: TypeAdapter[T],
    text: str,
    *,
    where: str = "",
    tagged: bool = False,
    strict: Mapping[str, type[Wire]] | None = None,
) -> T:
    """``text`` as ``adapter`` wants it; null members count as absent.

    ``where`` precedes every path; ``tagged`` says that ``adapter`` chooses among types by a tag; ``strict`` holds the
    models that forbid unknown fields, by their path or their tag. Raises ContractError, whatever ``text`` is.
    """
    if len(text) > MAX_CHARS:
        raise ContractError(f"The message is longer than {MAX_CHARS} characters.")
    if "null" in text and NULL_MEMBER.search(text):
        text = _without_nulls(text)
    with _no_collections():
        try:
            return adapter.validate_json(text, by_alias=True, by_name=False)
        except ValidationError as refused:
            raise ContractError(_words(refused, text, _Paths(where, tagged, strict or {}))) from None


@contextmanager
def _no_collections() -> Iterator[None]:
    """Ten thousand new clips make the collector walk all of them again and again: a third of the whole time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def printable(text: str) -> str:
    """``text`` for a message: at most 60 characters, nothing in it that moves or hides the rest."""
    short = text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
    return "".join(
        char if char.isprintable() else f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\u{{{ord(char):x}}}" for char in short
    )


def path_text(path: Iterable[str | int]) -> str:
    """``timeline.tracks[2].items[0].speed``. Of a path as a key, only its last part: the rest is private."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]{0,59}", part):
            text += f".{part}" if text else part
        else:
            *folders, name = re.split(r"[/\\]", part)
            text += f'["{"…/" if folders else ""}{printable(name)}"]'
    return text


@dataclass(frozen=True, slots=True)
class _Paths:
    """From pydantic's paths, which also name the members of unions that were tried (``items, 0, clip, speed``), to ours."""

    where: str
    tagged: bool
    strict: Mapping[str, type[Wire]]

    def of(self, loc: Path) -> list[str | int]:
        path: list[str | int] = [self.where] if self.where else []
        tag_follows = self.tagged
        for part in loc:
            if not tag_follows and part not in TAGS:
                path.append(part)
            tag_follows = not tag_follows and isinstance(part, int) and len(path) > 1 and path[-2] in TAGGED_LISTS
        return path

    def unknown_field(self, loc: Path) -> str:
        path = self.of(loc)
        name, owner = str(path[-1]), path_text(path[:-1]) or str(loc[0])
        words = f"is not a field of {owner.rpartition('.')[2]}"
        if owner not in self.strict:
            return words
        fields = [field.alias or attribute for attribute, field in self.strict[owner].model_fields.items()]
        near = get_close_matches(name, fields, n=1)
        return f"{words}; did you mean {near[0]}?" if near else f"{words}, which has {', '.join(fields)}"


def _words(refused: ValidationError, text: str, paths: _Paths) -> str:
    if refused.error_count() > MAX_PROBLEMS:
        return f"The message has {refused.error_count()} problems."  # to list them would take gigabytes
    problems = refused.errors(include_url=False)
    # An object of JavaScript's own where a plain one belongs explains whatever else is wrong with it.
    first = next((each for each in problems if each["loc"] and each["loc"][-1] == MARKER), problems[0])
    if not first["loc"] and first["type"] in ("json_invalid", "string_unicode"):
        return _unreadable(str(first["msg"]), text)
    path, words = _problem(first, paths)
    more = len(problems) - 1
    rest = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
    return f"{path}: {words}{rest}" if path else f"The message {words}{rest}"


def _problem(error: ErrorDetails, paths: _Paths) -> tuple[str, str]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    path = paths.of(error["loc"])
    if path and path[-1] == MARKER:
        return path_text(path[:-1]), f"must be an object, got {_shown({MARKER: value})}"
    if kind == "missing":
        if isinstance(value, dict) and MARKER in value:
            return path_text(path[:-1]), f"must be an object, got {_shown(value)}"
        return path_text(path), "is required"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _wrong_tag(path, value, context)
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return path_text(path), paths.unknown_field(error["loc"])
    if kind == REFUSED and context["at"]:
        joint = "." if path else ""
        return f"{path_text(path)}{joint}{context['at']}", str(context["words"])
    return path_text(path), f"{_requirement(kind, value, context)}, got {_shown(value)}"


def _wrong_tag(path: list[str | int], value: object, context: Mapping[str, object]) -> tuple[str, str]:
    tag = str(context["discriminator"]).strip("'")
    if not isinstance(value, dict) or MARKER in value:
        return path_text(path), f"must be an object, got {_shown(value)}"
    if tag not in value:
        return path_text([*path, tag]), "is required"
    allowed = context.get("expected_tags", "")
    return path_text([*path, tag]), f"{_one_of(str(allowed))}, got {_shown(value[tag])}"


def _requirement(kind: str, value: object, context: Mapping[str, object]) -> str:
    if kind == REFUSED:
        return str(context["words"])
    if kind == REFUSED_NUMBER:
        whole = isinstance(value, int) and not isinstance(value, bool)
        right_kind = whole or (isinstance(value, float) and (value.is_integer() if context["whole"] else math.isfinite(value)))
        return f"must be {context['bounds' if right_kind else 'kind']}"
    if kind == "literal_error":
        return _one_of(str(context["expected"]))
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_too_long":
        return f"must be at most {context['max_length']} characters long"
    if kind == "too_long":
        return f"must have at most {context['max_length']} entries"
    return REQUIREMENTS.get(kind, "is not valid")


def _one_of(quoted: str) -> str:
    """From pydantic's ``'a', 'b' or 'c'``."""
    names = re.findall(r"'([^']*)'", quoted)
    return f"must be {'one of ' if len(names) > 1 else ''}{listed([json.dumps(name) for name in names])}"


def _shown(value: object) -> str:
    """What a field held, in a few words."""
    if isinstance(value, str):
        return f'"{printable(value)}"'
    if value is None or isinstance(value, bool | int | float):
        return printable(json.dumps(value))
    if isinstance(value, list | tuple):
        short = len(value) <= 3 and all(isinstance(each, int | float) for each in value)
        return json.dumps(value) if short else f"a list of {len(value)}"
    if not isinstance(value, dict) or MARKER not in value:
        return "an object"
    name = printable(str(value[MARKER]))
    if name in WITHOUT_ARTICLE:
        return name
    if name.startswith("bigint "):
        return f"{name.removeprefix('bigint ')}n"
    return f"{'an' if name[:1] in 'AEIO' else 'a'} {name}"


def _without_nulls(text: str) -> str:
    if not _is_shallow(text):
        return text  # the parser says what is wrong with it
    return json.dumps(json.loads(text, object_hook=_present))


def _is_shallow(text: str) -> bool:
    """Whether ``text`` is JSON, and not nested so deeply that Python's own parser would take the interpreter with it.

    In WebAssembly the JavaScript stack is all there is: where CPython raises RecursionError, Pyodide dies.
    """
    try:
        from_json(text)
    except ValueError:
        return False
    return True


def _present(members: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


def _unreadable(complaint: str, text: str) -> str:
    if "recursion" in complaint:
        return "The message is nested too deeply."
    path = _find_surrogate(text)
    if path is not None:
        return f"{path_text(path)}: holds half of a character (a lone surrogate); remove it"
    place = re.search(r"line [0-9]+ column [0-9]+", complaint)
    return f"The message is not JSON{f' (at {place[0]})' if place else ''}."


def _find_surrogate(text: str) -> Path | None:
    """Where the first text with a lone surrogate is; the parser knows only its column."""
    if not _is_shallow(SURROGATE.sub("?", ESCAPED_SURROGATE.sub(r"\\ufffd", text))):
        return None
    stack: list[tuple[Path, object]] = [((), json.loads(text))]
    while stack:
        path, value = stack.pop()
        if isinstance(value, str) and SURROGATE.search(value):
            return path
        if isinstance(value, list):
            stack.extend(((*path, i), value[i]) for i in reversed(range(len(value))))
        elif isinstance(value, dict):
            if any(SURROGATE.search(name) for name in value):
                return path
            stack.extend(((*path, name), value[name]) for name in reversed(value))
    return None
