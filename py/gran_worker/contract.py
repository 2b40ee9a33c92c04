"""The message contract as the page reads it: a JSON Schema of every message, from which its types are generated."""

from collections.abc import Sequence
from inspect import cleandoc
from typing import Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from gran_worker.wire import MARKER

Field = core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField | core_schema.ComputedField


def json_schema(incoming: Sequence[type[BaseModel]], outgoing: Sequence[type[BaseModel]]) -> JsonSchemaValue:
    """A JSON Schema whose ``$defs`` hold every message and the unions ``Incoming`` and ``Outgoing``.

    What JSON cannot hold carries its TypeScript type as ``tsType``.
    """
    models: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        *((model, "validation") for model in incoming),
        *((model, "serialization") for model in outgoing),
    ]
    _, schema = models_json_schema(models, by_alias=True, schema_generator=_ContractSchema)
    for model in (*incoming, *outgoing):
        definition = schema["$defs"][model.__name__]
        definition["required"] = ["type", *(name for name in definition.get("required", ()) if name != "type")]
    for definition in schema["$defs"].values():
        if "description" in definition:
            definition["description"] = definition["description"].partition("\n\n")[0].replace("``", "`")
    for name, union in (("Incoming", incoming), ("Outgoing", outgoing)):
        schema["$defs"][name] = {"title": name, "anyOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in union]}
    return schema


class _ContractSchema(GenerateJsonSchema):
    """Absent is absent: no null, and no default that a reader of the contract would have to apply."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        made = super().dataclass_schema(schema)
        words = schema["cls"].__doc__ or ""
        if not words.startswith(f"{schema['cls'].__name__}("):  # what the standard library writes where nobody did
            made["description"] = cleandoc(words)
        return made

    def field_is_present(self, field: Field) -> bool:
        return field.get("validation_alias") != MARKER and super().field_is_present(field)

    def field_title_should_be_set(self, schema: object) -> bool:
        return False  # a title makes the TypeScript generator name a type after every field
