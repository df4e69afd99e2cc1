"""What the columns of a source are to a map: which say who and when, which are fields, which are not needed."""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.adapters.mapping import ChangeColumns, SourceMap
from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.events import Finding
from sla_rules.sources.cells import as_json
from sla_rules.sources.columns import DATA, OWN, Renaming, refuse_twice
from sla_rules.sources.native import check_kind, filled

ROW = "@row"
"""The column of a raw frame that numbers its rows."""
MOST_SHOWN = 10
"""How many columns a message lists."""


class Roles:
    """A map and what is asked of a source.

    Attributes:
        map: the map.
        zone: that of times without an offset; without it they are findings.
        change: the columns that say what changed; None where rows are no changes.
    """

    def __init__(
        self,
        map: SourceMap,
        zone: ZoneInfo | None,
        *,
        wanted: Container[str] | None = None,
        required: Collection[str] | None = None,
        last_by: str | None = None,
    ) -> None:
        """Take a map.

        Args:
            map: the map.
            zone: that of times without an offset.
            wanted: the fields that are needed; the others are left out. None is all.
            required: the columns that must be there; all that the map names unless given.
            last_by: the column of a document that says which record of a case counts.
        """
        self.map = map
        self.zone = zone
        self.change = map.changes or (ChangeColumns() if map.shape == "changes" else None)
        self._wanted = wanted
        self._required = required
        self._renaming = Renaming(map.columns)
        self._last_by = map.last_by if last_by is None else (last_by,)

    def their(self, our: str) -> str:
        """Return the column of the source that one of our names stands for."""
        return self.map.columns.get(our, our)

    def check(self, there: Iterable[str]) -> None:
        """Refuse a column of the map that no part of a source has. Raises `InputError` with the nearest one."""
        there = list(there)
        for their in self.map.named if self._required is None else self._required:
            if their not in there:
                raise no_column(their, there)
        if self._required is None and self.map.last_by and self.last_by(there) is None:
            raise no_column(self.map.last_by[0], there)

    def header(self, there: Iterable[str], where: str) -> None:
        """Refuse a part of a source that lacks what every event needs; `where` begins the message."""
        there = list(there)
        refuse_twice(there, where)
        for name in self._needed():
            if name not in there:
                raise no_column(name, there, where)
        if self.map.milestones and not self.map.milestones.keys() & set(there):
            raise no_column(next(iter(self.map.milestones)), there, where)

    def _needed(self) -> list[str]:
        """Return the columns without which no row is an event."""
        if self.map.shape == "milestones":
            return [self.their("subject")]
        if self.change is not None:
            return [self.their("subject"), self.change.field, self.their("time")]
        type = [self.their("type")] if self.map.type is None else []
        return [*type, self.their("subject"), self.their("time")]

    def roles(self, there: Iterable[str]) -> dict[str, str]:
        """Return the columns that say who and when, with our names for them; `time` for each milestone."""
        there = list(there)
        own = {"id", "subject", "time"} if self.map.type or self.change else set(OWN)
        if self.map.shape == "milestones":
            own = {"subject"} | ({"id"} & self.map.columns.keys())
        roles = {self.their(our): our for our in OWN if our in own}
        roles |= dict.fromkeys(self.map.milestones, "time")
        return {their: our for their, our in roles.items() if their in there}

    def check_kinds(self, schema: Mapping[str, pl.DataType], where: str) -> None:
        """Refuse typed columns that cannot be what the map says. Raises `InputError`."""
        for their, our in self.roles(schema).items():
            check_kind(our, schema[their], f"{where}column {quoted(their)}", self.zone)

    def fields(self, there: Iterable[str]) -> dict[str, str]:
        """Return the fields of the events, wanted or not, with the columns of the source that hold them."""
        apart = {*self.map.milestones, *OWN, DATA}
        if self.change is not None:
            apart |= {self.change.field, self.change.before, self.change.to}
        apart -= set(self.map.columns.values())
        names = self._renaming.names(there)
        return {our: their for our, their in names.items() if our not in (*OWN, DATA) and their not in apart}

    @property
    def latest_only(self) -> bool:
        """Whether of several rows, or records, of one case only the latest counts."""
        return bool(self._last_by)

    def unknown_values(self, fields: Collection[str]) -> list[Finding]:
        """Return a finding for each field whose values the map translates, and which is none of those there are.

        Of changes only where one is spelt nearly like it: a field need not change.
        """
        absent = {name: did_you_mean(name, sorted(fields)) for name in self.map.values if name not in fields}
        return [
            Finding("unknown_field", f"values: no field {quoted(name)}{near}")
            for name, near in absent.items()
            if near or self.change is None
        ]

    def last_by(self, there: Iterable[str]) -> str | None:
        """Return the column that says which row of a case counts."""
        there = list(there)
        return next((name for name in self._last_by if name in there), None)

    def no_last_by(self, there: Iterable[str], subject: str) -> InputError:
        """Return the error that nothing says which of the rows of a case counts."""
        say = "; say with `last_by` by which column the latest of them counts" if self.map.last_by else ""
        return no_column(self._last_by[0], list(there), hint=f", and several rows tell of {quoted(subject)}{say}")

    def used(self, there: Iterable[str]) -> list[str]:
        """Return the columns of a source that are needed at all, in its order."""
        there = list(there)
        used = {*self.roles(there), self.last_by(there)}
        used |= {their for our, their in self.fields(there).items() if self.wants(our)}
        if self.change is not None:
            used |= {self.change.field, self.change.before, self.change.to}
        return [name for name in there if name in used and name != ROW]

    def wants(self, field: str) -> bool:
        """Say whether a field is needed."""
        return self._wanted is None or field in self._wanted

    def names(self, raw: pl.DataFrame, our: str) -> pl.Series:
        """Return the text of one of our names; null where nothing is there."""
        return filled(self.present(self.text(raw, self.their(our))))

    def text(self, raw: pl.DataFrame, their: str) -> pl.Series:
        """Return a column of raw rows as text, where nothing is there as null throughout."""
        if their not in raw.columns:
            return pl.Series([None], dtype=pl.String).new_from_index(0, raw.height)
        return as_text(raw[their])

    def present(self, values: pl.Series) -> pl.Series:
        """Return values in which text that means nothing is null."""
        if values.dtype in (pl.Categorical, pl.Enum):
            values = values.cast(pl.String)
        if values.dtype != pl.String:
            return values
        nothing = values.is_in(list(self.map.missing))
        return values.set(nothing, None) if nothing.any() else values


def as_text(values: pl.Series) -> pl.Series:
    """Return values as text, nested ones as JSON."""
    nested = values.dtype.is_nested() or values.dtype == pl.Object
    return as_json(values) if nested else values.cast(pl.String, strict=False)


def no_column(name: str, there: Sequence[str], where: str = "", hint: str = "") -> InputError:
    """Return the error that a column is missing.

    Args:
        name: of the column.
        there: those that there are; the first ones are shown.
        where: what the message begins with.
        hint: what else might help; the nearest column unless given.
    """
    more = f" and {len(there) - MOST_SHOWN} more" if len(there) > MOST_SHOWN else ""
    shown = f"columns: {list(there[:MOST_SHOWN])}{more}"
    return InputError(f"{where}no column {quoted(name)}{hint or did_you_mean(name, there)}; {shown}")
