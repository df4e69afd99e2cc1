"""The files that a path or a glob names, and the events of one of them."""

from collections.abc import Callable, Iterable
from glob import glob, has_magic
from os import PathLike, fspath
from pathlib import Path

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, quoted
from sla_rules.events import Event, Finding
from sla_rules.sources.columns import Renaming
from sla_rules.sources.refusals import Refusals, place
from sla_rules.sources.rows import TEXT_READERS, Rows, csv_header, event_of, readable

PARQUET = ".parquet"
SUFFIXES = (*TEXT_READERS, PARQUET)


def read_events(path: str | Path, agreement: Agreement) -> tuple[list[Event], list[Finding]]:
    """Return the events of a file, and a finding for each row that is none.

    Args:
        path: a file whose name ends in `.jsonl`, `.ndjson`, `.csv` or `.parquet`.
        agreement: says of what kind the fields of a CSV file are.

    Raises:
        InputError: the file cannot be read, is of another sort, or lacks a column that every event needs.
    """
    path = Path(path)
    suffix = suffix_of(path)
    events: list[Event] = []
    refusals = Refusals()
    with readable(path):
        if suffix == ".csv":
            Renaming().header(csv_header(path), f"{path}: ")
        for number, row in _rows(path, suffix):
            where = place(path.name, number)
            try:
                events.append(event_of(row, where, agreement))
            except InputError as error:
                refusals.add(error, where)
    if not events:
        refusals.need_events(str(path))
    return events, refusals.findings(str(path))


def suffix_of(path: Path, hint: Callable[[Path], str] | None = None) -> str:
    """Return what the name of a file of events ends in.

    Args:
        path: of the file.
        hint: gives what else is said of a file that is none.

    Raises:
        InputError: it is none by its name.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path}: a file of events is one of {', '.join(SUFFIXES)}{hint(path) if hint else ''}")
    return suffix


def _rows(path: Path, suffix: str) -> Rows:
    if suffix == PARQUET:
        from sla_rules.sources.parquet import parquet_rows

        return parquet_rows(path)
    return TEXT_READERS[suffix](path)


def paths_of(
    source: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    of_events: bool = True,
    hint: Callable[[Path], str] | None = None,
) -> list[Path]:
    """Return the files that a path, a glob (`log/*.parquet`, sorted) or a list of them names.

    Args:
        source: what names them.
        of_events: whether each must be one of the files of events, by the end of its name.
        hint: gives what else is said of a file that is none of them.

    Raises:
        InputError: no file matches, or one is not of events.
    """
    given = [source] if isinstance(source, (str, PathLike)) else list(source)
    for each in given:
        if not isinstance(each, (str, PathLike)):
            raise InputError(f"{told(each)} is not the path of a file of events")
    if not given:
        raise InputError("an empty list of files is no source of events")
    paths = list(dict.fromkeys(path for each in given for path in _matching(fspath(each))))
    for path in paths:
        if of_events:
            suffix_of(path, hint)
        with readable(path), path.open("rb"):
            pass
    return paths


def told(value: object) -> str:
    """Return what a message calls a value that is no path: a word or a number as it is, others, which print as whole
    tables, by their type.
    """
    if value is None or isinstance(value, (str, bytes, int, float)):
        return quoted(value)
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def _matching(name: str) -> list[Path]:
    path = Path(name)
    if not has_magic(name) or path.exists():
        return [path]
    found = sorted(Path(each) for each in glob(name, recursive=True))
    if not found:
        raise InputError(f"no file matches {quoted(name)}")
    return found


def name_of(paths: list[Path]) -> str:
    """Return what a message calls files that are one source."""
    return str(paths[0]) if len(paths) == 1 else f"{len(paths)} files"


def labels_of(paths: list[Path]) -> list[str]:
    """Return what the places of each file begin with: its name, or its whole path where the names repeat."""
    names = [path.name for path in paths]
    return names if len(set(names)) == len(names) else [str(path) for path in paths]
