"""The seven kinds of policy. Each yields instances, and each instance a verdict."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, StrictBool, model_validator

from sla_rules.language.base import (
    Model,
    Percent,
    Scalar,
    Text,
    WarningText,
    listed,
    read_duration,
    read_percent,
    shown,
    tag,
    wrong,
)
from sla_rules.language.calendars import ALWAYS, CalendarChoice, CalendarTable
from sla_rules.language.conditions import Condition, fields_of
from sla_rules.language.exemptions import Exemption
from sla_rules.language.limits import Deferral, Limit, fields_behind
from sla_rules.language.objectives import Objective
from sla_rules.language.selectors import Selector, Selectors, types_of

Occurrence = Literal["first", "each"]
Match = Annotated[tuple[Text, ...], Field(min_length=1)]


class Policy(Model, ABC):
    """What all kinds share: a name, the clause that it encodes, exemptions and perhaps an objective."""

    id: Text
    clause: Text
    match: Match = Field(
        default=("subject",), description="What ties events to one case: `subject` or fields of the data."
    )
    applies: Condition | None = Field(default=None, description="Must hold of the case at its start.")
    exemptions: tuple[Exemption, ...] = ()
    objective: Objective | None = None

    @property
    @abstractmethod
    def named_events(self) -> tuple[Selector, ...]:
        """The selectors of all events that begin, end or interrupt its instances."""

    @property
    @abstractmethod
    def beginnings(self) -> tuple[Selector, ...]:
        """The selectors of the events that begin an instance."""

    @cached_property
    def roles(self) -> frozenset[str]:
        """The types of all events that play a role in it; those of other types only change attributes."""
        return frozenset(types_of(self.named_events))


class PauseBetween(Model):
    """The clock stands still from one event to another."""

    from_: Selectors = Field(alias="from")
    to: Selectors


class PauseWhile(Model):
    """The clock stands still while the attributes of the case fulfil a condition."""

    while_: Condition = Field(alias="while")


def _pause_form(value: object) -> str:
    named = isinstance(value, PauseWhile) or (isinstance(value, Mapping) and "while" in value)
    return "<while>" if named else "<between>"


Pause = Annotated[
    Annotated[PauseBetween, tag("between")] | Annotated[PauseWhile, tag("while")], Discriminator(_pause_form)
]


@dataclass(frozen=True, slots=True)
class WarnPoint:
    """When to warn: at a share of the limit, or a span before (negative) or after the due instant."""

    text: str
    share: Fraction | None = None
    offset: int | None = None


def _read_warning(value: object) -> WarnPoint:
    if isinstance(value, WarnPoint):
        return value
    match = re.fullmatch(r"(.+?)\s+(before|after)", value) if isinstance(value, str) else None
    if match:
        span = read_duration(match[1])
        return WarnPoint(str(value), offset=-span if match[2] == "before" else span)
    if isinstance(value, str) and value.rstrip().endswith("%"):
        return WarnPoint(value, share=read_percent(value))
    raise wrong(f"{shown(value)} is not a point such as `80 %`, `15 min before` or `1 h after`")


WarnAt = Annotated[WarnPoint, BeforeValidator(_read_warning, json_schema_input_type=WarningText)]


class Deadline(Policy):
    """A start event must be followed by a stop no later than its due instant."""

    kind: Literal["deadline"]
    start: Selectors
    stop: Selectors
    cancel: Selectors | None = None
    occurrence: Occurrence = "first"
    limit: Limit
    strict: StrictBool = Field(default=False, description="Less than the limit, not at most.")
    deferral: Deferral | None = None
    calendar: CalendarChoice = ALWAYS
    pause: Annotated[tuple[Pause, ...], BeforeValidator(listed, json_schema_input_type=Pause | list[Pause])] = ()
    resume: Selectors | None = Field(default=None, description="Undoes a stop; the time in between does not count.")
    exclude: tuple[Text, ...] = ()
    warn_at: tuple[WarnAt, ...] = ()

    @cached_property
    def start_types(self) -> frozenset[str]:
        """The types of its starts."""
        return frozenset(types_of(self.start))

    @cached_property
    def stop_types(self) -> frozenset[str]:
        """The types of its stops."""
        return frozenset(types_of(self.stop))

    @cached_property
    def cancel_types(self) -> frozenset[str]:
        """The types of its cancels."""
        return frozenset(types_of(self.cancel))

    @property
    def beginnings(self) -> tuple[Selector, ...]:
        """The starts."""
        return self.start

    @property
    def named_events(self) -> tuple[Selector, ...]:
        """Starts, stops, cancels, resumes and pauses."""
        between = [pause for pause in self.pause if isinstance(pause, PauseBetween)]
        pausing = [selector for pause in between for selector in (*pause.from_, *pause.to)]
        return (*self.start, *self.stop, *(self.cancel or ()), *(self.resume or ()), *pausing)

    @cached_property
    def retargeted_by(self) -> frozenset[str]:
        """The fields whose change changes the limit or the calendar."""
        calendar = {self.calendar.by} if isinstance(self.calendar, CalendarTable) else set()
        return fields_behind(self.limit) | calendar


class Never(Policy):
    """Something that must not happen, at all or after a `for_each` event."""

    kind: Literal["never"]
    for_each: Selectors | None = None
    until: Selectors | None = None
    violated_by: Selectors
    occurrence: Occurrence = "first"

    @property
    def beginnings(self) -> tuple[Selector, ...]:
        """What it holds for, or what violates it."""
        return self.for_each or self.violated_by

    @property
    def named_events(self) -> tuple[Selector, ...]:
        """What it holds for, until when, and what violates it."""
        return (*(self.for_each or ()), *(self.until or ()), *self.violated_by)


class NoOverlap(Policy):
    """Intervals of one resource must not overlap."""

    kind: Literal["no_overlap"]
    booked: Selectors
    released: Selectors | None = None
    resource: Text
    from_: Text = Field(alias="from")
    to: Text

    @property
    def beginnings(self) -> tuple[Selector, ...]:
        """The bookings."""
        return self.booked

    @property
    def named_events(self) -> tuple[Selector, ...]:
        """Bookings and releases."""
        return (*self.booked, *(self.released or ()))


class Ends(Model):
    """How a procedure ends: `reached` ends the duty to go on, `closed` demands that all steps due were taken."""

    reached: Selectors | None = None
    closed: Selectors | None = None


class StepEvents(Model):
    """The events that are steps, and the field that names the step."""

    event: Selectors
    field: Text


class Step(Model):
    """A step of a procedure, due where `when` holds of the case at its start."""

    name: Text
    when: Condition | None = None


def _read_step(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


ListedStep = Annotated[Step, BeforeValidator(_read_step, json_schema_input_type=Text | Step)]


class Procedure(Policy):
    """Steps that are taken in order."""

    kind: Literal["procedure"]
    start: Selectors
    end: Ends | None = None
    step: StepEvents
    steps: Annotated[tuple[ListedStep, ...], Field(min_length=1)]
    begin_at: Text | None = Field(default=None, description="A step that counts as reached before the first one.")
    asks: dict[str, dict[str, tuple[Text, ...]]] = Field(
        default={}, description="By a field of the step and its value: what must be done before the next step."
    )
    complete: StrictBool = Field(default=False, description="Whether all steps due must have been taken at the end.")
    occurrence: Occurrence = "first"

    @property
    def beginnings(self) -> tuple[Selector, ...]:
        """The starts."""
        return self.start

    @property
    def named_events(self) -> tuple[Selector, ...]:
        """Starts, steps and ends."""
        ends = (*(self.end.reached or ()), *(self.end.closed or ())) if self.end is not None else ()
        return (*self.start, *self.step.event, *ends)


class NamedField(Model):
    """A field that must be there, where `when` holds of the record or item that it belongs to."""

    name: Text
    when: Condition | None = None


ListedField = Annotated[NamedField, BeforeValidator(_read_step, json_schema_input_type=Text | NamedField)]


class RequiredFields(Policy):
    """A record that must carry certain fields, and so must each item of a list in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {"each": ["each_fields"], "each_fields": ["each"]},
            "anyOf": [{"required": ["fields"]}, {"required": ["each_fields"]}],
        }
    )

    kind: Literal["required_fields"]
    record: Selectors
    fields: tuple[ListedField, ...] = ()
    each: Text | None = Field(default=None, description="The field that holds the list of items.")
    each_fields: tuple[ListedField, ...] = ()

    @property
    def beginnings(self) -> tuple[Selector, ...]:
        """The records."""
        return self.record

    @property
    def named_events(self) -> tuple[Selector, ...]:
        """The records."""
        return self.record

    @model_validator(mode="after")
    def _something_required(self) -> "RequiredFields":
        if bool(self.each) != bool(self.each_fields):
            raise wrong("`each` and `each_fields` go together")
        if not self.fields and not self.each_fields:
            raise wrong("no field is required; give `fields`, or `each` with `each_fields`")
        return self


class DecisionRow(Model):
    """A row of a decision table; without `when` it takes all that is left."""

    when: Condition | None = None
    value: Scalar


class Classification(Policy):
    """A recorded value that must be that of a decision table, first match."""

    kind: Literal["classification"]
    start: Selectors
    value: Text
    table: Annotated[tuple[DecisionRow, ...], Field(min_length=1)]
    occurrence: Occurrence = "first"

    @property
    def beginnings(self) -> tuple[Selector, ...]:
        """The starts."""
        return self.start

    @property
    def named_events(self) -> tuple[Selector, ...]:
        """The starts."""
        return self.start

    def classify(self, facts: Mapping[str, Any]) -> Any:
        """Return the value of the first row that holds of the facts; None where none does."""
        return next((row.value for row in self.table if row.when is None or row.when.holds(facts)), None)

    @cached_property
    def facts(self) -> frozenset[str]:
        """The fields that the decision table reads."""
        return frozenset(name for row in self.table if row.when for name in fields_of(row.when))


class Availability(Policy):
    """The share of each month in which a service is up."""

    kind: Literal["availability"]
    service: Text
    down: Selectors
    up: Selectors
    monitored: Selectors | None = Field(default=None, description="Says that watching the service began.")
    per: Literal["month"] = "month"
    at_least: Percent
    exclude: tuple[Text, ...] = ()

    @property
    def beginnings(self) -> tuple[Selector, ...]:
        """None: its instances are months."""
        return ()

    @property
    def named_events(self) -> tuple[Selector, ...]:
        """What says that the service is down, up or watched."""
        return (*self.down, *self.up, *(self.monitored or ()))


AnyPolicy = Annotated[
    Deadline | Never | NoOverlap | Procedure | RequiredFields | Classification | Availability,
    Field(discriminator="kind"),
]
