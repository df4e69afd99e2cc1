"""What a source holds, counted piece by piece: memory grows with the cases, eight bytes each, not with the events."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from sla_rules.errors import InputError
from sla_rules.events import Finding
from sla_rules.sources.fields import PREFIX
from sla_rules.sources.incoming import Incoming

MOST_VALUES = 40
"""Distinct values up to which a field is taken for one that has few."""
MOST_TYPES = 1_000
"""Types of events that are counted one by one."""
_MERGED = 200_000

_OWN = ("@id", "@type", "@subject", "@at", "@file", "@row")


@dataclass
class Field:
    """A field of the events.

    Attributes:
        events: how many have it.
        values: its values, each with the number of its events; None where there are too many or they are no texts.
    """

    events: int = 0
    values: Counter[str] | None = field(default_factory=Counter)

    def add(self, column: pl.Series) -> None:
        """Count a column."""
        there = column.drop_nulls()
        self.events += len(there)
        if self.values is None:
            return
        if column.dtype.is_nested() or there.n_unique() > MOST_VALUES:
            self.values = None
            return
        for value, number in there.cast(pl.String).value_counts().iter_rows():
            self.values[value] += number
        if len(self.values) > MOST_VALUES:
            self.values = None


@dataclass
class Counts:
    """What was counted.

    Attributes:
        rows: how many were read.
        events: how many they are.
        cases: how many subjects there are.
        first: the earliest instant, in microseconds since 1970 UTC; None where there is no event.
        last: the latest.
        types: the types of events, each with their number.
        fields: the fields of the events by name.
        findings: the rows that are no events, as `Incoming` lists them.
    """

    rows: int = 0
    events: int = 0
    cases: int = 0
    first: int | None = None
    last: int | None = None
    types: Counter[str] = field(default_factory=Counter)
    fields: dict[str, Field] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def counted(incoming: Incoming) -> Counts:
    """Read a source and return what it holds. That no row is an event is among the findings.

    Raises:
        InputError: it cannot be read.
    """
    counts, cases = Counts(), _Distinct()
    try:
        for frame in incoming:
            _add(counts, frame)
            cases.add(frame["@subject"])
    except InputError:
        if counts.events or not incoming.findings:
            raise
    counts.rows, counts.findings, counts.cases = incoming.rows, incoming.findings, cases.number
    return counts


def _add(counts: Counts, frame: pl.DataFrame) -> None:
    counts.events += frame.height
    first, last = frame["@at"].min(), frame["@at"].max()
    assert isinstance(first, int)
    assert isinstance(last, int)
    counts.first = first if counts.first is None else min(first, counts.first)
    counts.last = last if counts.last is None else max(last, counts.last)
    for type, number in frame["@type"].value_counts().iter_rows():
        if type in counts.types or len(counts.types) < MOST_TYPES:
            counts.types[type] += number
    for column in frame:
        if column.name not in _OWN:
            encoded = column.name.startswith(PREFIX)
            one = counts.fields.setdefault(column.name.removeprefix(PREFIX), Field())
            if encoded:
                one.values = None
            one.add(column)


def most_common(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return words with their numbers, the most frequent first, those of one number by the alphabet."""
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


class _Distinct:
    """Counts distinct texts by 64 bits of each: two that share them, of a million, are unheard of."""

    def __init__(self) -> None:
        self._seen = pl.Series([], dtype=pl.UInt64)
        self._new: list[pl.Series] = []
        self._waiting = 0

    def add(self, texts: pl.Series) -> None:
        self._new.append(texts.hash().unique())
        self._waiting += len(self._new[-1])
        if self._waiting > max(_MERGED, len(self._seen)):
            self._merge()

    @property
    def number(self) -> int:
        self._merge()
        return len(self._seen)

    def _merge(self) -> None:
        self._seen = pl.concat([self._seen, *(each.rename("") for each in self._new)]).unique()
        self._new, self._waiting = [], 0
