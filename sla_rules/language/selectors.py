"""Selectors: which events a policy means."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from sla_rules.language.base import Model, Text, listed
from sla_rules.language.conditions import Condition


class Selector(Model):
    """Events of one type, as far as `where` holds of them."""

    type: Text
    where: Condition | None = Field(
        default=None,
        description="Reads the event's `time` and the fields that its type declares, other fields from the case.",
    )
    when: Condition | None = Field(default=None, description="For a stop: must hold of the case at its start.")


def _as_selectors(value: object) -> object:
    return [{"type": item} if isinstance(item, str) else item for item in listed(value)]


Selectors = Annotated[
    tuple[Selector, ...],
    Field(min_length=1),
    BeforeValidator(
        _as_selectors, json_schema_input_type=Text | Selector | Annotated[list[Text | Selector], Field(min_length=1)]
    ),
]
"""`ticket.opened`, `{type: …, where: …}`, or a list of both."""


def types_of(selectors: tuple[Selector, ...] | None) -> tuple[str, ...]:
    """Return the event types that selectors name, in order and each once."""
    return tuple(dict.fromkeys(selector.type for selector in selectors or ()))
