"""Forms of times beside ISO 8601, written with the letters of `strftime`: `%d/%m/%Y %H:%M`."""

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.errors import InputError, quoted
from sla_rules.events import Finding
from sla_rules.instants import micros
from sla_rules.sources.times import instants_of
from sla_rules.sources.zones import localised

_KNOWN = frozenset("YymdebBHIMSpzfT")
_FIRST_OF_FOUR_DIGITS = 1000
"""The first year that cannot be meant by fewer digits."""
_EXCHANGED = {"d": "m", "e": "m", "m": "d"}
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
    """Return texts of one form as times, null where they are of another one; `%Y` stands for four digits."""
    times = texts.str.to_datetime(form.replace(".%f", "%.f"), time_unit="us", strict=False)
    if "%Y" not in form:
        return times
    short = (times.dt.year() < _FIRST_OF_FOUR_DIGITS).fill_null(False)
    return times.set(short, None) if short.any() else times


def exchanged(form: str) -> str | None:
    """Return a form with day and month exchanged; None where nobody takes one for the other.

    That is where the month has a name, and where the year comes first.
    """
    letters = re.findall(r"%(.)", form)
    if "m" not in letters or ("Y" in letters and letters.index("Y") < letters.index("m") < _day(letters)):
        return None
    return re.sub(r"%(.)", lambda found: f"%{_EXCHANGED.get(found[1], found[1])}", form)


def _day(letters: list[str]) -> int:
    return next(index for index, letter in enumerate(letters) if letter in "de")


class DaysAndMonths:
    """Whether the columns of a source tell day from month, `03/04/2016`; looked at piece by piece."""

    def __init__(self, forms: Sequence[str]) -> None:
        """Take the forms by which the columns are read."""
        self._forms = forms
        pairs = [(form, other) for form in forms if (other := exchanged(form)) is not None]
        self._pairs = [(form, other) for index, (form, other) in enumerate(pairs) if (other, form) not in pairs[:index]]
        self._columns: dict[tuple[str, str], _Order] = {}

    def look(self, their: str, times: pl.Series, read: pl.Series) -> None:
        """Look at a piece of a column, and what was read of it; what is null there is not counted.

        Raises:
            InputError: day and month of a text are not in the order of its form.
        """
        if times.dtype != pl.String:
            return
        for form, other in self._pairs:
            order = self._columns.setdefault((their, form), _Order())
            by_form, by_other = read_by(times, form), read_by(times, other)
            order.told |= bool((by_form.is_not_null() & by_other.is_null()).any())
            order.either += int(((by_form != by_other) & read.is_not_null()).sum())
            if order.otherwise is None:
                order.otherwise = self._first_unread(times.filter(by_form.is_null() & by_other.is_not_null()), other)
            if order.otherwise is not None and (other not in self._forms or order.told or order.either):
                raise InputError(
                    f"column {quoted(their)}: {quoted(order.otherwise)} is no {quoted(form)}, but {quoted(other)}; "
                    "give `times` as they are"
                )

    def _first_unread(self, texts: pl.Series, other: str) -> str | None:
        """Return the first text that no form reads but, where it is one of them, this one."""
        for form in self._forms:
            if form != other:
                texts = texts.filter(read_by(texts, form).is_null())
        return None if texts.is_empty() else str(texts[0])

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for each column of which no text tells day from month."""
        for (their, form), order in self._columns.items():
            if order.either and not order.told:
                message = (
                    f"column {quoted(their)}: no text tells day from month; read as {quoted(form)}, "
                    "give `times` if that is wrong"
                )
                yield Finding("ambiguous_time", message, count=order.either)


class _Order:
    """What the texts of a column say about one form.

    Attributes:
        told: whether one is of this form and not of that with day and month exchanged.
        either: how many are another time with day and month exchanged.
        otherwise: the first that is of the exchanged form alone.
    """

    def __init__(self) -> None:
        self.told = False
        self.either = 0
        self.otherwise: str | None = None


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
