"""Text files read row by row, and the event that a row states."""

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO
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

LONGEST_CELL = 100_000_000
"""Characters of a cell of CSV; Python's own limit is 131072."""
_LONGEST_NAME = 10_000
_SEPARATORS = {";": "`;`", "\t": "a tab", "|": "`|`"}
_UTF16 = "the file is UTF-16, save it as UTF-8"


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
    if _is_utf16(path):
        yield 1, InputError(_UTF16)
        return
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
    """Return the names of the columns of a CSV file.

    Raises:
        InputError: they are none, or not separated by commas.
    """
    if _is_utf16(path):
        raise InputError(f"{path}: {_UTF16}")
    ended: list[bool] = []
    with _text_of(path) as file:
        try:
            names = next(csv.reader(_until_end(file, ended)), [])
        except csv.Error as error:
            raise InputError(f"{path}: the header is not CSV: {error}") from None
    longest = max(map(len, names), default=0)
    if longest > _LONGEST_NAME:
        raise InputError(f"{path}: the header is not CSV: a name of {longest} characters")
    if names and ended:
        raise InputError(f"{path}: the header is not CSV: a quote is not closed")
    if len(names) == 1:
        for separator, called in _SEPARATORS.items():
            if separator in names[0]:
                raise InputError(f"{path}: its columns are separated by {called}, not `,`")
    return names


def csv_rows(path: Path) -> Rows:
    """Read CSV after its header, as `TextRow`; empty lines are none."""
    ended: list[bool] = []
    with _text_of(path) as file:
        reader = csv.reader(_until_end(file, ended))
        header = next(reader, [])
        while True:
            first = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                # The reader would go on in the middle of the cell, and take its lines for rows.
                yield first, InputError(f"not CSV: {error}; from here on the file is not read")
                return
            if cells:
                yield first, _text_row(header, cells, first, reader.line_num, closed=not ended)


def _is_utf16(path: Path) -> bool:
    """Say whether a file begins as UTF-16 does: with its mark, or with nothing in every other byte."""
    with path.open("rb") as file:
        head = file.read(1_024)
    marked = head.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    return marked or abs(head[::2].count(0) - head[1::2].count(0)) > len(head) / 8


def _text_of(path: Path) -> TextIO:
    # The limit is that of the process. It is raised and stays: to put it back would stop another thread's reading.
    if csv.field_size_limit() < LONGEST_CELL:
        csv.field_size_limit(LONGEST_CELL)
    return path.open(encoding="utf-8-sig", newline="", errors="replace")


def _until_end(lines: Iterable[str], ended: list[bool]) -> Iterator[str]:
    """Yield lines, and note in `ended` that one more was asked for: by the last row only if its quote is not closed."""
    yield from lines
    ended.append(True)


def _text_row(header: list[str], cells: list[str], first: int, last: int, *, closed: bool) -> TextRow | InputError:
    if len(cells) != len(header):
        swallowed = f", up to line {last}: a quote is not closed?" if last > first else ""
        return InputError(f"{len(cells)} cells, the header has {len(header)}{swallowed}")
    if not closed:
        return InputError(f"a quote is not closed, up to line {last}")
    if any("\ufffd" in cell for cell in cells):
        return InputError("not UTF-8")
    return TextRow(zip(header, cells, strict=True))


TEXT_READERS: dict[str, Callable[[Path], Rows]] = {".jsonl": json_lines, ".ndjson": json_lines, ".csv": csv_rows}
