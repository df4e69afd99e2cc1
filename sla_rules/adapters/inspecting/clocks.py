"""Which columns hold times, in which form, and whether they say their zone."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.adapters.time_forms import instants_in, read_by

_UTC = ZoneInfo("UTC")
_MOSTLY = 0.9
"""The share of a column's values with digits that must be times for it to be one of times."""
_LIKE_A_DATE = r"\d{1,4}[-/.]\w{1,3}[-/.]\d{2}|^\d{8}\D?\d"

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
    if values.dtype != pl.String:
        return None
    there = values.drop_nulls()
    numbered = there.filter(there.str.contains(r"\d"))
    texts = numbered.unique()
    needed = _MOSTLY * len(texts)
    # Words such as `never` may stand between times; times between words are no column of times.
    if texts.is_empty() or len(numbered) < len(there) / 2 or texts.str.contains(_LIKE_A_DATE).sum() < needed:
        return None
    if _read(texts, ()) >= needed:
        return Clock(None, None, is_naive(texts, ()))
    fitting = {form: number for form in FORMS if (number := read_by(texts, form).count()) >= needed}
    if not fitting:
        return None
    best = max(fitting, key=lambda form: fitting[form])
    exchanged = _exchanged(best)
    other = exchanged if fitting.get(exchanged) == fitting[best] else None
    return Clock(best, other, is_naive(texts, (best,)))


def is_naive(times: pl.Series, forms: tuple[str, ...]) -> bool:
    """Say whether some of a column's times are instants only once their zone is known."""
    if isinstance(times.dtype, pl.Datetime):
        return times.dtype.time_zone is None
    return times.dtype == pl.String and _read(times, forms, None) < _read(times, forms)


def _read(texts: pl.Series, forms: tuple[str, ...], zone: ZoneInfo | None = _UTC) -> int:
    return instants_in(texts, zone, forms).count()


def _exchanged(form: str) -> str:
    return form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
