"""Plots of a report: Altair charts for notebooks, small SVG charts for the page."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sla_rules.periods import Period
from sla_rules.report.files import need

if TYPE_CHECKING:
    from sla_rules.report.plots.style import Plot
    from sla_rules.report.report import Report


class Plots:
    """The plots of a report, as Altair charts that notebooks show and `save` writes as PNG, SVG or HTML.

    Kept is blue, broken vermilion with a triangle; nothing is said by colour alone. Resting on a mark tells the
    numbers, the clause and the reason. Where there is nothing to draw, the chart says so.
    """

    def __init__(self, report: "Report") -> None:
        """Take the report.

        Raises:
            SlaError: altair, of the extra `plot`, is not installed.
        """
        need("plot", "altair")
        self._report = report

    def attainment(
        self, policy: str | Iterable[str] | None = None, per: Period | None = None, by: str | Iterable[str] = ()
    ) -> "Plot":
        """Return how much of each policy was met, period by period, beside what was promised.

        The numbers are those of `Report.attainment`, without instances that count in no period; an availability shows
        its share of uptime where the periods are months and not divided further. Kept or broken is what the verdict on
        the period says; while it is not over, or what is pending can still change it, it is open.

        Args:
            policy: the id of a policy, or several; all unless said.
            per: the length of the periods; each policy's own, or the month, unless said.
            by: fields that divide the counts further: a bar for each value, side by side.

        Raises:
            InputError: there is no such policy, period or field, or there are too many bars to draw.
        """
        from sla_rules.report.plots.attainment import attainment

        return attainment(self._report, policy, per, (by,) if isinstance(by, str) else tuple(by))

    def timeline(self, subject: str, policy: str | Iterable[str] | None = None) -> "Plot":
        """Return everything that was judged of a subject, each obligation as a bar in time.

        A bar goes from the start to the stop or to `as_of`: thick where time counted, thin where the calendar was
        closed, half as thick where a pause or a window stopped the clock. Marks say when it was due and what became of
        it. Stretches too short to be seen are drawn together. Time is that of the agreement's zone.

        Args:
            subject: whose obligations; of an availability its service.
            policy: the id of a policy, or several; all unless said.

        Raises:
            InputError: there is no verdict on the subject, there is no such policy, or there is too much to draw.
        """
        from sla_rules.report.plots.timeline import timeline

        return timeline(self._report, subject, policy)

    def heatmap(self, policy: str | Iterable[str] | None = None, per: Period = "month") -> "Plot":
        """Return where promises break.

        Without a policy it shows what a contract manager reads first: every policy by period, darker the further it
        stayed below its promise, with the number of breached obligations. Of a policy it shows when they begin: weekday
        by hour of their start in the agreement's zone, darker the larger the share that was breached.

        Args:
            policy: the id of a policy, or several that are added up; unless said, all of them by period.
            per: the length of the periods; of no concern where a policy is given.

        Raises:
            InputError: there is no such policy or period, or there are too many cells to draw.
        """
        from sla_rules.report.plots.heatmap import by_hour, by_period

        return by_period(self._report, per) if policy is None else by_hour(self._report, policy)
