"""Which columns hold times, in which form, and whether they say their zone."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.adapters.time_forms import exchanged, instants_in, read_by
from sla_rules.errors import quoted

_UTC = ZoneInfo("UTC")
_MOSTLY = 0.9
"""The share of a column's values with digits that must be times for it to be one of times."""
_LIKE_A_DATE = r"\d{1,4}[-/.]\w{1,3}[-/.]\d{2}|^\d{8}\D?\d"
_OF_A_YEAR = r"\b(?:19|20)\d\d\b"

FORMS = (
    "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p", "%d/%m/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M %p", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M:%S %z",
    "%d/%b/%y %I:%M %p", "%d/%b/%Y %H:%M:%S", "%d-%b-%Y %H:%M:%S", "%Y%m%d %H%M%S",
)  # fmt: skip
"""Forms of times that are tried beside ISO 8601."""


@dataclass(frozen=True)
class Clock:
    """How a column states times.

    Attributes:
        form: that of its texts; None for ISO 8601 and columns of times.
        other: another form that reads as many of them, day and month exchanged; None where there is none.
        naive: whether some have no offset or zone.
    """

    form: str | None
    other: str | None
    naive: bool


def clock_of(values: pl.Series) -> Clock | None:
    """Return how a column states times; None where it does not."""
    if isinstance(values.dtype, pl.Datetime):
        return Clock(None, None, values.dtype.time_zone is None)
    texts = _like_times(values)
    needed = _MOSTLY * len(texts)
    if texts.is_empty():
        return None
    if _read(texts, ()) >= needed:
        return Clock(None, None, is_naive(texts, ()))
    fitting = {form: number for form in FORMS if (number := read_by(texts, form).count()) >= needed}
    if not fitting:
        return None
    best = max(fitting, key=lambda form: fitting[form])
    swapped = exchanged(best)
    other = swapped if swapped is not None and fitting.get(swapped) == fitting[best] else None
    return Clock(best, other, is_naive(texts, (best,)))


def not_read(values: pl.Series) -> str | None:
    """Say what is not read of a column that looks like times and states them in no one way; None for other columns."""
    texts = _like_times(values)
    if texts.is_empty() or clock_of(values) is not None:
        return None
    readings = {"ISO 8601": instants_in(texts, _UTC, ())} | {quoted(form): read_by(texts, form) for form in FORMS}
    best = max(readings, key=lambda form: readings[form].count())
    if readings[best].count():
        return f"{best} does not read {quoted(texts.filter(readings[best].is_null())[0])}"
    # Addresses and versions have such parts too, but no year.
    dated = texts.filter(texts.str.contains(_OF_A_YEAR))
    return None if dated.is_empty() else f"no known form reads {quoted(dated[0])}"


def is_naive(times: pl.Series, forms: tuple[str, ...]) -> bool:
    """Say whether some of a column's times are instants only once their zone is known."""
    if isinstance(times.dtype, pl.Datetime):
        return times.dtype.time_zone is None
    return times.dtype == pl.String and _read(times, forms, None) < _read(times, forms)


def _like_times(values: pl.Series) -> pl.Series:
    """Return the distinct texts with digits of a column that looks like times; none of other columns."""
    none = pl.Series([], dtype=pl.String)
    if values.dtype != pl.String:
        return none
    there = values.drop_nulls()
    numbered = there.filter(there.str.contains(r"\d"))
    texts = numbered.unique(maintain_order=True)
    # Words such as `never` may stand between times; times between words are no column of times.
    like = len(numbered) >= len(there) / 2 and texts.str.contains(_LIKE_A_DATE).sum() >= _MOSTLY * len(texts)
    return texts if like else none


def _read(texts: pl.Series, forms: tuple[str, ...], zone: ZoneInfo | None = _UTC) -> int:
    return instants_in(texts, zone, forms).count()
