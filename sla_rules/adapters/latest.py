"""Of several rows that tell of one case, the latest: audit logs write a case down at each of its changes."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.adapters.raw import Raw
from sla_rules.adapters.roles import ROW, Roles, as_text
from sla_rules.adapters.time_forms import DaysAndMonths, instants_in, why_no_instant
from sla_rules.errors import InputError, quoted
from sla_rules.sources.refusals import Refusals, place

_SUBJECT = "@subject"
_DAY = "%Y-%m-%d"
_UTC = ZoneInfo("UTC")
_NUMBER = pl.Decimal(38, 9)
"""Numbers of any source: integers of 64 bits keep their order in it, as they do not as floats."""


class Latest:
    """Which rows of a source count. The whole source is read for it once, before its events are.

    Times count, and numbers where none of the values is a time; of rows that are equally late the last one counts. A
    row that does not say how late it is counts where it is the only one of its case. Rows without a case count all, so
    that they are refused with their place.

    Attributes:
        orders: whether the columns of times that were read tell day from month.
    """

    def __init__(self, raws: Sequence[Raw], roles: Roles, now: int | None) -> None:
        """Take the parts of a source, what their columns are, and the instant of knowledge, if one is asked about."""
        self.orders = DaysAndMonths(roles.map.times)
        self._raws = raws
        self._roles = roles
        self._now = now
        self._zone = roles.zone or _UTC  # without a zone at least their order is known
        self._rows: dict[object, pl.DataFrame] | None = None
        self._left: dict[object, pl.DataFrame] = {}
        self._column: str | None = None

    def among(self, raw: pl.DataFrame, part: int) -> pl.DataFrame:
        """Return those of the rows of a part that count.

        Raises:
            InputError: the source cannot be read, or says nowhere which of several rows of a case is the latest.
        """
        # A record of a document states several rows, and a line of records those of several cases, under one number.
        subject = self._roles.names(raw, "subject").alias(_SUBJECT)
        counting = self._counting().get(part, _NONE).select(ROW, _SUBJECT)
        known = raw.with_columns(subject).join(
            counting, on=[ROW, _SUBJECT], how="semi", nulls_equal=True, maintain_order="left"
        )
        return known.drop(_SUBJECT)

    def refuse(self, part: int, label: str, refusals: Refusals) -> None:
        """Say of the rows of a part that do not count for want of a value why. Raises `InputError` as `among`."""
        self._counting()
        left = self._left.get(part, _NONE)
        refusals.unlisted += max(0, left.height - refusals.room)
        for number, subject, value in left.head(refusals.room).select(ROW, _SUBJECT, "value").iter_rows():
            if value is None:
                why = f"{quoted(self._column)} is missing, and other rows tell of {quoted(subject)} too"
            else:
                why = f"{self._column}: {why_no_instant(value, self._zone, self._roles.map.times)}"
            refusals.add(InputError(why), place(label, number))

    def _counting(self) -> dict[object, pl.DataFrame]:
        """Return the rows that count, by part."""
        if self._rows is None:
            record = [_SUBJECT, "part", ROW]
            of_record = [pl.col("at", "number").max(), pl.col("value").drop_nulls().first()]
            every = pl.concat([_NONE, *self._ranked()]).group_by(record, maintain_order=True).agg(of_record)
            self._rows = _by_part(self._chosen(every))
        return self._rows

    def _chosen(self, every: pl.DataFrame) -> pl.DataFrame:
        there = list(dict.fromkeys(name for raw in self._raws for name in raw.names if name != ROW))
        self._column = self._roles.last_by(there)
        cased = every.filter(pl.col(_SUBJECT).is_not_null())
        several = pl.col(_SUBJECT).is_duplicated()
        if self._column is None:
            if (rows := cased.filter(several)).height:
                raise self._roles.no_last_by(there, rows[_SUBJECT][0])
            return every
        late = "at" if every["at"].is_not_null().any() else "number"
        known = pl.col(late).is_not_null()
        values = every["value"].drop_nulls()
        if len(values) and every[late].is_null().all():
            shown = f"{quoted(self._column)} holds no times or numbers, such as {quoted(values[0])}"
            raise InputError(f"`last_by`: column {shown}; give forms of times with `times`")
        self._left = _by_part(cased.filter(~known & several))
        alone = cased.filter(~known & ~several)
        ordered = cased.filter(known).sort(late, "part", ROW)
        # What was written later is not known yet; of a case that was only written down later, the first counts.
        later = pl.lit(False) if self._now is None or late == "number" else pl.col("at") > self._now
        latest = ordered.filter(~later).unique(_SUBJECT, keep="last", maintain_order=True)
        first = ordered.filter(later).unique(_SUBJECT, keep="first", maintain_order=True)
        only_later = first.join(latest, on=_SUBJECT, how="anti", maintain_order="left")
        return pl.concat([latest, only_later, alone, every.filter(pl.col(_SUBJECT).is_null())])

    def _ranked(self) -> Iterator[pl.DataFrame]:
        """Yield the case of each row, how late it is, and where it stands."""
        for part, raw in enumerate(self._raws):
            for _, rows in raw.pieces(Refusals()):
                subject = self._roles.names(rows, "subject").alias(_SUBJECT)
                where = pl.Series("part", [part]).new_from_index(0, rows.height)
                yield pl.DataFrame([subject, *self._lateness(rows), where, rows[ROW]])

    def _lateness(self, rows: pl.DataFrame) -> list[pl.Series]:
        """Return the values of a piece as times and as numbers, and as they are where they are no times."""
        their = self._roles.last_by(rows.columns)
        if their is None:
            return [pl.Series(name, [None], _NONE.schema[name]).new_from_index(0, rows.height) for name in _VALUES]
        values = self._roles.present(rows[their])
        if values.dtype == pl.Date:
            values = values.cast(pl.Datetime("us"))
        if not isinstance(values.dtype, pl.Datetime):
            texts = as_text(values)
            at = instants_in(texts, self._zone, (*self._roles.map.times, _DAY))
            if their not in self._roles.map.milestones:
                self.orders.look(their, texts, at)
            number = (values if values.dtype.is_numeric() else texts).cast(_NUMBER, strict=False)
            return [at.alias("at"), number.alias("number"), texts.set(at.is_not_null(), None).alias("value")]
        at = instants_in(values, self._zone, ())
        return [
            at.alias("at"),
            pl.Series("number", [None], _NUMBER).new_from_index(0, rows.height),
            as_text(values).set(at.is_not_null(), None).alias("value"),
        ]


def _by_part(rows: pl.DataFrame) -> dict[object, pl.DataFrame]:
    return {number: some for (number,), some in rows.partition_by("part", as_dict=True).items()}


_VALUES = ("at", "number", "value")
_NONE = pl.DataFrame(
    schema={
        _SUBJECT: pl.String, "at": pl.Int64, "number": _NUMBER, "value": pl.String, "part": pl.Int64, ROW: pl.Int64,
    }
)  # fmt: skip
