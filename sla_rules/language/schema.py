"""The JSON Schema of an agreement file, by which editors complete and check it while it is written.

It says what a single place can say: keys, kinds, forms of values. That names are declared, tables
total and tiers free of gaps is for `load` to say. It is stricter than `load` in one thing: a key
without a value is marked, where `load` takes it as not being there.
"""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sla_rules.language.document import AgreementFile


class _Generator(GenerateJsonSchema):
    """Without what only fills hover texts: generated titles, nulls, and defaults that say that nothing is there."""

    def field_title_should_be_set(self, _: Any) -> bool:
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        generated = super().default_schema(schema)
        if not generated.get("default") or isinstance(generated["default"], dict):
            generated.pop("default", None)
        return generated


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an agreement file, or of one part of a folder."""
    schema = AgreementFile.model_json_schema(by_alias=True, schema_generator=_Generator, mode="validation")
    del schema["required"]  # only one part of a folder says `agreement`
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": "Agreement of sla_rules"}


def schema_text() -> str:
    """Return the JSON Schema as it is shipped."""
    return json.dumps(json_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
