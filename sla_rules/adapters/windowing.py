"""Windows of time that does not count, from whatever they are in: a list, a file, a frame.

What is no window is refused with its place: a window left out would change verdicts without a word.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypedDict, TypeGuard, TypeVar
from zoneinfo import ZoneInfo

from pendulum import DateTime

from sla_rules.agreement import Agreement
from sla_rules.calendar import HORIZON
from sla_rules.errors import AgreementError, InputError, did_you_mean, quoted
from sla_rules.events import Window
from sla_rules.instants import DAY, LAST, micros, moment
from sla_rules.known import checked_windows
from sla_rules.language.reading import read_file
from sla_rules.portfolio import Portfolio
from sla_rules.sources.refusals import place
from sla_rules.sources.rows import TEXT_READERS, csv_header, readable
from sla_rules.sources.zones import localised, zone_of

COLUMNS = ("kind", "start", "end", "scope", "id")
_NEEDED = ("start", "end")
_YAML = (".yaml", ".yml")
SUFFIXES = (".ics", *TEXT_READERS, ".parquet", *_YAML)

_AFTER = 366 * DAY
"""How long after the last day in force windows still matter: what starts by then may end later."""

T = TypeVar("T")
_Rows = Iterator[tuple[str, Any]]
"""Rows with their places: an object, or the `InputError` that it is none."""


def windows_of(
    source: Any,
    agreement: Agreement | Portfolio,
    *,
    kind: str | None = None,
    timezone: str | None = None,
    start: object = None,
    end: object = None,
) -> list[Window]:
    """Return the windows that a source holds.

    Columns (keys) of files and frames are those of a `Window`: `start`, `end`, and where they are needed `kind`,
    `scope` and `id`. A missing `end` is a window that nobody knows the end of.

    Args:
        source: a list of `Window`, taken as it is; the path of an iCalendar (`.ics`), CSV, JSON Lines, Parquet or YAML
            file; a Polars, pandas or Arrow frame, a DuckDB relation, anything with the Arrow C stream interface; or a
            list of any of these, whose windows add up.
        agreement: whose windows they are; it says which kinds there are and the zone of whole days. Of a portfolio
            every kind of an agreement counts, and the zone that all of them have.
        kind: that of windows that do not name one; the only kind that there is unless given.
        timezone: the zone of times that have none; without it they are refused.
        start: of an iCalendar file, the instant up to which windows are left out that are over by then; the first day
            in force unless given.
        end: the instant from which on none is wanted; a year after the last day in force unless given, and needed
            where that is open and an event recurs without end.

    Raises:
        InputError: the source cannot be read, or something in it is no window; the message names the row and field.
        SlaError: a library that it needs is not installed.
    """
    agreements = (agreement,) if isinstance(agreement, Agreement) else agreement.whole
    if isinstance(source, (list, tuple)):
        if not any(_is_file(each) or _is_frame(each) for each in source):
            return checked_windows(source, *agreements)
        options: _Options = {"kind": kind, "timezone": timezone, "start": start, "end": end}
        apart = [each if _is_file(each) or _is_frame(each) else [each] for each in source]
        return [window for each in apart for window in windows_of(each, agreement, **options)]
    asked = _Asked.of(agreements, kind, timezone)
    if _is_file(source):
        path = Path(fspath(source))
        if _suffix_of(path) == ".ics":
            from sla_rules.adapters.icalendar import windows_of_ical

            first, last = _in_force(agreements)
            return windows_of_ical(
                path,
                asked.kind_of(None, str(path)),
                start=first if start is None else start,
                end=last if end is None else end,
                timezone=timezone,
                day_zone=_common([each.timezone for each in agreements]),
            )
        with readable(path):
            return [asked.window(row, where) for where, row in _file_rows(path)]
    if _is_frame(source):
        return [asked.window(row, where) for where, row in _frame_rows(source)]
    if isinstance(source, Iterable) and not isinstance(source, (Mapping, bytes)):
        return checked_windows(source, *agreements)
    raise InputError(f"windows: {quoted(source)} is neither a list of windows, a file nor a frame of them")


class _Options(TypedDict):
    kind: str | None
    timezone: str | None
    start: object
    end: object


def _common(values: Iterable[T]) -> T | None:
    """Return the value that all have, None where they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _in_force(agreements: Iterable[Agreement]) -> tuple[DateTime | None, DateTime | None]:
    """Return the instants between which windows can matter; None where some agreement does not bound them."""
    spans = [(each.versions[0].in_force[0], each.versions[-1].in_force[1]) for each in agreements]
    firsts, lasts = ([at for at in ends if at is not None] for ends in zip(*spans, strict=True))
    first = moment(min(firsts)) if len(firsts) == len(spans) else None
    after = moment(min(max(lasts) + _AFTER, LAST)) if len(lasts) == len(spans) else None
    return first, after if after is not None and after.year in HORIZON else None


@dataclass(frozen=True)
class _Asked:
    """What is asked of every row.

    Attributes:
        agreement: what messages call the agreement, or those of a portfolio.
        kinds: the windows that it knows.
        kind: that of rows that do not name one.
        zone: that of times without an offset.
    """

    agreement: str
    kinds: tuple[str, ...]
    kind: str | None
    zone: ZoneInfo | None

    @classmethod
    def of(cls, agreements: Sequence[Agreement], kind: str | None, timezone: str | None) -> "_Asked":
        versions = [version for agreement in agreements for version in agreement.versions]
        kinds = tuple(dict.fromkeys(name for version in versions for name in version.windows))
        alone = len(agreements) == 1
        if not kinds:
            of = f"agreement {quoted(agreements[0].id)}" if alone else "the portfolio"
            raise InputError(f"windows: {of} has no windows to exclude")
        known_to = "the agreement" if alone else "the portfolio"
        return cls(known_to, kinds, kinds[0] if kind is None and len(kinds) == 1 else kind, zone_of(timezone))

    def kind_of(self, said: object, where: str) -> str:
        """Return the kind of a window that says this one, or nothing."""
        kind = self.kind if said is None else said
        if kind is None:
            raise InputError(f"{where}: `kind` is missing; name it with `kind=`: {', '.join(self.kinds)}")
        if kind not in self.kinds:
            hint = did_you_mean(kind, self.kinds) or f"; there are {', '.join(self.kinds)}"
            raise InputError(f"{where}: kind: {self.agreement} has no windows {quoted(kind)}{hint}")
        return str(kind)

    def window(self, row: Any, where: str) -> Window:
        """Return the window that a row states. Raises `InputError` with its place."""
        if isinstance(row, InputError):
            raise InputError(f"{where}: {row}")
        if not isinstance(row, Mapping):
            raise InputError(f"{where}: {quoted(row)} is not an object")
        _check_names(row, where)
        said = {name: value for name, value in row.items() if value is not None and value != ""}
        if "start" not in said:
            raise InputError(f"{where}: `start` is missing")
        start = self._instant("start", said["start"], where)
        end = self._instant("end", said["end"], where) if "end" in said else None
        if end is not None and end <= start:
            raise InputError(f"{where}: {'has no length' if end == start else 'ends before it starts'}")
        scope, id = (_text(name, said.get(name), where) for name in ("scope", "id"))
        return Window.between(self.kind_of(said.get("kind"), where), start, end, scope, id)

    def _instant(self, name: str, value: object, where: str) -> int:
        try:
            return micros(localised(value, self.zone))
        except InputError as error:
            hint = ", or name the zone with `timezone=`" if "no offset or zone" in str(error) else ""
            raise InputError(f"{where}: {name}: {error}{hint}") from None


def _text(name: str, value: object, where: str) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{where}: {name} must be text, found {quoted(value)}")
    return value


def _check_names(names: Iterable[Any], where: str) -> None:
    for name in names:
        if name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS) or f"; a window has {', '.join(COLUMNS)}"
            raise InputError(f"{where}: unknown column {quoted(name)}{hint}")


def _check_header(names: list[str], where: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"{where}: column {quoted(twice[0])} stands there twice")
    for name in _NEEDED:
        if name not in names:
            raise InputError(f"{where}: no column {quoted(name)}{did_you_mean(name, names)}; columns: {names}")
    _check_names(names, where)


def _suffix_of(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path}: a file of windows is one of {', '.join(SUFFIXES)}")
    return suffix


def _file_rows(path: Path) -> _Rows:
    suffix = _suffix_of(path)
    if suffix in _YAML:
        yield from _yaml_rows(path)
    elif suffix == ".parquet":
        import polars as pl

        from sla_rules.sources.parquet import legible

        with legible(str(path)):
            frame = pl.read_parquet(path, glob=False)
        yield from _polars_rows(frame, str(path), path.name)
    else:
        if suffix == ".csv":
            _check_header(csv_header(path), str(path))
        for number, row in TEXT_READERS[suffix](path):
            yield place(path.name, number), row


def _yaml_rows(path: Path) -> _Rows:
    try:
        rows, lines = read_file(path)
    except AgreementError as error:
        raise InputError(str(error)) from None
    if not isinstance(rows, list):
        raise InputError(f"{path}: a file of windows is a list of them, found {quoted(rows)}")
    for index, row in enumerate(rows):
        yield place(path.name, lines[(index,)][1]), row


def _is_file(source: object) -> TypeGuard[str | PathLike[str]]:
    return isinstance(source, (str, PathLike))


def _is_frame(source: object) -> bool:
    if hasattr(source, "collect_schema"):
        return True
    # A column has the Arrow interface too, but no columns.
    named = any(hasattr(source, name) for name in ("columns", "column_names", "schema"))
    return named and hasattr(source, "__arrow_c_stream__")


def _frame_rows(source: Any) -> _Rows:
    import polars as pl

    from sla_rules.sources.pandas import is_pandas
    from sla_rules.sources.parquet import legible, of_stream

    if not isinstance(source, (pl.DataFrame, pl.LazyFrame)) and is_pandas(source):
        yield from _pandas_rows(source)
        return
    if isinstance(source, pl.LazyFrame):
        with legible("the windows"):
            source = source.collect()
    frame = source if isinstance(source, pl.DataFrame) else of_stream(source, "the windows")
    yield from _polars_rows(frame, "the windows", "")


def _polars_rows(frame: Any, where: str, file: str) -> _Rows:
    _check_header(frame.columns, where)
    try:
        rows = frame.rows(named=True)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{where}: a time is outside the years 1 to 9999: {error}") from None
    for number, row in enumerate(rows, 1):
        yield place(file, number), row


def _pandas_rows(frame: Any) -> _Rows:
    index = [name for name in frame.index.names if name is not None and name not in frame.columns]
    frame = frame.reset_index(level=index) if index else frame
    names = [str(name) for name in frame.columns]
    _check_header(names, "the windows")
    columns = [_objects(frame.iloc[:, position]) for position in range(len(names))]
    for number, values in enumerate(zip(*columns, strict=True), 1):
        yield place("", number), dict(zip(names, values, strict=True))


def _objects(column: Any) -> list[Any]:
    """Return the values of a column, None where pandas has one of its missing values."""
    missing = column.isna().tolist()
    return [None if gone else value for value, gone in zip(column.tolist(), missing, strict=True)]
