"""The message contract as JSON Schema, from which the page's types are made (build/contract.py)."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema


def contract_schema(incoming: Sequence[type[BaseModel]], outgoing: Sequence[type[BaseModel]]) -> JsonSchemaValue:
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
    unions: Mapping[str, Sequence[type[BaseModel]]] = {"Incoming": incoming, "Outgoing": outgoing}
    for name, union in unions.items():
        schema["$defs"][name] = {"title": name, "anyOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in union]}
    return schema


class _ContractSchema(GenerateJsonSchema):
    """Absent is absent: no null, and no default that a reader of the contract would have to apply."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: object) -> bool:
        return False  # a title makes the TypeScript generator name a type after every field
