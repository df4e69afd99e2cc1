"""Where promises break: every policy by period, or some of them by weekday and hour."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import altair as alt
import polars as pl

from sla_rules.instants import MINUTE, moment
from sla_rules.judged import IS_PERIOD
from sla_rules.periods import Period
from sla_rules.reason import percent
from sla_rules.report.plots.counts import counted_rows
from sla_rules.report.plots.style import INK, Plot, Row, chosen, claimed, data, nothing, title
from sla_rules.report.summary import of_lines
from sla_rules.verdict import Outcome

if TYPE_CHECKING:
    from sla_rules.report.report import Report

CELL = 26
"""The height of a row, in pixels."""
NONE_BROKEN = "#cfe3f1"
DARKER = ["#fde0cf", "#d55e00"]
"""From hardly any to all."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_NAMED = 3
"""How many policies the title names."""
STEP = 15 * MINUTE
"""Zones are a multiple of it away from UTC, so that all instants of a step have one weekday and hour."""

Counted = dict[tuple[str, int], Counter[str]]
"""How many obligations came to which outcome, by the weekday and the hour of their start."""


def by_period(report: "Report", per: Period) -> Plot:
    """Return the chart of all policies, as `Plots.heatmap` describes it."""
    what = f"Breached obligations by policy and {per}"
    rows = [_missed(row) for row in counted_rows(report, claimed(report), per)]
    if not rows:
        return nothing(report, what, "nothing is counted")
    x = alt.X("period:O", title=None, axis=alt.Axis(orient="top", labelAngle=-45))
    names = [line.name for line in report.summary]
    y = alt.Y("policy:N", title=None, sort=names, axis=alt.Axis(labelLimit=260))
    told = ("policy", "clause", "period", "share", "counts", "promised", "state")
    cells = alt.Chart(data(rows, "take a longer `per`"), title=title(report, what))
    return _map(cells.encode(x=x, y=y, tooltip=[f"{name}:N" for name in told]), "below what was promised")


def by_hour(report: "Report", policy: str | Iterable[str]) -> Plot:
    """Return the chart of some policies, as `Plots.heatmap` describes it."""
    wanted = chosen(report, policy)
    of = ", ".join(wanted) if len(wanted) <= MOST_NAMED else f"{len(wanted)} policies"
    what = f"Breached obligations of {of} by their start"
    counted = _starts(report, wanted)
    if not counted:
        return nothing(report, what, "nothing is counted that has a start")
    rows = [_cell(weekday, hour, counts) for (weekday, hour), counts in counted.items()]
    x = alt.X("hour:O", title=f"hour in {report.agreement.timezone}", scale=alt.Scale(domain=list(range(24))))
    y = alt.Y("weekday:N", title=None, scale=alt.Scale(domain=list(WEEKDAYS)))
    cells = alt.Chart(data(rows, "name fewer policies"), title=title(report, what))
    told = ("weekday", "hour", "share", "counts")
    return _map(cells.encode(x=x, y=y, tooltip=[f"{name}:N" for name in told]), "breached")


def _map(cells: alt.Chart, measure: str) -> Plot:
    """Return cells, those that are broken darker the more they are, with the number of breached obligations."""
    scale = alt.Scale(domain=[0, 1], range=DARKER)
    shade = alt.Color("missing:Q", title=measure, scale=scale, legend=alt.Legend(format=".0%"))
    kept = cells.transform_filter("!datum.broken").mark_rect(color=NONE_BROKEN, stroke="white")
    broken = cells.transform_filter("datum.broken").mark_rect(stroke="white").encode(color=shade)
    numbers = cells.transform_filter("datum.breached > 0").mark_text(color=INK).encode(text="breached:Q")
    return alt.layer(kept, broken, numbers).properties(width=alt.Step(CELL + 6), height=alt.Step(CELL))


def _missed(row: Row) -> Row:
    """Add to a row how much is missing to the promise."""
    return row | {"broken": row["state"] == "broken", "missing": max(0.0, row["least"] - row["attained"])}


def _starts(report: "Report", wanted: Iterable[str]) -> Counted:
    """Return how many obligations there are of each outcome, by the weekday and hour in which they began."""
    decided = pl.col("outcome").cast(pl.String).is_in([str(Outcome.MET), str(Outcome.BREACHED)])
    some = report.lazy.filter(of_lines(claimed(report, wanted)), ~IS_PERIOD, decided, pl.col("start").is_not_null())
    step = (pl.col("start").cast(pl.Int64) // STEP).alias("step")
    found: Counted = {}
    for at, outcome, number in some.group_by(step, "outcome").len().collect(engine="streaming").iter_rows():
        found.setdefault(_hour(at * STEP, report.agreement.zone), Counter())[outcome] += number
    return found


def _hour(at: int, zone: ZoneInfo) -> tuple[str, int]:
    """Return the weekday and hour of an instant in a time zone."""
    try:
        began: datetime = moment(at).astimezone(zone)
    except OverflowError:  # a zone can lead out of the years 1 to 9999
        began = moment(at)
    return WEEKDAYS[began.weekday()], began.hour


def _cell(weekday: str, hour: int, counts: Counter[str]) -> Row:
    breached, counted = counts[Outcome.BREACHED], counts.total()
    share = Fraction(breached, counted)
    return {
        "weekday": weekday,
        "hour": hour,
        "breached": breached,
        "broken": breached > 0,
        "missing": float(share),
        "share": f"{percent(share)} breached",
        "counts": f"{breached:,} of {counted:,} breached",
    }
