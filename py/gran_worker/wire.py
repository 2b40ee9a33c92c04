"""What a field may look like on the wire: the base model, numbers, times, colours, JavaScript objects.

Each type carries its own words, so that a refusal can say what is allowed (refusals.py puts them into a sentence).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, Strict
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from gran_worker.timing import FrameRate, TimeRange

MAX_SAFE = 2**53 - 1
"""The largest whole number that JavaScript counts to without gaps."""

MARKER = "$js"
"""The one member of what stands for a JavaScript object that JSON cannot hold."""

REFUSED = "refused"
REFUSED_NUMBER = "refused_number"


class Wire(BaseModel):
    """Immutable; camelCase outside, snake_case inside; unknown fields are ignored."""

    # Whoever reads or writes one builds its schema: all of them at once are a fifth of the worker's start.
    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True, defer_build=True
    )


class StrictWire(Wire):
    """As :class:`Wire`, but an unknown field is an error."""

    model_config = ConfigDict(extra="forbid")


class WirePart:
    """Base of the standard library's dataclasses that clips are made of. As :class:`Wire`, at a third of the time and of the memory."""

    __slots__ = ()
    __pydantic_config__ = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True, extra="ignore"
    )


class LooseWirePart(WirePart):
    """One whose members are all optional: a Date or a Map, ``{"$js": "Date"}``, is still none of them."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        never = core_schema.with_default_schema(core_schema.none_schema(), default=None)
        # "init only" is what is checked and not kept.
        schema["schema"]["fields"].append(core_schema.dataclass_field("js", never, init_only=True, validation_alias=MARKER))
        return schema


def refusal(words: str, *, at: str = "") -> PydanticCustomError:
    """An error whose message is ``words`` as they are; ``at`` is the path below the model that raises it."""
    return PydanticCustomError(REFUSED, "{words}", {"words": words, "at": at})


@dataclass(frozen=True, slots=True)
class FirstProblem:
    """Annotates a list or a mapping: what is wrong with its first wrong entry is all that is told. A million problems are 600 MB."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return {**handler(source), "fail_fast": True}


@dataclass(frozen=True, slots=True)
class Number:
    """Annotates float or Fraction: a finite JSON number within bounds, no text and no boolean.

    A Fraction is read from the number's decimal text: 0.1 is 1/10.
    """

    least: float | None = None
    most: float | None = None
    unit: str = ""

    def __get_pydantic_core_schema__(self, source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        number: CoreSchema = core_schema.float_schema(strict=True, allow_inf_nan=False, ge=self.least, le=self.most)
        if source is Fraction:
            number = core_schema.no_info_after_validator_function(
                _decimal_fraction, number, serialization=core_schema.plain_serializer_function_ser_schema(float)
            )
        return _refused_number(number, f"a number of {self.unit}" if self.unit else "a number", _bounds(self))

    def __get_pydantic_json_schema__(self, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "number"} | _limits(self)


@dataclass(frozen=True, slots=True)
class Whole:
    """Annotates int: a whole JSON number within bounds, no text and no boolean. JavaScript's 5.0 is 5."""

    least: int | None = None
    most: int | None = None
    unit: str = ""

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        written_as_float = core_schema.float_schema(strict=True, allow_inf_nan=False, ge=self.least, le=self.most)
        number = core_schema.union_schema(
            [
                core_schema.int_schema(strict=True, ge=self.least, le=self.most),
                core_schema.no_info_after_validator_function(_whole, written_as_float),
            ],
            mode="left_to_right",
        )
        return _refused_number(number, f"a whole number of {self.unit}" if self.unit else "a whole number", _bounds(self), whole=True)

    def __get_pydantic_json_schema__(self, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "integer"} | _limits(self)


def _refused_number(number: CoreSchema, kind: str, bounds: str, *, whole: bool = False) -> CoreSchema:
    return core_schema.custom_error_schema(
        number,
        custom_error_type=REFUSED_NUMBER,
        custom_error_message="{kind}",
        custom_error_context={"kind": kind, "bounds": bounds, "whole": int(whole)},
    )


def _bounds(number: Number | Whole) -> str:
    if number.least is not None and number.most is not None:
        return f"between {number.least} and {number.most}"
    return f"{number.least} or more" if number.least is not None else "finite"


def _limits(number: Number | Whole) -> JsonSchemaValue:
    limits = {"minimum": number.least, "maximum": number.most}
    return {name: limit for name, limit in limits.items() if limit is not None}


def _whole(number: float) -> int:
    if not number.is_integer():
        raise ValueError
    return int(number)


@lru_cache(maxsize=256)
def _decimal_fraction(number: float) -> Fraction:
    return Fraction(repr(number))


Flag = Annotated[bool, Strict()]
RequestId = Annotated[int, Whole(0, MAX_SAFE)]
"""By which an answer is known."""
TimeUs = Annotated[int, Whole(0, MAX_SAFE, "microseconds")]
"""A moment or a length, µs, 0 or more."""


@dataclass(frozen=True, slots=True)
class RangeOf:
    """Annotates TimeRange: ``{startUs, durationUs}``, whole µs. ``empty`` ranges (0 µs long) must be asked for."""

    empty: bool = False
    extra: Literal["ignore", "forbid"] = "ignore"

    def __get_pydantic_core_schema__(self, _source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        least = 0 if self.empty else 1
        start = handler.generate_schema(TimeUs)
        duration = handler.generate_schema(Annotated[int, Whole(least, MAX_SAFE, "microseconds")])
        fields = [_aliased("start_us", "startUs", start), _aliased("duration_us", "durationUs", duration)]
        arguments = core_schema.dataclass_args_schema("TimeRange", fields, extra_behavior=self.extra)
        return core_schema.dataclass_schema(TimeRange, arguments, ["start_us", "duration_us"], frozen=True, slots=True)

    def __get_pydantic_json_schema__(self, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        members = {"startUs": {"type": "integer"}, "durationUs": {"type": "integer"}}
        return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


ClipRange = Annotated[TimeRange, RangeOf()]
"""At least 1 µs long."""
AnyRange = Annotated[TimeRange, RangeOf(empty=True)]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A JavaScript object that JSON cannot hold: ``{"$js": "File"}``. Only the browser layer has the real one."""

    type_name: str


@dataclass(frozen=True, slots=True)
class JsObject:
    """Annotates Opaque: which JavaScript classes are allowed."""

    type_names: tuple[str, ...]

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        names = core_schema.literal_schema(list(self.type_names))
        arguments = core_schema.dataclass_args_schema("Opaque", [_aliased("type_name", MARKER, names)])
        return core_schema.custom_error_schema(
            core_schema.dataclass_schema(Opaque, arguments, ["type_name"], frozen=True, slots=True),
            custom_error_type=REFUSED,
            custom_error_message="{words}",
            custom_error_context={"words": f"must be a {listed(self.type_names)}", "at": ""},
        )

    def __get_pydantic_json_schema__(self, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"tsType": " | ".join(self.type_names)}


@dataclass(frozen=True, slots=True)
class JsValue:
    """Annotates what leaves as it is and arrives in JavaScript as a ``type_name``: an array, a Blob."""

    type_name: str

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()

    def __get_pydantic_json_schema__(self, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"tsType": self.type_name}


SourceFile = Annotated[Opaque, JsObject(("File", "Blob", "FileSystemFileHandle"))]


@dataclass(frozen=True, slots=True)
class Shaped:
    """Annotates str: text that matches ``pattern`` as a whole, or the refusal ``words``."""

    pattern: str
    words: str
    max_chars: int = 100

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.custom_error_schema(
            core_schema.str_schema(strict=True, pattern=f"^(?:{self.pattern})$", max_length=self.max_chars),
            custom_error_type=REFUSED,
            custom_error_message="{words}",
            custom_error_context={"words": self.words, "at": ""},
        )

    def __get_pydantic_json_schema__(self, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class RateOf:
    """Annotates FrameRate. ``zero`` lets 0 through, for settings, which clamp it."""

    zero: bool = False

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self._parse, serialization=core_schema.plain_serializer_function_ser_schema(_rate_on_the_wire)
        )

    def __get_pydantic_json_schema__(self, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        pair = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
        return {"anyOf": [{"type": "number"}, pair, {"type": "string", "pattern": "^[0-9]+/[0-9]+$"}]}

    def _parse(self, value: object) -> FrameRate:
        if isinstance(value, FrameRate):
            return value
        if self.zero and value == 0 and not isinstance(value, bool):
            return FrameRate(0)
        return FrameRate.parse(value)


def _rate_on_the_wire(rate: FrameRate) -> int | list[int]:
    return rate.num if rate.den == 1 else [rate.num, rate.den]


NAMED_COLOURS = (
    "transparent black white gray grey silver red maroon orange yellow olive lime green aqua cyan teal blue navy "
    "fuchsia magenta purple pink brown"
).split()
_BYTE = r"\s*[0-9]{1,3}\s*"
_ALPHA = r"\s*(?:[0-9]{1,3}%|[01]|[01]?\.[0-9]{1,6}|1\.0{1,6})\s*"
Colour = Annotated[
    str,
    Shaped(
        rf"#(?:[0-9a-fA-F]{{3}}|[0-9a-fA-F]{{6}}|[0-9a-fA-F]{{8}})"
        rf"|(?i:rgba?)\({_BYTE},{_BYTE},{_BYTE}(?:,{_ALPHA})?\)"
        rf"|(?i:{'|'.join(NAMED_COLOURS)})",
        "must be a colour such as #ff8800, rgba(255, 136, 0, 0.5) or white",
    ),
]

Id = Annotated[str, Field(min_length=1, max_length=256)]


def listed(names: Sequence[str]) -> str:
    """ "a, b or c"."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _aliased(name: str, alias: str, schema: CoreSchema) -> core_schema.DataclassField:
    return core_schema.dataclass_field(name, schema, validation_alias=alias, serialization_alias=alias)
