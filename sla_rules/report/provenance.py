"""Where a report comes from: by what was judged, by which versions of what, and how much came in."""

import zoneinfo
from functools import lru_cache
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sla_rules.agreement import Agreement
from sla_rules.instants import moment
from sla_rules.sources.refusals import NO_EVENTS
from sla_rules.version import VERSION

if TYPE_CHECKING:
    from sla_rules.report.report import Report

UNKNOWN = "unknown"
REPEATED = ("duplicate", "conflicting_id")
UNDECLARED = ("unknown_type",)


def provenance(report: "Report") -> dict[str, Any]:
    """Return where a report comes from, as plain values.

    `events` came in; `unknown` of them are of types that the agreement does not declare, `repeated` have an id that
    came before. `unreadable` rows of the source are no events.
    """
    agreement = report.agreement

    def found(kinds: tuple[str, ...]) -> int:
        return sum(finding.count for finding in report.findings if finding.kind in kinds)

    return {
        "agreement": agreement.id,
        "version": agreement.version,
        "versions": [version.version for version in agreement.versions if version.version is not None],
        "hash": agreement.hash,
        "timezone": agreement.timezone,
        "as_of": None if report.as_of is None else moment(report.as_of).isoformat(),
        "library": VERSION,
        "timezone_data": timezone_data(agreement.timezone),
        "holidays": holidays_version(agreement),
        "events": sum(report.judged.given.values()),
        "unknown": found(UNDECLARED),
        "repeated": found(REPEATED),
        "unreadable": found(NO_EVENTS),
        "verdicts_count": int(report.judged.counts["number"].sum()),
        "findings_count": len(report.findings),
    }


@lru_cache
def timezone_data(zone: str) -> str:
    """Return the release of the time zone data that a zone comes from, for example `2026a`; `unknown` if untold.

    They are those of the system where it has the zone, else of the package tzdata, as `zoneinfo` looks for them.
    """
    for folder in map(Path, zoneinfo.TZPATH):
        if (folder / zone).is_file():
            return _release(folder)
    try:
        return str(import_module("tzdata").IANA_VERSION)
    except ImportError:
        return UNKNOWN


def _release(folder: Path) -> str:
    """Return the release that a folder of time zone data names, in one of the two files that do."""
    try:
        if (folder / "+VERSION").is_file():
            return (folder / "+VERSION").read_text("utf-8").strip()
        with (folder / "tzdata.zi").open(encoding="utf-8") as file:
            mark, _, release = file.readline().strip().partition(" version ")
    except OSError:
        return UNKNOWN
    return release if mark == "#" and release else UNKNOWN


def holidays_version(agreement: Agreement) -> str | None:
    """Return the version of the package `holidays`; None where no calendar of the agreement asks for a country."""
    declared = [each for version in agreement.versions for each in version.document.calendars.values()]
    if any(each.holidays is not None and each.holidays.country for each in declared):
        return metadata.version("holidays")
    return None
