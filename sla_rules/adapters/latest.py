"""Of several rows that tell of one case, the latest: audit logs write a case down at each of its changes."""

from collections.abc import Iterator, Sequence

import polars as pl

from sla_rules.adapters.raw import Raw
from sla_rules.adapters.roles import ROW, Roles
from sla_rules.adapters.time_forms import instants_in
from sla_rules.sources.refusals import Refusals


class Latest:
    """Which rows of a source count. The whole source is read for it once, before its events are.

    Times count, and integers where they are no times; of rows that are equally late the last one counts. Rows without
    a case count all, so that they are refused with their place.
    """

    def __init__(self, raws: Sequence[Raw], roles: Roles) -> None:
        """Take the parts of a source, and what their columns are."""
        self._raws = raws
        self._roles = roles
        self._rows: dict[object, pl.DataFrame] | None = None

    def rows(self, part: int) -> pl.DataFrame:
        """Return the numbers of those rows of a part that count. Raises `InputError` where it cannot be read."""
        if self._rows is None:
            every = pl.concat([_NONE, *self._ranked()])
            cased = pl.col("subject").is_not_null()
            order = ["late", "part", ROW]
            last = every.filter(cased).sort(order, nulls_last=False).unique("subject", keep="last")
            counting = pl.concat([last, every.filter(~cased)])
            self._rows = {number: rows for (number,), rows in counting.partition_by("part", as_dict=True).items()}
        return self._rows.get(part, _NONE).select(ROW)

    def _ranked(self) -> Iterator[pl.DataFrame]:
        """Yield the case of each row, how late it is, and where it stands."""
        for part, raw in enumerate(self._raws):
            for _, rows in raw.pieces(Refusals()):
                subject = self._roles.names(rows, "subject").alias("subject")
                where = pl.Series("part", [part]).new_from_index(0, rows.height)
                yield pl.DataFrame([subject, self._lateness(rows).alias("late"), where, rows[ROW]])

    def _lateness(self, rows: pl.DataFrame) -> pl.Series:
        their = self._roles.last_by(rows.columns)
        if their is None:
            return pl.Series([None], dtype=pl.Int64).new_from_index(0, rows.height)
        values = rows[their]
        if isinstance(values.dtype, pl.Datetime):
            return values.dt.cast_time_unit("us").to_physical()
        if values.dtype.is_numeric():
            return values.cast(pl.Int64, strict=False)
        texts = values.cast(pl.String)
        at = instants_in(texts, self._roles.zone, self._roles.map.times)
        return at.zip_with(at.is_not_null(), texts.cast(pl.Int64, strict=False))


_NONE = pl.DataFrame(schema={"subject": pl.String, "late": pl.Int64, "part": pl.Int64, ROW: pl.Int64})
