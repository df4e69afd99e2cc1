"""How much of each policy was met, period by period: a bar each, beside a rule at what was promised."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import altair as alt

from sla_rules.periods import Period
from sla_rules.report.plots.counts import counted_rows
from sla_rules.report.plots.style import (
    BROKEN,
    INK,
    SERIES,
    STATES,
    Plot,
    chosen,
    claimed,
    data,
    nothing,
    title,
)
from sla_rules.report.summary import Line

if TYPE_CHECKING:
    from sla_rules.report.report import Report

COLUMNS = 3
"""How many policies are side by side."""
WIDTH, HEIGHT = 210, 90
WHAT = "Share of obligations met"
TOLD = ("policy", "clause", "period", "share", "counts", "promised", "state")
"""What resting on a bar tells."""


def attainment(report: "Report", policy: str | Iterable[str] | None, per: Period | None, by: tuple[str, ...]) -> Plot:
    """Return the chart, as `Plots.attainment` describes it."""
    lines = claimed(report, chosen(report, policy))
    rows = counted_rows(report, lines, per, by)
    if not rows:
        return nothing(report, WHAT, "nothing is counted")
    shown = data(rows, "name a policy, a longer `per`, or fewer fields in `by`")
    names = [line.name for line in lines if any(row["policy"] == line.name for row in rows)]
    facets = alt.Facet("policy:N", title=None, sort=names, header=alt.Header(labelFontWeight="bold", labelLimit=WIDTH))
    layers = alt.layer(*_layers(by), data=shown).properties(width=WIDTH, height=HEIGHT)
    chart = layers.facet(facet=facets, columns=COLUMNS, title=title(report, WHAT))
    lengths = {_length(line, per) for line in lines}
    return chart if len(lengths) == 1 else chart.resolve_scale(x="independent")


def _length(line: Line, per: Period | None) -> str:
    own = None if line.policy.objective is None else line.policy.objective.per
    return per or own or "month"


def _layers(by: tuple[str, ...]) -> Iterator[alt.Chart]:
    """Yield the bars, a triangle above each broken one, and the rule at the promise."""
    x = alt.X("period:O", title=None, axis=alt.Axis(labelAngle=-45, labelOverlap=True))
    y = alt.Y("attained:Q", title=None, axis=alt.Axis(format=".0%", tickCount=3), scale=alt.Scale(domain=[0, 1.12]))
    above = alt.Y("attained:Q", title=None)
    beside = {"xOffset": alt.XOffset("by:N")} if by else {}
    if by:
        color = alt.Color("by:N", title=" · ".join(by), scale=alt.Scale(range=list(SERIES)))
    else:
        scale = alt.Scale(domain=list(STATES), range=list(STATES.values()))
        color = alt.Color("state:N", title="promise", scale=scale)
    told = [alt.Tooltip(f"{name}:N") for name in TOLD] + ([alt.Tooltip("by:N", title=" · ".join(by))] if by else [])
    chart = alt.Chart()
    yield chart.mark_bar().encode(x=x, y=y, color=color, tooltip=told, **beside)
    triangle = chart.mark_point(shape="triangle-down", size=28, yOffset=-6, filled=True, opacity=1, color=BROKEN)
    yield triangle.transform_filter("datum.state === 'broken'").encode(x=x, y=above, tooltip=told, **beside)
    yield chart.mark_rule(color=INK, strokeDash=[3, 2]).encode(y="max(least):Q")
