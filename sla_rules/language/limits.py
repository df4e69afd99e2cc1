"""How long a deadline gives: durations, tables, tiers, calendar ends, and "or next release"."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, RootModel, StrictInt

from sla_rules.language.base import Duration, Model, Scalar, Text, listed, tag
from sla_rules.language.selectors import Selectors, types_of


class Each(Model):
    """A duration for each of a number of things: `{each: 5 min, times: sites}`."""

    each: Duration
    times: Text


class Until(Model):
    """The instant that a field names: `{until: promised_at}`."""

    until: Text


class EndOf(Model):
    """The last microsecond of the calendar day or month of the start, or of the n-th after it."""

    end_of: Literal["day", "month"]
    after: Annotated[StrictInt, Field(ge=0, le=100_000)] = 0


Count = Annotated[StrictInt, Field(ge=1, le=100_000)]


class BusinessDays(Model):
    """The end of the n-th day after that of the start on which the calendar is open at all."""

    business_days: Count


class CalendarDays(Model):
    """The end of the n-th calendar day after that of the start."""

    calendar_days: Count


class LeadSpan(Model):
    """The two instants whose calendar dates are compared; `from` is the start event's own instant unless said."""

    from_: Text | None = Field(default=None, alias="from")
    to: Text


class Tier(Model):
    """The limit for a lead of `from` to `to` calendar days, both included; without `to`, from there on."""

    from_: Annotated[StrictInt, Field(alias="from", ge=0)]
    to: Annotated[StrictInt, Field(ge=0)] | None = None
    limit: "Simple"

    def covers(self, days: int) -> bool:
        """Say whether a lead of that many days belongs to this tier."""
        return self.from_ <= days and (self.to is None or days <= self.to)


class LeadDays(Model):
    """A limit by the number of calendar days between two instants, in the agreement's time zone."""

    lead_days: LeadSpan
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]


class Rows(RootModel[dict[Scalar, "Row"]]):
    """The rows of a table under one value of its first field."""


class Table(Model):
    """A limit by the value of one field, or of several, one level of the table for each."""

    by: Annotated[
        tuple[Text, ...],
        Field(min_length=1),
        BeforeValidator(listed, json_schema_input_type=Text | Annotated[list[Text], Field(min_length=1)]),
    ]
    table: Rows

    @cached_property
    def rows(self) -> dict[tuple[Scalar, ...], Any]:
        """Every row by its values."""
        return dict(flat_rows(self.table))


def flat_rows(rows: Rows, before: tuple[Scalar, ...] = ()) -> list[tuple[tuple[Scalar, ...], Any]]:
    """Return the rows of a table with the values that lead to each."""
    flat: list[tuple[tuple[Scalar, ...], Any]] = []
    for value, row in rows.root.items():
        path = (*before, value)
        flat += flat_rows(row, path) if isinstance(row, Rows) else [(path, row)]
    return flat


_FORMS = {
    "by": Table,
    "lead_days": LeadDays,
    "each": Each,
    "until": Until,
    "end_of": EndOf,
    "business_days": BusinessDays,
    "calendar_days": CalendarDays,
}


def _form(value: object) -> str | None:
    if isinstance(value, str):
        return f"<{value}>" if value in ("none", "unjudged") else "<duration>"
    for word, form in _FORMS.items():
        if isinstance(value, form) or (isinstance(value, Mapping) and word in value):
            return f"<{word}>"
    if isinstance(value, (Mapping, Rows)):
        return "<rows>"
    return "<duration>"


_Plain = (
    Annotated[Duration, tag("duration")]
    | Annotated[Literal["none"], tag("none")]
    | Annotated[Each, tag("each")]
    | Annotated[Until, tag("until")]
    | Annotated[EndOf, tag("end_of")]
    | Annotated[BusinessDays, tag("business_days")]
    | Annotated[CalendarDays, tag("calendar_days")]
)
_Unjudged = Annotated[Literal["unjudged"], tag("unjudged")]

Simple = Annotated[_Plain | _Unjudged, Discriminator(_form)]
"""A limit that depends on no table. `none`: no limit is given; `unjudged`: such cases get no verdict."""

Row = Annotated[
    _Plain
    | _Unjudged
    | Annotated[Rows, tag("rows"), Field(json_schema_extra={"propertyNames": {"not": {"enum": list(_FORMS)}}})],
    Discriminator(_form),
]

Limit = Annotated[
    _Plain | Annotated[LeadDays, tag("lead_days")] | Annotated[Table, tag("by")],
    Discriminator(_form),
]
"""What a deadline gives; see each form."""


class Deferral(Model):
    """What stands for "or next release": a deferral in time moves the due instant to the publication that fits it."""

    by: Text = Field(description="The field that decides what a case may be deferred to.")
    table: dict[Scalar, tuple[str, ...]] = Field(description="By the value of that field: what it may be deferred to.")
    event: Selectors
    field: Text = Field(description="The field of the deferral that says to what.")
    until: Selectors = Field(description="The publications, of any subject.")
    kind: Text = Field(description="The field of the publication that says of what kind it is.")
    carries: dict[str, tuple[str, ...]] = Field(
        default={}, description="By kind of publication: the other kinds that it carries."
    )

    @cached_property
    def types(self) -> frozenset[str]:
        """The types of its deferring events."""
        return frozenset(types_of(self.event))

    def fits(self, published: object, wanted: object) -> bool:
        """Say whether a publication of one kind is one of the kind that was waited for."""
        return published == wanted or (isinstance(published, str) and wanted in self.carries.get(published, ()))


def simple_limits(limit: Any) -> list[Any]:
    """Return all simple limits that a limit can come to."""
    if isinstance(limit, Table):
        return [row for _, row in flat_rows(limit.table)]
    if isinstance(limit, LeadDays):
        return [tier.limit for tier in limit.tiers]
    return [limit]


def fields_behind(limit: Any) -> frozenset[str]:
    """Return the fields that a limit depends on."""
    names = {part.times for part in simple_limits(limit) if isinstance(part, Each)}
    names |= {part.until for part in simple_limits(limit) if isinstance(part, Until)}
    if isinstance(limit, Table):
        names |= set(limit.by)
    if isinstance(limit, LeadDays):
        names |= {name for name in (limit.lead_days.from_, limit.lead_days.to) if name is not None}
    return frozenset(names)


def counts_time(limit: Any) -> bool:
    """Say whether a simple limit is counted time, which a calendar, pauses and exclusions stretch."""
    return isinstance(limit, (int, Each))
