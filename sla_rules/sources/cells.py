"""Fields as columns of JSON text. Null is no value; the text `null` is a value that is null."""

from collections.abc import Container, Mapping

import polars as pl

from sla_rules.errors import InputError, quoted
from sla_rules.sources.encoding import to_json
from sla_rules.sources.rows import data_of

NULL = "null"


class Cells:
    """Columns of JSON text that grow row by row.

    Attributes:
        names: every field seen, wanted or not, in order.
    """

    def __init__(self, wanted: Container[str] | None) -> None:
        self.names: dict[str, None] = {}
        self._wanted = wanted
        self._columns: dict[str, list[str | None]] = {}
        self._height = 0

    def add(self, data: Mapping[str, object]) -> None:
        """Add a row with these fields. Raises `InputError`, and adds none, where one cannot be written as JSON."""
        wanted = self._wanted
        written = {name: to_json(value) for name, value in data.items() if wanted is None or name in wanted}
        self.names.update(dict.fromkeys(data))
        for name, text in written.items():
            column = self._columns.setdefault(name, [])
            column.extend([None] * (self._height - len(column)))
            column.append(text)
        self._height += 1

    def columns(self) -> dict[str, pl.Series]:
        """Return the columns of the wanted fields by name."""
        for column in self._columns.values():
            column.extend([None] * (self._height - len(column)))
        return {name: pl.Series(name, column, pl.String) for name, column in self._columns.items()}


def as_json(values: pl.Series) -> pl.Series:
    """Return the values of a column as JSON text.

    Raises:
        InputError: JSON has nothing for a value.
    """
    try:
        return pl.Series(values.name, [None if v is None else to_json(v) for v in values.to_list()], pl.String)
    except (InputError, ValueError, OverflowError) as error:
        raise InputError(f"column {quoted(values.name)}: {error}") from None


def unpacked(texts: pl.Series, wanted: Container[str] | None) -> tuple[dict[str, pl.Series], list[str], pl.Series]:
    """Read a column of objects written as JSON text, each distinct text once.

    Returns:
        The columns of the wanted fields, the names of all fields, and which rows cannot be read.
    """
    distinct = texts.unique().drop_nulls()
    cells = Cells(wanted)
    refused = []
    for text in distinct:
        try:
            cells.add(data_of(text) if text else {})
            refused.append(False)
        except InputError:
            cells.add({})
            refused.append(True)
    # Numbered names, since a field may have any name.
    fields = cells.columns()
    numbered = [each.alias(f"{n}") for n, each in enumerate(fields.values())]
    known = pl.DataFrame([distinct.alias("text"), pl.Series("refused", refused, pl.Boolean), *numbered])
    rows = texts.alias("text").to_frame().join(known, on="text", how="left", maintain_order="left")
    bad = rows["refused"].fill_null(False)
    return {name: rows[f"{n}"] for n, name in enumerate(fields)}, list(cells.names), bad
