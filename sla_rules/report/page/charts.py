"""The small charts of the commitments over their periods."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from markupsafe import Markup

from sla_rules.reason import Lang, percent, word
from sla_rules.report.by_period import Standing, State, standings
from sla_rules.report.page.parts import Part
from sla_rules.verdict import Outcome

if TYPE_CHECKING:
    from sla_rules.report.plots.small import Point

Named = tuple[str, str | None]
KEPT: Mapping[State, bool | None] = {"kept": True, "broken": False, "open": None}
"""The states of a period as `Point` has them."""


def charts_of(part: Part, lang: Lang) -> dict[Named, Markup]:
    """Return an inline SVG for each commitment with periods, by policy and version; none without the extra `plot`."""
    if not drawable():
        return {}
    from sla_rules.report.plots.small import small_chart

    least = {(line.policy.id, line.version): float(line.least) for line in part.report.summary}
    # What `small_chart` returns is markup of its own: no text of an event is in it that it has not escaped.
    return {name: Markup(small_chart(some, least[name])) for name, some in points_of(part, lang).items()}


def drawable() -> bool:
    """Say whether what draws charts is installed."""
    return find_spec("altair") is not None and find_spec("vl_convert") is not None


def points_of(part: Part, lang: Lang) -> dict[Named, list["Point"]]:
    """Return the periods of each commitment: those that it promises, the months of one that promises none."""
    from sla_rules.report.plots.small import Point

    lines = [line for line in part.report.summary if not line.unmapped]
    found: dict[Named, list[Point]] = {}
    for each in standings(part.report, lines):
        attained = None if each.share is None else float(each.share)
        point = Point(word(each.period, lang), attained, KEPT[each.state], said_of(each, lang))
        found.setdefault((each.line.policy.id, each.line.version), []).append(point)
    return found


def said_of(standing: Standing, lang: Lang) -> str:
    """Return what is said of a period: its share, and where instances are counted of how many."""
    if standing.share is None:
        said = "—"
    elif standing.uptime is not None:
        said = percent(standing.share, lang)
    else:
        said = f"{standing.counts[Outcome.MET]} / {standing.counted} = {percent(standing.share, lang)}"
    return f"{word(standing.period, lang)}: {said}"
