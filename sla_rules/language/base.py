"""What all models of the language share: strictness, small value types, and how their errors are raised."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StrictBool,
    StrictInt,
    StrictStr,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sla_rules.errors import did_you_mean, quoted
from sla_rules.instants import FIRST, HOUR, LAST, MINUTE, SECOND


class Model(BaseModel):
    """A part of an agreement file: frozen, and refusing keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise PydanticCustomError("shape", "expected a mapping{extra}", {"extra": cls.expected()})
        if cls.model_config.get("extra") == "forbid":
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in data:
                if key not in known:
                    hint = did_you_mean(key, known) or f", known here: {', '.join(known)}"
                    raise wrong(f"unknown key {quoted(key)}{hint}", key)
        return data

    @classmethod
    def expected(cls) -> str:
        """What a message adds when something else than a mapping stands in this place."""
        return ""


def wrong(message: str, *path: object) -> PydanticCustomError:
    """Return the error of a validator; `path` leads from the validated value to what is wrong in it."""
    return PydanticCustomError("agreement", "{message}", {"message": message, "path": path})


def _read_scalar(value: object) -> object:
    if not isinstance(value, (bool, int, Decimal, str)):
        raise wrong(f"expected text, a number, `true` or `false`, found {shown(value)}")
    return value


Number = Annotated[Decimal, Strict(), WithJsonSchema({"type": "number"})]
Scalar = Annotated[StrictBool | StrictInt | Number | StrictStr, BeforeValidator(_read_scalar)]
"""A plain value in an agreement file. A YAML number with a fraction is a `Decimal`, a date is text."""

Text = Annotated[str, Field(min_length=1)]


def tag(word: str) -> Tag:
    """Return the tag of one form of several, written so that no key of a file is taken for it in an error's place."""
    return Tag(f"<{word}>")


def as_localized(value: object) -> object:
    """Take a text without language as English."""
    return {"en": value} if isinstance(value, str) else value


Localized = Annotated[dict[str, str], BeforeValidator(as_localized, json_schema_input_type=str | dict[str, str])]
"""Text by language; plain text is English."""

_UNITS = {
    "µs": 1, "us": 1, "microsecond": 1, "microseconds": 1,
    "ms": 1_000, "millisecond": 1_000, "milliseconds": 1_000,
    "s": SECOND, "sec": SECOND, "second": SECOND, "seconds": SECOND,
    "min": MINUTE, "minute": MINUTE, "minutes": MINUTE,
    "h": HOUR, "hour": HOUR, "hours": HOUR,
}  # fmt: skip
_LONGEST = LAST - FIRST
_DAYS = {"d", "day", "days", "w", "week", "weeks", "business_day", "business_days", "month", "months"}


def read_duration(value: object) -> int:
    """Return a duration such as `30 min`, `1 h 30 min` or `PT30M` in microseconds.

    Raises:
        PydanticCustomError: not a duration, finer than a microsecond, or in days, which are no unit of counted time.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        raise wrong(f"{quoted(value)} has no unit; write `{value} min` or `{value} h`")
    if not isinstance(value, str):
        raise wrong(f"{shown(value)} is not a duration such as `30 min`, `8 h` or `PT30M`")
    parts = list(_iso_parts(value)) if value.startswith("P") else list(_plain_parts(value))
    if not parts:
        raise wrong(f"{quoted(value)} is not a duration such as `30 min`, `8 h` or `PT30M`")
    total = Fraction(0)
    for number, unit in parts:
        if unit in _DAYS:
            raise wrong(
                f"{quoted(value)}: there is no bare day; write `24 h` for counted time, or "
                "`calendar_days: n`, `business_days: n` or `end_of: month`"
            )
        if unit not in _UNITS:
            near = "min" if unit in ("m", "M") else unit.lower()
            raise wrong(f"{quoted(value)}: unknown unit {quoted(unit)}{did_you_mean(near, _UNITS)}")
        total += Fraction(number) * _UNITS[unit]
    if total.denominator != 1:
        raise wrong(f"{quoted(value)} is finer than a microsecond")
    if total > _LONGEST:
        raise wrong(f"{quoted(value)} is longer than the years 1 to 9999")
    return int(total)


def _plain_parts(text: str) -> Iterable[tuple[str, str]]:
    if re.fullmatch(r"\s*(?:\d{1,12}(?:\.\d{1,9})?\s*[A-Za-zµ_]+\s*)+", text) is None:
        return []
    return re.findall(r"(\d+(?:\.\d+)?)\s*([A-Za-zµ_]+)", text)


def _iso_parts(text: str) -> Iterable[tuple[str, str]]:
    if re.fullmatch(r"P(?:\d{1,9}[YMWD])+(?:T.*)?", text):
        return [("0", "days")]
    match = re.fullmatch(r"PT(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12}(?:\.\d{1,9})?)S)?", text)
    if match is None:
        return []
    return [(number, unit) for number, unit in zip(match.groups(), ("h", "min", "s"), strict=True) if number]


_PLAIN = rf"\s*(?:\d{{1,12}}(?:\.\d{{1,9}})?\s*(?:{'|'.join(sorted(_UNITS, key=len, reverse=True))})\s*)+"
_ISO = r"PT(?=\d)(?:\d{1,12}H)?(?:\d{1,12}M)?(?:\d{1,12}(?:\.\d{1,9})?S)?"
_SHARE = r"\s*\d{1,3}(?:\.\d{1,12})?\s*%\s*"

DurationText = Annotated[
    str,
    Field(
        pattern=f"^(?:{_PLAIN}|{_ISO})$",
        description="A duration of counted time, such as `30 min`, `1 h 30 min` or `PT30M`.",
        examples=["30 min", "8 h"],
    ),
]
PercentText = Annotated[str, Field(pattern=f"^{_SHARE}$", description="A share.", examples=["99.5 %"])]
WarningText = Annotated[
    str,
    Field(
        pattern=f"^(?:{_SHARE}|(?:{_PLAIN}|{_ISO})\\s*(?:before|after))$",
        description="A point in time: a share of the limit, or a span before or after the due instant.",
        examples=["80 %", "15 min before", "1 h after"],
    ),
]
DayText = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A calendar date.", examples=["2026-05-15"])]

Duration = Annotated[int, BeforeValidator(read_duration, json_schema_input_type=DurationText)]
"""Counted time in microseconds, written `30 min`, `8 h`, `PT30M`."""


def read_percent(value: object) -> Fraction:
    """Return a share such as `99.5 %` as an exact fraction. Raises `PydanticCustomError` for anything else."""
    match = re.fullmatch(r"\s*(\d{1,3}(?:\.\d{1,12})?)\s*%\s*", value) if isinstance(value, str) else None
    if match is None:
        raise wrong(f"{shown(value)} is not a share such as `95 %`")
    share = Fraction(match[1]) / 100
    if share > 1:
        raise wrong(f"{quoted(value)} is more than 100 %")
    return share


Percent = Annotated[Fraction, BeforeValidator(read_percent, json_schema_input_type=PercentText)]
"""A share between 0 and 1 as an exact fraction, written `99.5 %`."""


def shown(value: object) -> str:
    """A wrong value for a message: scalars in backticks, collections only by their sort."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "nothing" if value is None else quoted(written(value))


def written(value: object) -> object:
    """A plain value as a file writes it: `true` for `True`, `0.5` for a `Decimal`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > 64:
        return "an integer of more than 64 bits"
    return str(value) if isinstance(value, Decimal) else value


def read_day(value: object) -> date:
    """Return a calendar date written `2026-05-15`. Raises `PydanticCustomError` for anything else."""
    if type(value) is date:
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise wrong(f"{shown(value)} is not a date such as `2026-05-15`")


Day = Annotated[date, BeforeValidator(read_day, json_schema_input_type=DayText)]
"""A calendar date, written `2026-05-15`."""


def listed(value: object) -> list[Any]:
    """Return a list of what may be written as one item or as a list of them."""
    return list(value) if isinstance(value, (list, tuple)) else [value]
