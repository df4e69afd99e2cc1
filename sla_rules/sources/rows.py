"""Text files read row by row, and the event that a row states."""

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.events import Event
from sla_rules.language.declarations import replace_data
from sla_rules.sources.columns import DATA, NEEDED, OWN
from sla_rules.sources.encoding import from_json
from sla_rules.sources.zones import localised

Rows = Iterator[tuple[int, Any]]
"""The number of each line or row, from 1, and what stands there: an object, or the `InputError` that it is none."""


class TextRow(dict[str, Any]):
    """A row in which every value is text."""


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into `InputError`."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None


def event_of(row: Any, place: str, agreement: Agreement, zone: ZoneInfo | None = None) -> Event:
    """Return the event that a row states.

    Args:
        row: what a reader gave.
        place: where it stands.
        agreement: says of what kind the fields of a `TextRow` are.
        zone: that of times without an offset.

    Raises:
        InputError: the row is no event.
    """
    if isinstance(row, InputError):
        raise row
    if not isinstance(row, Mapping):
        raise InputError(f"{quoted(row)} is not an object")
    for name in NEEDED:
        if row.get(name) in (None, ""):
            raise InputError(
                f"{quoted(name)} is missing{did_you_mean(name, [key for key in row if key and key != name])}"
            )
    data = {key: value for key, value in row.items() if key not in (*OWN, DATA)}
    if row.get(DATA) not in (None, ""):
        data |= data_of(row[DATA])
    own = {name: _as_text(row.get(name)) for name in ("id", "type", "subject")}
    event = Event(**own, time=localised(row["time"], zone), data=data, place=place)
    return event if not isinstance(row, TextRow) else _from_text(event, agreement)


def data_of(value: Any) -> dict[str, Any]:
    """Return the fields that a `data` column holds, an object or its JSON text. Raises `InputError` for others."""
    if isinstance(value, str):
        try:
            value = from_json(value)
        except InputError as error:
            raise InputError(f"data is {error}") from None
    if not isinstance(value, Mapping):
        raise InputError(f"data must be an object, found {quoted(value)}")
    return dict(value)


def _as_text(value: Any) -> Any:
    """Numbers that stand for names become text; everything else is left for `Event` to check."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None if value == "" else value


def _from_text(event: Event, agreement: Agreement) -> Event:
    declaration = agreement.version_at(event.at).events.get(event.type)
    data = {}
    for name, value in event.data.items():
        field = declaration.fields.get(name) if declaration else None
        if value != "":
            data[name] = field.from_text(value) if field is not None and isinstance(value, str) else value
    return replace_data(event, data)


def json_lines(path: Path) -> Rows:
    """Read JSON Lines; blank lines are none."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                try:
                    yield number, from_json(line)
                except InputError as error:
                    yield number, error


def csv_header(path: Path) -> list[str]:
    """Return the names of the columns of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        try:
            return next(csv.reader(file), [])
        except csv.Error as error:
            raise InputError(f"{path}: the header is not CSV: {error}") from None


def csv_rows(path: Path) -> Rows:
    """Read CSV after its header, as `TextRow`; empty lines are none."""
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        while True:
            first = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield first, InputError(f"not CSV: {error}")
                continue
            if cells:
                yield first, _text_row(header, cells, first, reader.line_num)


def _text_row(header: list[str], cells: list[str], first: int, last: int) -> TextRow | InputError:
    if len(cells) != len(header):
        swallowed = f", up to line {last}: a quote is not closed?" if last > first else ""
        return InputError(f"{len(cells)} cells, the header has {len(header)}{swallowed}")
    if any("\ufffd" in cell for cell in cells):
        return InputError("not UTF-8")
    return TextRow(zip(header, cells, strict=True))


TEXT_READERS: dict[str, Callable[[Path], Rows]] = {".jsonl": json_lines, ".ndjson": json_lines, ".csv": csv_rows}
