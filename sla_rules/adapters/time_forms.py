"""Forms of times beside ISO 8601, written with the letters of `strftime`: `%d/%m/%Y %H:%M`."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.errors import InputError, quoted
from sla_rules.instants import micros
from sla_rules.sources.times import instants_of
from sla_rules.sources.zones import localised

_KNOWN = frozenset("YymdebBHIMSpzfT")
_DATE = re.compile(r"(?=.*%[Yy])(?=.*%[mbB])(?=.*%[de])", re.DOTALL)


def check_form(form: str) -> None:
    """Refuse a form of times that says no instant. Raises `InputError`."""
    for letter in re.findall(r"%(.?)", form.replace("%%", "")):
        if letter not in _KNOWN:
            known = " ".join(f"%{each}" for each in sorted(_KNOWN))
            raise InputError(f"{quoted(form)}: {quoted('%' + letter)} is not known, known: {known}")
    if not _DATE.match(form.replace("%%", "")):
        raise InputError(f"{quoted(form)} has no year, month and day, such as `%d/%m/%Y %H:%M`")
    if form.count("%f") != form.count(".%f"):
        raise InputError(f"{quoted(form)}: `%f` stands behind a point, `%S.%f`")
    if ("%H" in form or "%I" in form) and "%M" not in form:
        raise InputError(f"{quoted(form)} has an hour and no minute, `%M`")
    if "%I" in form and "%p" not in form:
        raise InputError(f"{quoted(form)}: `%I` counts to twelve, `%p` is missing")


def instants_in(times: pl.Series, zone: ZoneInfo | None, forms: Sequence[str]) -> pl.Series:
    """Return a column of times as integers; null where a time is missing or no instant.

    Args:
        times: `Datetime` or text.
        zone: that of times without an offset; without it they are no instants.
        forms: those of texts beside ISO 8601; the first that fits counts.
    """
    if times.dtype != pl.String:
        return instants_of(times, zone)
    at = pl.Series("", [None], pl.Int64).new_from_index(0, len(times))
    left = times
    for form in forms:
        at = at.zip_with(at.is_not_null(), instants_of(read_by(left, form), zone))
        left = left.set(at.is_not_null(), None)
    return at.zip_with(at.is_not_null(), instants_of(left, zone))


def read_by(texts: pl.Series, form: str) -> pl.Series:
    """Return texts of one form as times, null where they are of another one."""
    return texts.str.to_datetime(form.replace(".%f", "%.f"), time_unit="us", strict=False)


def why_no_instant(value: object, zone: ZoneInfo | None, forms: Sequence[str]) -> InputError:
    """Return why a value of a column of times is no instant."""
    if isinstance(value, str) and zone is None:
        text = pl.Series([value])
        if any(read_by(text, form).is_not_null().any() for form in forms):
            return InputError(f"{quoted(value)} has no offset or zone; name it with `timezone`")
    try:
        micros(localised(value, zone))
    except InputError as error:
        return error
    return InputError(f"{quoted(value)} is outside the years 1 to 9999")
