"""Calendars as an agreement file writes them."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, WithJsonSchema

from sla_rules.calendar import Calendar
from sla_rules.language.base import Model, Scalar, Text, listed, read_day, tag

ALWAYS = "always"
"""The calendar that is there without being declared: around the clock, every day."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


_WEEKDAY = "|".join("".join(f"[{letter.upper()}{letter}]" for letter in day) for day in WEEKDAYS)
_PERIOD = {
    "type": "string",
    "pattern": r"^\s*\d\d:\d\d(:\d\d)?\s*-\s*\d\d:\d\d(:\d\d)?\s*$",
    "examples": ["09:00-17:00"],
}
_WEEK = {
    "type": "object",
    "propertyNames": {"pattern": rf"^\s*(?:{_WEEKDAY})[A-Za-z]*(?:\s*[-,]\s*(?:{_WEEKDAY})[A-Za-z]*)*\s*$"},
    "additionalProperties": {"anyOf": [_PERIOD, {"type": "array", "items": _PERIOD}]},
}
_DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "examples": ["2026-05-15"]}
_DATES = {
    "anyOf": [
        _DAY,
        {"type": "array", "items": _DAY},
        {"type": "object", "propertyNames": _DAY, "additionalProperties": {"type": ["string", "null"]}},
    ],
    "description": "Dates, or dates with the names of their holidays.",
}


def _read_dates(value: object) -> dict[date, str]:
    named = value if isinstance(value, dict) else dict.fromkeys(listed(value), "")
    dates = {}
    for day, name in named.items():
        dates[read_day(day)] = "" if name is None else str(name)
    return dates


class Holidays(Model):
    """Days on which a calendar is closed from midnight to midnight."""

    country: Text | None = None
    subdivision: Text | None = None
    dates: Annotated[
        dict[date, str],
        BeforeValidator(_read_dates),
        WithJsonSchema(_DATES),
    ] = {}


class CalendarDeclaration(Model):
    """Working time: periods by weekday, holidays, periods added and taken away."""

    timezone: Text | None = None
    week: Annotated[dict[str, tuple[str, ...] | str], WithJsonSchema(_WEEK)] | None = Field(
        default=None, description="Working hours by weekday; days that are not named are closed."
    )
    holidays: Holidays | None = None
    extra: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    exhausted_at: Literal["opening", "closing"] = "opening"

    def build(self, name: str, timezone: str) -> Calendar:
        """Return the calendar; the agreement's time zone unless it names its own. Raises `SlaError`."""
        holidays: dict[str, Any] = self.holidays.model_dump(exclude_none=True) if self.holidays else {}
        return Calendar(
            timezone=self.timezone or timezone,
            week=self.week,
            holidays=holidays,
            extra=self.extra,
            removed=self.removed,
            exhausted_at=self.exhausted_at,
            name=name,
        )


class CalendarTable(Model):
    """A calendar by the value of a field."""

    by: Text
    table: dict[Scalar, Text]


def _form(value: object) -> str:
    return "<name>" if isinstance(value, str) else "<table>"


CalendarChoice = Annotated[Annotated[Text, tag("name")] | Annotated[CalendarTable, tag("table")], Discriminator(_form)]


def calendars_named(choice: str | CalendarTable) -> tuple[str, ...]:
    """Return the names of all calendars that a choice can come to."""
    return (choice,) if isinstance(choice, str) else tuple(dict.fromkeys(choice.table.values()))
