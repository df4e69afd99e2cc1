"""All obligations of a subject as bars in time: what counted, what did not and why, when due, and what became of it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from sla_rules.calendar import Stretch
from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.instants import SECOND, micros, say_span
from sla_rules.judged import IS_PERIOD
from sla_rules.reason import local
from sla_rules.report.breaches import in_order
from sla_rules.report.plots.style import ASIDE, BROKEN, GREEN, INK, KEPT, OPEN, Plot, Row, chosen, data, title
from sla_rules.report.plots.ticks import ticks
from sla_rules.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from sla_rules.report.report import Report

WIDTH, ROW = 640, 30
SHORTEST = 400
"""A stretch shorter than this part of the axis is drawn as one with others like it beside it."""
MOST_NEAR = 1_000
"""How many subjects are looked at for the one that was meant."""
TURNS = "by turns"
CAUSES = {
    "counted": ("#56b4e9", 16),
    "down": (BROKEN, 16),
    TURNS: ("#a6d5f2", 10),
    "paused": ("#f0e442", 8),
    "excluded": ("#cc79a7", 8),
    "holiday": (GREEN, 3),
    "closed": (ASIDE, 3),
}
"""The colour and the thickness of a stretch by why it counts or does not."""
DUE = "due"
MARKS = {
    "met": (KEPT, "circle"),
    "breached": (BROKEN, "triangle-down"),
    "pending": (OPEN, "square"),
    "exempt": (GREEN, "diamond"),
    "void": (ASIDE, "cross"),
    "undetermined": (ASIDE, "triangle-up"),
    DUE: (INK, "M-0.3,-1.9L0.3,-1.9L0.3,1.9L-0.3,1.9Z"),
}
"""The colour and the shape of what became of an obligation, and of when it was due."""
ABOUT = ("policy", "clause", "case", "outcome", "reason")
"""What resting on any mark tells."""
WIDER = "name a policy"


def timeline(report: "Report", subject: str, policy: str | Iterable[str] | None) -> Plot:
    """Return the chart, as `Plots.timeline` describes it."""
    stories = [(verdict, verdict.trace.stretches) for verdict in _of_subject(report, subject, policy)]
    first, last = _span(stories)
    names = _names([verdict for verdict, _ in stories])
    told = [_about(verdict) | {"name": name} for (verdict, _), name in zip(stories, names, strict=True)]
    drawn: list[Row] = []
    marks: list[Row] = []
    for about, (verdict, stretches) in zip(told, stories, strict=True):
        drawn += [about | row for row in _drawn(verdict, _joined(stretches, (last - first) // SHORTEST), first)]
        marks += [about | row for row in _marks(verdict, stretches, first)]
    axis = _axis(report, first, last)
    y = alt.Y("name:N", title=None, sort=names, axis=alt.Axis(labelLimit=320))
    layers = [*_bars(drawn, alt.X("start:Q", **axis), y), *_points(marks, alt.X("at:Q", **axis), y)]
    chart: Plot = alt.layer(*layers, title=title(report, f"Timeline of {subject}"))
    chart = chart.resolve_scale(color="independent", shape="independent")
    return chart.properties(width=WIDTH, height=alt.Step(ROW))


def _of_subject(report: "Report", subject: str, policy: str | Iterable[str] | None) -> list[Verdict]:
    """Return the verdicts on a subject that have a time, in order.

    Raises:
        InputError: there are none.
    """
    wanted = chosen(report, policy)
    timed = report.lazy.filter(~IS_PERIOD, pl.col("start").is_not_null())
    found = in_order(timed.filter(pl.col("subject") == str(subject))).collect(engine="streaming")
    if found.is_empty():
        raise InputError(f"no verdict on {quoted(subject)}{did_you_mean(subject, _near(timed, str(subject)))}")
    of_wanted = found.filter(pl.col("policy").cast(pl.String).is_in(wanted))
    if of_wanted.is_empty():
        judging = ", ".join(found["policy"].cast(pl.String).unique(maintain_order=True))
        raise InputError(f"no verdict on {quoted(subject)} by {', '.join(wanted)}, it is judged by {judging}")
    return report.of(of_wanted)


def _near(verdicts: pl.LazyFrame, subject: str) -> list[str]:
    """Return some subjects that begin or end as the one that is asked for."""
    half = max(1, len(subject) // 2)
    alike = pl.col("subject").str.starts_with(subject[:half]) | pl.col("subject").str.ends_with(subject[-half:])
    found = verdicts.filter(alike).select(pl.col("subject").unique()).sort("subject").head(MOST_NEAR)
    return found.collect(engine="streaming")["subject"].to_list()


def _span(stories: Iterable[tuple[Verdict, Sequence[Stretch]]]) -> tuple[int, int]:
    """Return the first and the last instant of the axis, with some room on both sides."""
    instants: list[int] = []
    for verdict, stretches in stories:
        known = (verdict.start_at, verdict.due_at, _end(verdict, stretches))
        instants += [at for at in known if at is not None]
    room = max(SECOND, (max(instants) - min(instants)) // 40)
    return min(instants) - room, max(instants) + room


def _end(verdict: Verdict, stretches: Sequence[Stretch]) -> int | None:
    """Return when it was settled: stopped, cancelled, or the last that is known of it."""
    if stretches:
        return micros(stretches[-1].end)
    return next((at for at in (verdict.stop_at, verdict.cancelled_at) if at is not None), verdict.start_at)


def _names(verdicts: Sequence[Verdict]) -> list[str]:
    """Return what each row is called: policy and section, and what tells it from others of the same."""
    plain = [f"{each.policy} § {each.terms.clause.section or each.terms.clause.id}" for each in verdicts]
    often, seen = Counter(plain), Counter[str]()
    names = []
    for verdict, name in zip(verdicts, plain, strict=True):
        if often[name] > 1:
            seen[name] += 1
            name = f"{name}, {verdict.period if verdict.uptime else seen[name]}"
        names.append(name)
    return names


def _about(verdict: Verdict) -> Row:
    clause = verdict.terms.clause
    section = f", section {clause.section}" if clause.section else ""
    return {
        "policy": verdict.policy,
        "clause": f"{', '.join(verdict.clauses)}{section} ({clause.strength})",
        "case": ", ".join(verdict.key) or verdict.subject,
        "outcome": str(verdict.outcome),
        "reason": verdict.reason,
    }


def _joined(stretches: Sequence[Stretch], shortest: int) -> Iterator[list[Stretch]]:
    """Yield stretches alone, and those too short to be seen together with their like beside them."""
    lengths = groupby(stretches, lambda each: micros(each.end) - micros(each.start) < shortest)
    for short, same in lengths:
        if short:
            yield list(same)
        else:
            yield from ([each] for each in same)


def _drawn(verdict: Verdict, stretches: Iterable[list[Stretch]], origin: int) -> Iterator[Row]:
    """Yield a row for each bar."""
    for some in stretches:
        start, end = micros(some[0].start), micros(some[-1].end)
        cause, what = _cause(some[0]), some[0].name
        if len(some) > 1:
            causes = {_cause(each): None for each in some}
            cause, what = (next(iter(causes)), "") if len(causes) == 1 else (TURNS, ", ".join(causes))
        yield {
            "start": start - origin,
            "end": end - origin,
            "cause": cause,
            "thick": CAUSES[cause][1],
            "what": f"{cause}: {what}" if what else cause,
            "from": local(start, verdict),
            "to": local(end, verdict),
            "length": say_span(end - start),
        }


def _cause(stretch: Stretch) -> str:
    """Return why a stretch counts or does not, with pauses apart from windows."""
    return "paused" if stretch.cause == "excluded" and stretch.name.startswith("paused") else stretch.cause


def _marks(verdict: Verdict, stretches: Sequence[Stretch], origin: int) -> Iterator[Row]:
    """Yield a row for what became of it, and one for when it was due."""
    end = _end(verdict, stretches)
    for mark, at in ((DUE, verdict.due_at), (str(verdict.outcome), end)):
        if at is not None:
            yield {"mark": mark, "at": at - origin, "time": local(at, verdict)}
    if verdict.outcome == Outcome.BREACHED and verdict.due_at is not None and end is not None and end > verdict.due_at:
        margin = "" if verdict.margin_micros is None else say_span(-verdict.margin_micros)
        yield {"late": margin, "at": verdict.due_at - origin, "end": end - origin}


def _axis(report: "Report", first: int, last: int) -> dict[str, Any]:
    """Return the axis of time for `alt.X`: microseconds since its first instant, labelled in the agreement's zone."""
    marks = ticks(first, last, report.agreement.zone)
    labels = json.dumps({str(at - first): lines for at, lines in marks})
    axis = alt.Axis(values=[at - first for at, _ in marks], labelExpr=f"{labels}[datum.value]", grid=True)
    scale = alt.Scale(domain=[0, last - first], nice=False)
    return {"title": f"time in {report.agreement.timezone}", "axis": axis, "scale": scale}


def _told(*more: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:N") for name in (*ABOUT, *more)]


def _bars(rows: Sequence[Row], x: alt.X, y: alt.Y) -> Iterator[alt.Chart]:
    """Yield the stretches."""
    used = [cause for cause in CAUSES if any(row["cause"] == cause for row in rows)]
    scale = alt.Scale(domain=used, range=[CAUSES[cause][0] for cause in used])
    color = alt.Color("cause:N", title="time", scale=scale)
    size = alt.Size("thick:Q", scale=None)
    told = _told("what", "from", "to", "length")
    yield alt.Chart(data(rows, WIDER)).mark_bar().encode(x=x, x2="end:Q", y=y, color=color, size=size, tooltip=told)


def _points(rows: Sequence[Row], x: alt.X, y: alt.Y) -> Iterator[alt.Chart]:
    """Yield how late it was, when it was due, and what became of it."""
    chart = alt.Chart(data(rows, WIDER))
    late = chart.transform_filter("isValid(datum.late)").mark_rule(color=BROKEN, strokeWidth=2, yOffset=11)
    yield late.encode(x=x, x2="end:Q", y=y, tooltip=_told("late"))
    used = [mark for mark in MARKS if any(row.get("mark") == mark for row in rows)]
    colors, shapes = ([MARKS[mark][part] for mark in used] for part in (0, 1))
    color = alt.Color("mark:N", title="mark", scale=alt.Scale(domain=used, range=colors))
    shape = alt.Shape("mark:N", title="mark", scale=alt.Scale(domain=used, range=shapes))
    points = chart.transform_filter("isValid(datum.mark)").mark_point(filled=True, size=110, opacity=1, stroke="white")
    yield points.encode(x=x, y=y, color=color, shape=shape, tooltip=_told("mark", "time"))
