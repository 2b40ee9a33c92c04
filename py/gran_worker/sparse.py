"""Records of many optional fields, of which most are absent."""

from typing import Self, get_type_hints

from pydantic import GetCoreSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema


class Sparse:
    """Immutable; camelCase outside, snake_case inside; unknown fields are ignored.

    An instance holds the fields it was given, the class the defaults. Of ten thousand clips with twenty defaults each, a model or a
    dataclass spends a third of the reading on storing those.
    """

    def complete(self) -> None:
        """Refuses fields that are right each by itself and wrong together; may add to ``vars(self)``."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        fields = {
            name: core_schema.typed_dict_field(
                handler.generate_schema(hint),
                required=not hasattr(cls, name),
                validation_alias=to_camel(name),
                serialization_alias=to_camel(name),
            )
            for name, hint in get_type_hints(cls, include_extras=True).items()
        }
        return core_schema.no_info_after_validator_function(
            cls._of,
            core_schema.typed_dict_schema(fields, cls=cls, extra_behavior="ignore"),
            ref=f"{cls.__module__}.{cls.__qualname__}:{id(cls)}",
            serialization=core_schema.wrap_serializer_function_ser_schema(_given),
        )

    @classmethod
    def _of(cls, members: dict[str, object]) -> Self:
        made = object.__new__(cls)
        object.__setattr__(made, "__dict__", members)
        made.complete()
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in get_type_hints(type(self)))

    __hash__ = None  # type: ignore[assignment]  # equal by value, and some values are lists of values

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


def _given(record: Sparse, serialize: core_schema.SerializerFunctionWrapHandler) -> object:
    return serialize(vars(record))
