"""What the readers of JSON documents share: the records of a file, and the row of an event that a record states.

A document, unlike JSON Lines, is loaded whole.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.sources.columns import DATA, OWN
from sla_rules.sources.encoding import decoded, from_json
from sla_rules.sources.rows import Rows, json_lines, readable

Row = dict[str, Any]
Record = Mapping[str, Any]

_BOM = b"\xef\xbb\xbf"
_LINES = (".jsonl", ".ndjson")
_LOOKED_AT = 20
"""Records whose keys say what a document is."""


def rows_of(path: Path, pages: tuple[str, ...], states: Callable[[Record], Iterator[Row | InputError]]) -> Rows:
    """Yield the rows that each record of a file states, with its line in JSON Lines, else its count from 1.

    Args:
        path: JSON Lines, or a JSON document: a record, a list of records, or pages of them.
        pages: the keys under which a page holds its records: `issues`, `tickets`.
        states: gives the rows of a record; what it raises as `InputError` takes the place of the rows not given yet.

    Raises:
        InputError: the file cannot be opened.
    """
    for number, record in records(path, pages):
        if isinstance(record, InputError):
            yield number, record
        elif not isinstance(record, Mapping):
            yield number, InputError(f"{quoted(record)} is not an object")
        else:
            try:
                for row in states(record):
                    yield number, row
            except InputError as error:
                yield number, error


def records(path: Path, pages: tuple[str, ...] = ()) -> Rows:
    """Yield the records of a file as `rows_of` numbers them; in place of one that cannot be read, its `InputError`."""
    with readable(path):
        if path.suffix.lower() in _LINES:
            yield from _of_lines(path, pages)
            return
        text = path.read_bytes().removeprefix(_BOM)
        try:
            document = decoded(text)
        except InputError as error:
            # Many products export JSON Lines under the name `.json`.
            if _starts_with_a_record(text):
                yield from _of_lines(path, pages)
            else:
                yield 1, error
            return
    halves = b"\\u" in text
    for number, record in enumerate(_unpacked(document, pages), 1):
        yield number, _whole(record) if halves else record


def keys_of_json(path: Path, pages: tuple[str, ...]) -> frozenset[str]:
    """Return the keys by which a JSON file is recognised: those of its first records."""
    found = (record for _, record in islice(records(path, pages), _LOOKED_AT))
    return frozenset(key for record in found if isinstance(record, Mapping) for key in record)


def event(*, id: object, type: object, subject: object, time: object, fields: Record) -> Row:
    """Return the row of an event, without the fields that are null. Numbers that stand for names become text.

    Raises:
        InputError: type, subject or time is missing.
    """
    row: Row = {"id": name(id), "type": name(type), "subject": name(subject), "time": time or None}
    for key in ("type", "subject", "time"):
        if row[key] is None:
            raise InputError(f"{quoted(key)} is missing")
    if not isinstance(time, str):
        raise InputError(f"time {quoted(time)} is not text")
    if row["id"] is None:
        del row["id"]
    return row | {key: value for key, value in fields.items() if value is not None}


def name(value: object) -> str | None:
    """Return a value that stands for something as text; None where it is empty or no name."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def beside(values: Record, prefix: str) -> Row:
    """Return values under names that may stand beside those of an event: `type` becomes `<prefix>type`."""
    return {f"{prefix}{key}" if key in (*OWN, DATA) else key: value for key, value in values.items()}


def at(value: object, *keys: str) -> Any:
    """Return what stands under keys within keys; None where there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def listed(record: Record, key: str) -> list[Any]:
    """Return the list under a key, empty where it is missing or null. Raises `InputError` for anything else."""
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError(f"{quoted(key)} must be a list, found {quoted(value)}")
    return value


def needed(record: Record, key: str) -> str:
    """Return the name under a key. Raises `InputError` where there is none."""
    found = name(record.get(key))
    if found is None:
        raise InputError(f"{quoted(key)} is missing{did_you_mean(key, [each for each in record if each != key])}")
    return found


def _of_lines(path: Path, pages: tuple[str, ...]) -> Rows:
    for number, value in json_lines(path):
        for record in _unpacked(value, pages):
            yield number, record


def _whole(record: Any) -> Any:
    """Return a record, or the `InputError` that half a character is in it, which nothing could write again."""
    try:
        json.dumps(record, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return InputError("half a character (a lone surrogate)")
    except RecursionError:
        return InputError("nested too deeply")
    return record


def _starts_with_a_record(text: bytes) -> bool:
    try:
        return isinstance(from_json(text.lstrip().partition(b"\n")[0]), Mapping)
    except InputError:
        return False


def _unpacked(document: Any, pages: tuple[str, ...]) -> Iterator[Any]:
    for item in document if isinstance(document, list) else [document]:
        held = [item[key] for key in pages if isinstance(item, Mapping) and isinstance(item.get(key), list)]
        yield from held[0] if held else [item]
