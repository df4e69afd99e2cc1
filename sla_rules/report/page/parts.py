"""What a page is about: one report, or those of all agreements of a portfolio."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sla_rules.instants import moment
from sla_rules.reason import in_zone

if TYPE_CHECKING:
    from sla_rules.report.portfolio import PortfolioReport
    from sla_rules.report.report import Report


@dataclass(frozen=True, slots=True)
class Part:
    """The report of one agreement.

    Attributes:
        name: of the agreement in a portfolio; empty where there is only one.
        report: on it.
        first: the number of its first commitment among those of all parts.
    """

    name: str
    report: "Report"
    first: int

    def numbers(self) -> dict[tuple[str, str | None], int]:
        """Return the numbers of its commitments, by policy and version."""
        return {(line.policy.id, line.version): self.first + place for place, line in enumerate(self.report.summary)}

    def instant(self, at: int) -> str:
        """Return an instant in the time zone of the agreement."""
        return in_zone(at, self.report.agreement.zone)


def parts_of(whole: "Report | PortfolioReport") -> list[Part]:
    """Return the reports of which a page is made, in order."""
    reports: dict[str, Report] = getattr(whole, "reports", None) or {"": whole}
    parts: list[Part] = []
    first = 0
    for name, report in reports.items():
        parts.append(Part(name, report, first))
        first += len(report.summary)
    return parts


def known_until(parts: list[Part], as_of: int | None) -> str | None:
    """Return the instant of knowledge as text: in the zone of all agreements, or in UTC where they differ."""
    if as_of is None:
        return None
    zones = {part.report.agreement.timezone for part in parts}
    return parts[0].instant(as_of) if len(zones) == 1 else f"{moment(as_of):YYYY-MM-DD HH:mm:ss} UTC"


def zone_names(parts: list[Part], instants: Iterable[int]) -> dict[str, dict[int, str]]:
    """Return how the time zones of the parts are called in the years of some instants, by their offset in minutes."""
    zones = {part.report.agreement.timezone: part.report.agreement.zone for part in parts}
    # No zone can lead out of the years that there are.
    years = sorted({moment(at).year for at in instants} - {MINYEAR, MAXYEAR})
    months = [datetime(year, month, 1, tzinfo=UTC) for year in years for month in range(1, 13)]
    found: dict[str, dict[int, str]] = {}
    for name, zone in zones.items():
        there = [at.astimezone(zone) for at in months]
        found[name] = {int((at.utcoffset() or timedelta()).total_seconds()) // 60: at.tzname() or "" for at in there}
    return found
