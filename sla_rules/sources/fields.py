"""The columns of a frame that hold the fields of its events, `data` among them, as they are put out."""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass

import polars as pl

from sla_rules.sources.cells import NULL, as_json, unpacked
from sla_rules.sources.columns import DATA, OWN

PREFIX = "json:"
"""What the name of a column of JSON text begins with."""


def json_column(texts: pl.Series, name: str) -> pl.Series:
    """Return JSON text as the column of a field, in which null is missing."""
    is_null = texts == NULL
    return (texts.set(is_null, None) if is_null.any() else texts).alias(f"{PREFIX}{name}")


@dataclass(frozen=True)
class Fields:
    """Which fields a frame has, and where. Those in `data` win over columns of the same name.

    Attributes:
        top: those that are columns.
        encoded: those of them that are JSON text already.
        inner: those of a `data` that is a struct.
        packed: whether `data` is JSON text.
    """

    top: tuple[str, ...]
    encoded: frozenset[str]
    inner: tuple[str, ...]
    packed: bool

    @classmethod
    def of(cls, kinds: Mapping[str, pl.DataType], encoded: Collection[str]) -> "Fields":
        """Return the fields of a frame with these columns, of which `encoded` are JSON text."""
        data = kinds.get(DATA, pl.Null())
        inner = tuple(field.name for field in data.fields) if isinstance(data, pl.Struct) else ()
        top = tuple(name for name in kinds if name not in (*OWN, DATA))
        return cls(top, frozenset(encoded), inner, not isinstance(data, (pl.Struct, pl.Null)))

    def only(self, wanted: Container[str] | None) -> "Fields":
        """Return those that are wanted, all of them for None."""
        if wanted is None:
            return self
        top, inner = (tuple(name for name in names if name in wanted) for names in (self.top, self.inner))
        return Fields(top, self.encoded, inner, self.packed)

    @property
    def names(self) -> list[str]:
        """Their names; of JSON text they are not known."""
        return list(dict.fromkeys([*self.top, *self.inner]))

    def of_struct(self, frame: pl.DataFrame) -> list[pl.Series]:
        """Return the columns of a frame whose `data`, if there is one, is a struct."""
        columns = [self._column(frame, name) for name in self.top if name not in self.inner]
        for name in self.inner:
            field = frame[DATA].struct.field(name)
            if name in self.top:
                there = frame[DATA].is_not_null()
                texts = as_json(field.alias(name)).zip_with(there, self._as_json(frame, name))
                columns.append(json_column(texts, name))
            else:
                columns.append(typed_column(field, name))
        return columns

    def of_json(
        self, frame: pl.DataFrame, wanted: Container[str] | None
    ) -> tuple[list[pl.Series], list[str], pl.Series]:
        """Return the columns of a frame whose `data` is JSON text, the names in it, and which rows are no objects."""
        inner, names, refused = unpacked(frame[DATA], wanted)
        columns = [self._column(frame, name) for name in self.top if name not in inner]
        for name, texts in inner.items():
            both = texts.zip_with(texts.is_not_null(), self._as_json(frame, name)) if name in self.top else texts
            columns.append(json_column(both, name))
        return columns, names, refused

    def _column(self, frame: pl.DataFrame, name: str) -> pl.Series:
        return json_column(frame[name], name) if name in self.encoded else typed_column(frame[name], name)

    def _as_json(self, frame: pl.DataFrame, name: str) -> pl.Series:
        return frame[name] if name in self.encoded else as_json(frame[name])


def typed_column(values: pl.Series, name: str) -> pl.Series:
    """Return values as the column of a field."""
    # What would be taken for one of the columns of our own is put out as JSON text, and what no file can hold.
    if name.startswith(("@", PREFIX)) or values.dtype in (pl.Object, pl.Struct([])):
        return json_column(as_json(values.alias(name)), name)
    return values.alias(name)
