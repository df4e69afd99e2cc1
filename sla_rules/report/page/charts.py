"""The small charts of the commitments over their periods."""

from fractions import Fraction
from importlib.util import find_spec
from typing import TYPE_CHECKING

import polars as pl
from markupsafe import Markup

from sla_rules.judged import IS_PERIOD
from sla_rules.reason import Lang, percent
from sla_rules.report.page.parts import Part
from sla_rules.verdict import Outcome

if TYPE_CHECKING:
    from sla_rules.report.plots.small import Point

Named = tuple[str, str | None]


def charts_of(part: Part, lang: Lang) -> dict[Named, Markup]:
    """Return an inline SVG for each commitment with periods, by policy and version; none without the extra `plot`."""
    if find_spec("altair") is None or find_spec("vl_convert") is None:
        return {}
    from sla_rules.report.plots.small import small_chart

    least = {(line.policy.id, line.version): float(line.least) for line in part.report.summary}
    # What `small_chart` returns is markup of its own: no text of an event is in it that it has not escaped.
    return {name: Markup(small_chart(some, least[name])) for name, some in points_of(part, lang).items()}


def points_of(part: Part, lang: Lang) -> dict[Named, list["Point"]]:
    """Return the periods of each commitment: those that were judged, the months of those that promise none."""
    from sla_rules.report.plots.small import Point

    points = judged_periods(part, lang)
    judged = set(points)
    for row in part.report.attainment().iter_rows(named=True):
        name = (row["policy"], row["version"] if part.several else None)
        if row["period"] is None or name in judged:
            continue
        share = None if row["share"] is None else Fraction(row["share"])
        kept = False if row["breached"] else None if row["pending"] or share is None else True
        said = "—" if share is None else f"{row['met']} / {row['counted']} = {percent(share, lang)}"
        points.setdefault(name, []).append(Point(row["period"], row["attained"], kept, f"{row['period']}: {said}"))
    return points


def judged_periods(part: Part, lang: Lang) -> dict[Named, list["Point"]]:
    """Return the periods that objectives promise, and the months of availabilities."""
    from sla_rules.report.plots.small import Point

    found: dict[Named, list[Point]] = {}
    rows = part.report.lazy.filter(IS_PERIOD | pl.col("measured").is_not_null()).sort("policy", "version", "period")
    for verdict in part.report.of(rows.collect(engine="streaming")):
        share, tally = verdict.share, verdict.tally
        kept = None if verdict.outcome is Outcome.PENDING else verdict.outcome is Outcome.MET
        counts = "" if tally is None else f"{tally.met} / {verdict.counted} = "
        text = f"{verdict.period}: {counts}{percent(share, lang)}"
        name = (verdict.policy, verdict.version if part.several else None)
        attained = None if share is None else float(share)
        found.setdefault(name, []).append(Point(str(verdict.period), attained, kept, text))
    return found
