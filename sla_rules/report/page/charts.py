"""The small charts of the commitments over their periods."""

from fractions import Fraction
from importlib.util import find_spec
from typing import TYPE_CHECKING

import polars as pl
from markupsafe import Markup

from sla_rules.language.policies import Availability
from sla_rules.reason import Lang, percent
from sla_rules.report.page.parts import Part
from sla_rules.report.summary import Line

if TYPE_CHECKING:
    from sla_rules.report.plots.small import Point

Named = tuple[str, str | None]


def charts_of(part: Part, lang: Lang) -> dict[Named, Markup]:
    """Return an inline SVG for each commitment with periods, by policy and version; none without the extra `plot`."""
    if find_spec("altair") is None or find_spec("vl_convert") is None:
        return {}
    from sla_rules.report.plots.small import small_chart

    points = points_of(part, lang)
    promised = {(line.policy.id, line.version): promised_share(line) for line in part.report.summary}
    # What `small_chart` returns is markup of its own: no text of an event is in it that it has not escaped.
    return {name: Markup(small_chart(some, promised[name])) for name, some in points.items() if some}


def points_of(part: Part, lang: Lang) -> dict[Named, list["Point"]]:
    """Return the periods of each commitment: its own, the months of those that promise none."""
    from sla_rules.report.plots.small import Point

    found: dict[Named, list[Point]] = {}
    months = uptimes(part, lang)
    for row in part.report.attainment().iter_rows(named=True):
        name = (row["policy"], row["version"] if part.several else None)
        if row["period"] is None or name in months:
            continue
        share = None if row["share"] is None else Fraction(row["share"])
        kept = row["kept"] if row["kept"] is not None or share is None else share == 1
        said = "—" if share is None else f"{row['met']} / {row['counted']} = {percent(share, lang)}"
        found.setdefault(name, []).append(Point(row["period"], row["attained"], kept, f"{row['period']}: {said}"))
    return found | months


def uptimes(part: Part, lang: Lang) -> dict[Named, list["Point"]]:
    """Return the months of availabilities: the share of time in which the service was up."""
    from sla_rules.report.plots.small import Point

    lines = {(line.policy.id, line.version) for line in part.report.summary if isinstance(line.policy, Availability)}
    if not lines:
        return {}
    rows = part.report.lazy.filter(pl.col("measured").is_not_null()).collect(engine="streaming").sort("start")
    found: dict[Named, list[Point]] = {name: [] for name in lines}
    for verdict in part.report.of(rows):
        share = verdict.share
        kept = None if verdict.outcome == "pending" else verdict.outcome != "breached"
        name = (verdict.policy, verdict.version if part.several else None)
        attained = None if share is None else float(share)
        found[name].append(Point(str(verdict.period), attained, kept, f"{verdict.period}: {percent(share, lang)}"))
    return found


def promised_share(line: Line) -> float | None:
    """Return the share of instances, or of uptime, that must be kept at least; 1 without an objective."""
    if isinstance(line.policy, Availability):
        return float(line.policy.at_least)
    objective = line.policy.objective
    if objective is None:
        return 1.0
    return float(objective.share if objective.measure == "at_least" else 1 - objective.share)
