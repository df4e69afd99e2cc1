"""The windows that did not count: what said so, which obligations they concerned, and how much time they removed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from sla_rules.instants import FIRST
from sla_rules.judged import NUMBER
from sla_rules.periods import bounds

if TYPE_CHECKING:
    from sla_rules.report.report import Report

MOST = 500
"""How many windows are listed."""
_WINDOW = ("kind", "start", "end", "scope", "id")
_TERMS = ("policy", "version", "calendar")


@dataclass(frozen=True, slots=True)
class TakenOut:
    """One window.

    Attributes:
        kind, scope, id: as in `Window`; the id names the event or the window passed in that says so.
        start_at, end_at: in microseconds; `end_at` is None for one without an end.
        concerned: from how many obligations and months it removed time.
        removed: the working time that it removed from all of them, in microseconds. Where windows overlap or a pause
            held as well, each has all that it would have removed alone.
    """

    kind: str
    start_at: int
    end_at: int | None
    scope: str | None
    id: str | None
    concerned: int
    removed: int


def taken_out(report: "Report") -> list[TakenOut]:
    """Return the windows that removed time from any obligation, by start."""
    pieces = _pieces(report)
    if pieces.is_empty():
        return []
    parts = [_removed(report, some) for some in pieces.partition_by(_TERMS)]
    found = pl.concat(parts).group_by(_WINDOW).agg(pl.len().alias("concerned"), pl.col("removed").sum())
    ordered = found.sort("start", "kind", "scope", "id", nulls_last=True)
    return [TakenOut(**row) for row in ordered.rename({"start": "start_at", "end": "end_at"}).iter_rows(named=True)]


def _pieces(report: "Report") -> pl.DataFrame:
    """Return one row for each verdict and window in which it stood still, and from when to when; in microseconds."""
    kinds = sorted({kind for version in report.agreement.versions for kind in version.windows})
    as_of = FIRST if report.as_of is None else report.as_of
    still = report.lazy.filter(pl.col("standing_still").list.len() > 0)
    over = pl.coalesce("stop", "cancelled").cast(NUMBER).fill_null(as_of)
    each = (
        still.select(
            *_TERMS,
            "period",
            "measured",
            pl.col("start").cast(NUMBER).alias("begun"),
            over.alias("over"),
            "standing_still",
        )
        .explode("standing_still")
        .unnest("standing_still")
        .filter(pl.col("kind").is_in(kinds))
        .with_columns(pl.col("start", "end").cast(NUMBER))
        .collect(engine="streaming")
    )
    first = pl.max_horizontal("begun", "start")
    month = pl.when(pl.col("measured").is_not_null()).then("month")
    last = pl.min_horizontal("over", month, pl.col("end").fill_null(as_of), pl.lit(as_of))
    joined = each.join(_months(report, each), on=["version", "period"], how="left", nulls_equal=True)
    return joined.with_columns(first.alias("first"), last.alias("last")).filter(pl.col("first") < pl.col("last"))


def _months(report: "Report", rows: pl.DataFrame) -> pl.DataFrame:
    """Return when the months of availabilities are over, by version and label."""
    zones = {version.version: version.zone for version in report.agreement.versions}
    labels = rows.filter(pl.col("measured").is_not_null()).select("version", "period").unique()
    ends = [bounds(period, "month", zones[version])[1] for version, period in labels.iter_rows()]
    return labels.with_columns(pl.Series("month", ends, dtype=NUMBER))


def _removed(report: "Report", rows: pl.DataFrame) -> pl.DataFrame:
    """Return windows with the counted time that each removed from each verdict of one policy and calendar."""
    policy, version, calendar = rows.row(0)[:3]
    terms = report.judged.terms[policy, version]
    if calendar is None:
        removed = rows["last"] - rows["first"]
    else:
        instants = (rows[name].cast(pl.Datetime("us")).to_numpy() for name in ("first", "last"))
        removed = pl.Series(terms.calendars[calendar].elapsed_many(*instants)).cast(NUMBER)
    return rows.select(*_WINDOW, removed.alias("removed")).filter(pl.col("removed") > 0)
