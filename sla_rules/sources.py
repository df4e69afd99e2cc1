"""Files in, events out: JSON Lines, CSV and Parquet. What cannot be read becomes a finding with its place.

Columns (keys) are `id`, `type`, `subject`, `time`; a `data` object holds the fields of the event, and so does
every other column. `id` may be missing. In CSV, where all is text, values are read as the agreement declares
their fields, and an empty cell is missing.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.events import Event, Finding

OWN = ("id", "type", "subject", "time")
NEEDED = ("type", "subject", "time")
MOST_FINDINGS = 10_000
"""Findings of one file that are listed one by one; those after them are counted in one."""

Row = tuple[str, Any]


def read_events(path: str | Path, agreement: Agreement) -> tuple[list[Event], list[Finding]]:
    """Return the events of a file, and a finding for each row that is none.

    Args:
        path: a file whose name ends in `.jsonl`, `.ndjson`, `.csv` or `.parquet`.
        agreement: says of what kind the fields of a CSV file are.

    Raises:
        InputError: the file cannot be read, is of another sort, or lacks a column that every event needs.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path}: a file of events is one of {', '.join(_READERS)}")
    events: list[Event] = []
    findings: list[Finding] = []
    unlisted = 0
    try:
        for place, row in reader(path):
            try:
                events.append(event_of(row, place, agreement))
            except InputError as error:
                if len(findings) < MOST_FINDINGS:
                    findings.append(_finding(error, place))
                else:
                    unlisted += 1
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if unlisted:
        findings.append(Finding("unreadable", f"{unlisted} more rows of {path} cannot be read", count=unlisted))
    if findings and not events:
        raise InputError(f"{path}: no row is an event; the first problem: {findings[0].message}")
    return events, findings


def event_of(row: Any, place: str, agreement: Agreement) -> Event:
    """Return the event that a row states. Raises `InputError` with the place."""
    if isinstance(row, InputError):
        raise row
    if not isinstance(row, Mapping):
        raise InputError(f"{place}: {quoted(row)} is not an object")
    for name in NEEDED:
        if row.get(name) in (None, ""):
            raise InputError(f"{place}: {quoted(name)} is missing{did_you_mean(name, [key for key in row if key])}")
    data = {key: value for key, value in row.items() if key not in (*OWN, "data")}
    if row.get("data") not in (None, ""):
        data |= _data(row["data"], place)
    own = {name: _as_text(row.get(name)) for name in ("id", "type", "subject")}
    event = Event(**own, time=row["time"], data=data, place=place)
    return event if not isinstance(row, _TextRow) else _from_text(event, agreement, place)


def _data(value: Any, place: str) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{place}: data is not JSON: {error}") from None
    if not isinstance(value, Mapping):
        raise InputError(f"{place}: data must be an object, found {quoted(value)}")
    return dict(value)


def _as_text(value: Any) -> Any:
    """Numbers that stand for names become text; everything else is left for `Event` to check."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None if value == "" else value


class _TextRow(dict[str, Any]):
    """A row in which every value is text."""


def _from_text(event: Event, agreement: Agreement, place: str) -> Event:
    declaration = agreement.version_at(event.at).events.get(event.type)
    data = {}
    for name, value in event.data.items():
        field = declaration.fields.get(name) if declaration else None
        if value != "":
            data[name] = field.from_text(value) if field is not None and isinstance(value, str) else value
    return Event(id=event.id, type=event.type, subject=event.subject, time=event.time, data=data, place=place)


def _finding(error: InputError, place: str) -> Finding:
    message = str(error)
    kind = "naive_time" if "no offset or zone" in message else "unreadable"
    return Finding(kind, message.removeprefix(f"{place}: "), place=place)


def _json_lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            place = f"{path.name}:{number}"
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield place, _json(line, place)


def _json(line: bytes, place: str) -> Any:
    try:
        if b"\\u" in line:
            json.dumps(json.loads(line), ensure_ascii=False).encode()
        return json.loads(line.decode("utf-8"), parse_float=Decimal)
    except UnicodeEncodeError:
        return InputError(f"{place}: half a character (a lone surrogate)")
    except UnicodeDecodeError as error:
        return InputError(f"{place}: not UTF-8: byte {error.start}")
    except (ValueError, RecursionError) as error:
        return InputError(f"{place}: not JSON: {error}")


def _csv(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        _need(header, path)
        while True:
            first = reader.line_num + 1
            place = f"{path.name}:{first}"
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield place, InputError(f"{place}: not CSV: {error}")
                continue
            if not cells:
                continue
            if len(cells) != len(header):
                swallowed = f", up to line {reader.line_num}: a quote is not closed?" if reader.line_num > first else ""
                yield place, InputError(f"{place}: {len(cells)} cells, the header has {len(header)}{swallowed}")
            elif any("\ufffd" in cell for cell in cells):
                yield place, InputError(f"{place}: not UTF-8")
            else:
                yield place, _TextRow(zip(header, cells, strict=True))


def _parquet(path: Path) -> Iterator[Row]:
    import polars as pl

    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from None
    _need(frame.columns, path)
    kind = frame.schema["time"]
    if isinstance(kind, pl.Datetime) and kind.time_zone is None:
        raise InputError(f"{path}: column `time` has no time zone")
    if isinstance(kind, pl.Datetime):
        # As text, since a Python datetime cannot hold the years that a file can.
        utc = pl.col("time").dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")
        frame = frame.with_columns(utc)
    for number, row in enumerate(frame.iter_rows(named=True), 1):
        yield f"{path.name}: row {number}", {name: value for name, value in row.items() if value is not None}


def _need(columns: Iterable[str], path: Path) -> None:
    columns = list(columns)
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        raise InputError(f"{path}: column {quoted(twice[0])} stands there twice")
    for name in NEEDED:
        if name not in columns:
            raise InputError(f"{path}: no column {quoted(name)}{did_you_mean(name, columns)}; columns: {columns}")


_READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".csv": _csv,
    ".parquet": _parquet,
}
