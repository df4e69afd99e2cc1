"""Windows of time that do not count, read from events; more can be passed in with the events."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Discriminator, Field

from sla_rules.language.base import Model, Text, tag
from sla_rules.language.selectors import Selector, Selectors

_SCOPE = "The field that names the one service, team or site concerned; events without it concern all."


class PlannedWindow(Model):
    """Windows announced by events that carry their start and end; the latest made before one began counts."""

    event: Selectors
    replaced_by: Selectors | None = None
    cancelled_by: Selectors | None = None
    start: Text
    end: Text
    scope: Text | None = Field(default=None, description=_SCOPE)

    @property
    def announcing(self) -> tuple[Selector, ...]:
        """The events that announce a window."""
        return (*self.event, *(self.replaced_by or ()))


class DeclaredWindow(Model):
    """Windows that one event opens and another closes."""

    from_: Selectors = Field(alias="from")
    to: Selectors
    scope: Text | None = Field(default=None, description=_SCOPE)

    @property
    def announcing(self) -> tuple[Selector, ...]:
        """The events that announce a window."""
        return self.from_


class PassedWindow(Model):
    """Windows that only ever come with the events, passed in by the caller."""

    scope: Text | None = Field(default=None, description=_SCOPE)


def _form(value: object) -> str:
    if isinstance(value, PlannedWindow) or (isinstance(value, Mapping) and "event" in value):
        return "<planned>"
    if isinstance(value, DeclaredWindow) or (isinstance(value, Mapping) and ("from" in value or "to" in value)):
        return "<declared>"
    return "<passed>"


WindowSource = Annotated[
    Annotated[PlannedWindow, tag("planned")]
    | Annotated[DeclaredWindow, tag("declared")]
    | Annotated[PassedWindow, tag("passed")],
    Discriminator(_form),
]
