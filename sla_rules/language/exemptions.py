"""Exemptions: when an obligation does not bind, kept in time or not."""

from pydantic import ConfigDict, Field, StrictInt, model_validator

from sla_rules.language.base import Model, Text, wrong
from sla_rules.language.conditions import Condition
from sla_rules.language.selectors import Selectors

GROUNDS = ("when", "preceded_by", "backlog")


class Backlog(Model):
    """More than a number of first-time members: exempt until all of them are done.

    For one value of `by` the members are the subjects whose first `members` event is selected. While there are
    more than `more_than`, every instance that starts before all of them have had their first `until` event is exempt.
    """

    by: Text
    members: Selectors
    more_than: StrictInt = Field(ge=0)
    until: Selectors


class Exemption(Model):
    """One ground on which an instance is exempt."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [name]} for name in GROUNDS]})

    id: Text
    clause: Text | None = Field(default=None, description="The clause that grants it; the policy's own unless said.")
    when: Condition | None = Field(default=None, description="Holds of the case at its start.")
    preceded_by: Selectors | None = Field(
        default=None, description="An event of the case at or before the stop, or `as_of` while open."
    )
    backlog: Backlog | None = None

    @model_validator(mode="after")
    def _one_ground(self) -> "Exemption":
        if sum(getattr(self, name) is not None for name in GROUNDS) != 1:
            raise wrong(f"an exemption has exactly one of {', '.join(GROUNDS)}")
        return self
