"""A whole agreement file."""

from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from sla_rules.language.base import Day, Localized, Model, Percent, Text, wrong
from sla_rules.language.calendars import CalendarDeclaration
from sla_rules.language.declarations import FieldDeclaration, FieldName
from sla_rules.language.policies import AnyPolicy
from sla_rules.language.rules import ChainedRule
from sla_rules.language.windows import WindowSource

Strength = Literal["guarantee", "commitment", "target", "best_effort", "reference"]


class InForce(Model):
    """The days on which the agreement binds: from the first, up to and not including `to`."""

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None

    @model_validator(mode="after")
    def _forward(self) -> "InForce":
        if self.from_ is not None and self.to is not None and self.to <= self.from_:
            raise wrong(f"`to` {self.to} is not after `from` {self.from_}")
        return self


class Clause(Model):
    """A clause of the document: where it stands, what it says, how binding it is, and the reading taken."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"status": {"const": "descriptive"}}, "required": ["status"]},
            "then": {"required": ["why"]},
        }
    )

    id: Text
    section: str = ""
    summary: Localized = {}
    strength: Strength = Field(default="commitment", description="How binding it is; nothing where it is descriptive.")
    reading: str | None = None
    status: Literal["evaluable", "descriptive"] = "evaluable"
    why: str | None = Field(default=None, description="Why a descriptive clause cannot be evaluated.")
    figures: dict[str, Percent] = Field(default={}, description="Published figures that are shown, not judged.")

    @model_validator(mode="after")
    def _explained(self) -> "Clause":
        if self.status == "descriptive" and not self.why:
            raise wrong("a descriptive clause says `why` it cannot be evaluated")
        return self


class AgreementFile(Model):
    """An agreement: clauses, declared events, calendars, windows, policies, and rules for alerts."""

    agreement: Text
    title: Localized = {}
    timezone: Text = "UTC"
    in_force: InForce = InForce()
    clauses: tuple[Clause, ...] = ()
    events: dict[Text, dict[FieldName, FieldDeclaration]] = {}
    calendars: dict[Text, CalendarDeclaration] = {}
    windows: dict[Text, WindowSource] = {}
    policies: tuple[AnyPolicy, ...] = ()
    rules: tuple[ChainedRule, ...] = ()
