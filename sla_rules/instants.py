"""Instants and spans of time as integer microseconds, and the way in and out.

Inside the library an instant is the number of microseconds since 1970-01-01 in UTC, and a span a
number of microseconds. Values from outside come in through `micros` and `span_micros`; values go
out as `pendulum.DateTime` in UTC and `datetime.timedelta` through `moment` and `span`.
"""

import re
from datetime import UTC, datetime, timedelta

import pendulum

from sla_rules.errors import InputError, quoted
from sla_rules.lang import Lang, unknown_lang

_EXPECTED = "an instant such as `2026-03-02T14:00:00Z` or `2026-03-02T09:00:00-05:00`"

MICROSECOND = 1
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PENDULUM_EPOCH = pendulum.datetime(1970, 1, 1)
_TICK = timedelta(microseconds=1)
_FRENCH = str.maketrans(" .", "\u00a0,")
# `datetime.fromisoformat` alone lets a stray character before the offset pass.
_FORM = re.compile(
    r"\d{4}-?(?:\d{2}-?\d{2}|W\d{2}-?\d)[Tt ]"
    r"(?:[01]\d|2[0-3])(?::?[0-5]\d(?::?[0-5]\d(?:[.,]\d+)?)?)?"
    r"(?:[Zz]|[+-]\d{2}(?::?\d{2}(?::?\d{2}(?:\.\d+)?)?)?)?",
    re.ASCII,
)

FIRST = (datetime.min.replace(tzinfo=UTC) - EPOCH) // _TICK
"""The earliest instant that can be shown: the beginning of the year 1."""
LAST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // _TICK
"""The latest instant that can be shown: the last microsecond of the year 9999."""


def micros(value: object) -> int:
    """Return an instant as microseconds since 1970 in UTC.

    Takes ISO 8601 text or a `datetime` (pendulum's too), with an offset or a zone. Digits finer than a
    microsecond are cut off.

    Raises:
        InputError: the value is no instant, names no offset, or lies outside the years 1 to 9999.
    """
    if isinstance(value, str):
        value = _parsed(value)
    elif not isinstance(value, datetime):
        raise InputError(f"{quoted(value)} is not {_EXPECTED}")
    if value.utcoffset() is None:
        raise InputError(f"{quoted(value.isoformat())} has no offset or zone; write {_EXPECTED}")
    # Plain `datetime` arithmetic: pendulum's own subtraction is 30 times slower and compares wall clocks.
    since = datetime.__sub__(value, EPOCH)
    at = (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
    if not FIRST <= at <= LAST:
        raise InputError(f"{quoted(value.isoformat())} is outside the years 1 to 9999")
    return at


def _parsed(text: str) -> datetime:
    if _FORM.fullmatch(text) is None:
        raise InputError(f"{quoted(text)} is not {_EXPECTED}")
    try:
        return datetime.fromisoformat(text[:-1] + "Z" if text.endswith("z") else text)
    except ValueError:
        raise InputError(f"{quoted(text)} is not {_EXPECTED}") from None


def span_micros(value: object) -> int:
    """Return a `timedelta` as microseconds. Raises `InputError` for anything else."""
    if not isinstance(value, timedelta):
        raise InputError(f"{quoted(value)} is not a timedelta")
    # Plain `timedelta` arithmetic: pendulum gives `days` and `seconds` of a negative duration another meaning.
    return timedelta.__floordiv__(value, _TICK)


def moment(at: int) -> pendulum.DateTime:
    """Return the instant `at` (microseconds since 1970, UTC) as a `pendulum.DateTime` in UTC."""
    return datetime.__add__(_PENDULUM_EPOCH, timedelta(microseconds=at))


def span(length: int) -> timedelta:
    """Return `length` microseconds as a `timedelta`."""
    return timedelta(microseconds=length)


def say_span(length: int, lang: Lang = "en") -> str:
    """Return a span as a person says it: `1 h 30 min`, `5 min 0.000001 s`, `0 s`.

    Args:
        length: in microseconds.
        lang: in French with a comma and no-break spaces.

    Raises:
        InputError: a language that is not known.
    """
    if lang != "en":
        if lang != "fr":
            raise unknown_lang(lang)
        return say_span(length).translate(_FRENCH)
    if length < 0:
        return f"-{say_span(-length)}"
    hours, rest = divmod(length, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, fraction = divmod(rest, SECOND)
    parts = [f"{hours} h"] if hours else []
    if minutes:
        parts.append(f"{minutes} min")
    if seconds or fraction:
        decimals = f".{fraction:06d}".rstrip("0") if fraction else ""
        parts.append(f"{seconds}{decimals} s")
    return " ".join(parts) or "0 s"
