"""Raw rows of a source become events, by a map: rows that are events, changes, or cases with a column a milestone.

A raw frame has the columns of its source under their own names, typed or text, and `@row`, the number of each row.
Frames may come in pieces: nothing here looks beyond one. Which row of a case counts where several tell of it needs the
whole source, and is decided before (`latest.py`).
"""

from collections.abc import Iterator, Mapping

import polars as pl

from sla_rules.adapters.roles import ROW, Roles, as_text
from sla_rules.adapters.texts import Declared
from sla_rules.adapters.time_forms import DaysAndMonths, instants_in, why_no_instant
from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.sources.native import filled
from sla_rules.sources.parquet import time_as_text
from sla_rules.sources.refusals import Refusals, place


class Reshaping:
    """A map, made ready for the rows of a source.

    Attributes:
        events: how many events were made since `begin`.
        changed: the fields that changed in them, of changes.
        orders: whether the columns of times that were read tell day from month.
    """

    def __init__(self, roles: Roles, agreement: Agreement) -> None:
        """Take a map, and the agreement that says of what kind the fields are that the source has as text."""
        self._roles = roles
        self._map = roles.map
        self._zone = roles.zone
        self._change = roles.change
        self._declared = Declared(agreement, roles.zone, roles.map.times)
        self.begin()

    def begin(self) -> None:
        """Begin with the source anew."""
        self.events = 0
        self.changed: set[str] = set()
        self.orders = DaysAndMonths(self._map.times)

    def frames(self, raw: pl.DataFrame, label: str, refusals: Refusals) -> Iterator[pl.DataFrame]:
        """Yield the events of raw rows as `Incoming` has them, but for their file; `refusals` takes the other rows."""
        subject = self._roles.names(raw, "subject")
        if self._map.shape == "milestones":
            yield from self._milestones(raw, subject, label, refusals)
            return
        fields, values = self._values(raw), self._roles.names(raw, "type")
        if self._change is not None:
            changed = filled(self._change_value(raw, self._change.field))
            fields, values = self._changed(raw, changed, fields), changed + ".changed"
        elif self._map.type is not None:
            values = pl.Series([self._map.type]).new_from_index(0, raw.height)
        else:
            fields = self._sides(values, fields)
        times = self._times(raw, self._roles.their("time"))
        at = self._at(times, self._roles.their("time"))
        own = _Own(self._roles.names(raw, "id"), self._typed(values), subject, at, raw[ROW])
        good = own.type.is_not_null() & own.subject.is_not_null() & own.at.is_not_null()
        if not good.all():
            self._refuse(raw, own, times, ~good, label, refusals)
        yield self._frame(own, fields, good)

    def _milestones(
        self, raw: pl.DataFrame, subject: pl.Series, label: str, refusals: Refusals
    ) -> Iterator[pl.DataFrame]:
        fields = self._values(raw)
        known = subject.is_not_null()
        ids = self._roles.names(raw, "id") if "id" in self._map.columns else subject
        anything = pl.Series([False]).new_from_index(0, raw.height)
        for their, type in self._map.milestones.items():
            if their not in raw.columns:
                continue
            times = self._times(raw, their)
            at = self._at(times, their)
            anything |= times.is_not_null()
            bad = at.is_null() & times.is_not_null() & known
            for number, value in self._first(raw, times, bad, refusals):
                error = why_no_instant(value, self._zone, self._map.times)
                refusals.add(InputError(f"{their}: {error}"), place(label, number))
            types = self._typed(pl.Series([type])).new_from_index(0, raw.height)
            own = _Own(ids + f"/{type}", types, subject, at, raw[ROW])
            yield self._frame(own, fields, at.is_not_null() & known)
        for number, _ in self._first(raw, subject, ~known, refusals):
            refusals.add(InputError(f"{quoted(self._roles.their('subject'))} is missing"), place(label, number))
        for number, _ in self._first(raw, subject, known & ~anything, refusals):
            names = ", ".join(map(quoted, self._map.milestones))
            refusals.add(InputError(f"no milestone is there: none of {names}"), place(label, number))

    def _changed(self, raw: pl.DataFrame, changed: pl.Series, fields: dict[str, pl.Series]) -> dict[str, pl.Series]:
        """Add to the fields what a change says: `from`, `to`, and the field itself."""
        assert self._change is not None
        before, after = (self._change_value(raw, name) for name in (self._change.before, self._change.to))
        names = changed.unique(maintain_order=True).drop_nulls().to_list()
        self.changed.update(names)
        for name in names:
            if name in self._map.values:
                rows = (changed == name).fill_null(False)
                before, after = (self._translated(each, name).zip_with(rows, each) for each in (before, after))
            if self._roles.wants(name):
                rows = (changed == name).fill_null(False)
                there = fields.get(name)
                own = after.set(~rows, None)
                fields[name] = own if there is None else own.zip_with(rows, as_text(there))
        return fields | {name: each for name, each in (("from", before), ("to", after)) if self._roles.wants(name)}

    def _sides(self, types: pl.Series, fields: dict[str, pl.Series]) -> dict[str, pl.Series]:
        """Translate what events of the type `<field>.changed` say as `from` and `to`."""
        for field in self._map.values:
            rows = types.is_in([f"{field}.changed", f"{self._roles.their(field)}.changed"]).fill_null(False)
            for side in {"from", "to"} & fields.keys() if rows.any() else ():
                there = fields[side]
                if not there.dtype.is_nested():
                    fields[side] = as_text(self._translated(there, field)).zip_with(rows, as_text(there))
        return fields

    def _change_value(self, raw: pl.DataFrame, their: str) -> pl.Series:
        return self._roles.present(self._roles.text(raw, their))

    def _values(self, raw: pl.DataFrame) -> dict[str, pl.Series]:
        """Return the fields that are wanted, translated."""
        return {
            our: self._translated(self._roles.present(raw[their]), our)
            for our, their in self._roles.fields(raw.columns).items()
            if our != ROW and self._roles.wants(our)
        }

    def _translated(self, values: pl.Series, field: str) -> pl.Series:
        words = self._map.values.get(field)
        if not words or values.dtype.is_nested():
            return values
        if values.dtype.is_float() and (values.drop_nulls().floor() == values.drop_nulls()).all():
            values = values.cast(pl.Int64, strict=False)  # integers with gaps, as pandas has them
        return values.cast(pl.String).replace(list(words), list(words.values()))

    def _times(self, raw: pl.DataFrame, their: str) -> pl.Series:
        if their in raw.columns and isinstance(raw.schema[their], pl.Datetime):
            return raw[their]
        return filled(self._roles.present(self._roles.text(raw, their)))

    def _at(self, times: pl.Series, their: str) -> pl.Series:
        at = instants_in(times, self._zone, self._map.times)
        self.orders.look(their, times, at)
        return at

    def _typed(self, types: pl.Series) -> pl.Series:
        words = self._map.types
        return types.replace(list(words), list(words.values())) if words else types

    def _frame(self, own: "_Own", fields: Mapping[str, pl.Series], good: pl.Series) -> pl.DataFrame:
        """Return the good rows as events."""
        every = bool(good.all())
        kept = own if every else own.only(good)
        self.events += len(kept.at)
        columns = [
            self._declared.column(values if every else values.filter(good), name, kept.type, kept.at, self.orders)
            for name, values in fields.items()
        ]
        return pl.DataFrame([*kept.columns(), *columns])

    def _first(
        self, raw: pl.DataFrame, values: pl.Series, bad: pl.Series, refusals: Refusals
    ) -> list[tuple[int, object]]:
        """Return the number and value of bad rows, as many as can be listed; the others are counted."""
        if not bad.any():
            return []
        numbers, found = raw[ROW].filter(bad), values.filter(bad)
        refusals.unlisted += max(0, len(numbers) - refusals.room)
        room = refusals.room
        return list(zip(numbers.head(room).to_list(), _shown(found.head(room)), strict=True))

    def _refuse(
        self, raw: pl.DataFrame, own: "_Own", times: pl.Series, bad: pl.Series, label: str, refusals: Refusals
    ) -> None:
        """Say of rows why they are no events."""
        their_type = self._change.field if self._change is not None else self._roles.their("type")
        their_time = self._roles.their("time")
        lacking = {their_type: own.type, self._roles.their("subject"): own.subject, their_time: times}
        absent = {their: values.is_null().filter(bad).to_list() for their, values in lacking.items()}
        for which, (number, time) in enumerate(self._first(raw, times, bad, refusals)):
            name = next((their for their, nothing in absent.items() if nothing[which]), None)
            if name is None:
                error = InputError(f"{their_time}: {why_no_instant(time, self._zone, self._map.times)}")
            else:
                others = [other for other in raw.columns if other not in (ROW, name)]
                error = InputError(f"{quoted(name)} is missing{did_you_mean(name, others)}")
            refusals.add(error, place(label, number))


class _Own:
    """The columns that every event has."""

    def __init__(self, id: pl.Series, type: pl.Series, subject: pl.Series, at: pl.Series, row: pl.Series) -> None:
        self.id, self.type, self.subject, self.at, self.row = id, type, subject, at, row

    def only(self, rows: pl.Series) -> "_Own":
        return _Own(*(each.filter(rows) for each in (self.id, self.type, self.subject, self.at, self.row)))

    def columns(self) -> list[pl.Series]:
        return [getattr(self, name).alias(f"@{name}") for name in ("id", "type", "subject", "at", "row")]


def _shown(times: pl.Series) -> list[object]:
    """Return times or texts for a message."""
    kind = times.dtype
    if not isinstance(kind, pl.Datetime):
        return times.to_list()
    return times.alias("time").to_frame().select(time_as_text(kind)).to_series().to_list()
