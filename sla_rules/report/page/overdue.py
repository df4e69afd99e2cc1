"""The cases that are most overdue, of each of many groups, found together."""

from collections.abc import Mapping
from operator import attrgetter
from typing import TYPE_CHECKING

import polars as pl

from sla_rules.judged import IS_PERIOD, NUMBER
from sla_rules.report.page.parts import Part
from sla_rules.verdict import Verdict

if TYPE_CHECKING:
    from sla_rules.report.report import Report

Group = tuple[str | None, ...]
"""What the verdicts of a group have in common: their values of some columns."""

OF_POLICY = ("policy", "version")
OF_PERIOD = (*OF_POLICY, "period")
"""The columns by which the instances of a policy are known, and those of one of its periods."""
_ORDER = ("margin", "start", "subject")
ROWS = 50_000
"""How many verdicts are looked at together."""


def most_overdue(
    by: tuple[str, ...], wanted: Mapping[tuple[Part, Group], int]
) -> dict[tuple[Part, Group], list[Verdict]]:
    """Return some breached instances of each group, the most overdue first; those that cannot be late come by start.

    Args:
        by: the columns that make groups, `OF_POLICY` or `OF_PERIOD`.
        wanted: how many are wanted of each group.

    Returns:
        The instances of each group that has any.
    """
    of_parts: dict[Part, dict[Group, int]] = {}
    for (part, group), most in wanted.items():
        of_parts.setdefault(part, {})[group] = most
    return {
        (part, group): found
        for part, groups in of_parts.items()
        for group, found in _of_report(part.report, by, groups).items()
    }


def _of_report(report: "Report", by: tuple[str, ...], wanted: Mapping[Group, int]) -> dict[Group, list[Verdict]]:
    breached = report.judged.breached.filter(~IS_PERIOD)
    types = breached.collect_schema()
    asked = [(*group, most) for group, most in wanted.items()]
    groups = pl.DataFrame(asked, {**{name: types[name] for name in by}, "most": NUMBER}, orient="row")
    taken = pl.DataFrame(schema=types)
    # There may be millions, of which no more are held than are wanted.
    for rows in breached.collect_batches(chunk_size=ROWS):
        taken = _first(pl.concat([taken, rows]), by, groups)
    found: dict[Group, list[Verdict]] = {}
    for verdict in report.of(taken):
        found.setdefault(attrgetter(*by)(verdict), []).append(verdict)
    return found


def _first(rows: pl.DataFrame, by: tuple[str, ...], groups: pl.DataFrame) -> pl.DataFrame:
    """Return as many rows of each group as are wanted, in order; those as overdue stay as they come."""
    places = rows.select(*by, *_ORDER).with_row_index("row").join(groups, on=by, nulls_equal=True)
    ordered = places.sort(*_ORDER, "row", nulls_last=True)
    return rows[ordered.filter(pl.int_range(pl.len()).over(by) < pl.col("most"))["row"]]
