"""XES (IEEE 1849), as `.xes` or `.xes.gz`, read trace by trace; memory grows with one trace, never with the file.

Documents with a type definition (DTD), and so all entities of their own, are refused. Attributes of the log, defaults
of `global` and classifiers are not read.
"""

import zlib
from collections.abc import Iterator
from gzip import BadGzipFile, GzipFile
from itertools import count
from pathlib import Path
from typing import IO, cast
from zoneinfo import ZoneInfo

from sla_rules.adapters.documents.records import Row
from sla_rules.adapters.documents.xes_log import Log
from sla_rules.errors import InputError
from sla_rules.sources.rows import Rows, readable

_PIECE = 1 << 20
_GZIP = b"\x1f\x8b"


def xes_rows(path: Path, _: ZoneInfo | None = None) -> Rows:
    """Yield the events of a log with their count from 1.

    The type is `concept:name`, the subject that of the trace, the id `identity:id`. An attribute of an event is the
    field of its key, one of the trace `case:<key>`, as pm4py names them. One within another is `<key>/<inner key>`;
    a list is a list, a container an object.

    Raises:
        InputError: the file cannot be opened.
    """
    numbers = count(1)
    for row in _rows(path):
        yield next(numbers), row


def root_of(path: Path) -> str | None:
    """Return the name of the outermost element; None where the file does not begin as XML that is read here."""
    log = Log()
    try:
        with readable(path), path.open("rb") as file:
            log.parse(next(_pieces(file), b""))
    except InputError:
        pass
    return log.root


def _rows(path: Path) -> Iterator[Row | InputError]:
    log = Log()
    refused = None
    with readable(path), path.open("rb") as file:
        pieces = _pieces(file)
        while refused is None and not log.ended:
            try:
                log.parse(next(pieces, b""))
            except InputError as error:
                refused = error
            yield from log.taken()
    if refused is not None:
        yield refused


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    packed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    unpacked = cast(IO[bytes], GzipFile(fileobj=file)) if packed else file
    try:
        while piece := unpacked.read(_PIECE):
            yield piece
    except (BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"not gzip: {error}") from None
