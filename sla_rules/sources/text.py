"""JSON Lines and CSV: rows that Python reads one by one, and whose fields become JSON text."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

from sla_rules.errors import InputError
from sla_rules.events import Event
from sla_rules.sources.cells import Cells
from sla_rules.sources.columns import DATA, OWN
from sla_rules.sources.fields import json_column
from sla_rules.sources.files import suffix_of
from sla_rules.sources.parts import TEXT_ROWS, Asked
from sla_rules.sources.refusals import Refusals, place
from sla_rules.sources.rows import TEXT_READERS, Rows, csv_header, event_of, readable


class TextPart:
    """A file of text; see `Part`."""

    def __init__(self, path: Path, label: str, asked: Asked) -> None:
        """Look at the header, where there is one.

        Raises:
            InputError: the file cannot be read, or its header lacks a column.
        """
        self.label = label
        self.size = None
        self.open = suffix_of(path) != ".csv"
        self.names: list[str] = []
        self.columns: list[str] = []
        self._path = path
        self._asked = asked
        if not self.open:
            with readable(path):
                self.names = csv_header(path)
            header = asked.renaming.header(self.names, f"{path}: ")
            self.columns = [name for name in header if name not in (*OWN, DATA)]

    def frames(self, refusals: Refusals) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield how many rows were read, and the events among them; `refusals` takes the other rows."""
        with readable(self._path):
            rows = TEXT_READERS[suffix_of(self._path)](self._path)
            while some := list(islice(rows, TEXT_ROWS)):
                yield len(some), self._events(iter(some), refusals)

    def _events(self, rows: Rows, refusals: Refusals) -> pl.DataFrame:
        events: list[Event] = []
        numbers: list[int] = []
        cells = Cells(self._asked.wanted)
        names = dict.fromkeys(self.names)
        for number, row in rows:
            where = place(self.label, number)
            if isinstance(row, dict):
                names.update(dict.fromkeys(row))
                row = self._asked.renaming.row(row)
            try:
                event = event_of(row, where, self._asked.agreement, self._asked.zone)
                cells.add(event.data)
            except InputError as error:
                refusals.add(error, where)
            else:
                events.append(event)
                numbers.append(number)
        self.names = list(names)
        self.columns = list(dict.fromkeys([*self.columns, *cells.names]))
        own = [
            pl.Series("@id", [event.id for event in events], pl.String),
            pl.Series("@type", [event.type for event in events], pl.String),
            pl.Series("@subject", [event.subject for event in events], pl.String),
            pl.Series("@at", [event.at for event in events], pl.Int64),
            pl.Series("@row", numbers, pl.Int64),
        ]
        return pl.DataFrame([*own, *(json_column(texts, name) for name, texts in cells.columns().items())])
