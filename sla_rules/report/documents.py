"""A report, or those of a portfolio, as one JSON document."""

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sla_rules.events import Finding
from sla_rules.report.files import Target, text_to
from sla_rules.verdict import Outcome

if TYPE_CHECKING:
    from sla_rules.report.portfolio import PortfolioReport
    from sla_rules.report.report import Report
    from sla_rules.report.summary import Line
    from sla_rules.rulings import Ruling

JSON_FORMAT = 1
PORTFOLIO_FORMAT = 1
"""Number the shapes of the documents; another one says that readers must change."""


def to_json(whole: dict[str, Any], path: Target | None) -> str:
    """Return a document as JSON, and write it to a file if one is named."""
    return text_to(path, json.dumps(whole, ensure_ascii=False, indent=1))


def document(report: "Report") -> dict[str, Any]:
    """Return the whole report as plain values."""
    return {
        "format": JSON_FORMAT,
        **report.provenance,
        "check_the_mapping": report.check_the_mapping,
        "summary": [_line(line) for line in report.summary],
        **(_rulings(report) if report.rulings else {}),
        "attainment": report.attainment().drop("attained").to_dicts(),
        "breaches": [verdict.to_dict() for verdict in report.of(report.breaches)],
        "verdicts": [verdict.to_dict() for verdict in report.of(report.verdicts)],
        "findings": [{name: getattr(finding, name) for name in Finding.__slots__} for finding in report.findings],
    }


def portfolio_document(report: "PortfolioReport") -> dict[str, Any]:
    """Return the reports of a portfolio as plain values, and what belongs to none of them."""
    return {
        "format": PORTFOLIO_FORMAT,
        **{name: value for name, value in report.provenance.items() if name != "agreements"},
        "check_the_mapping": report.check_the_mapping,
        "overview": report.overview.to_dicts(),
        "agreements": {name: document(each) for name, each in report.reports.items()},
        **({"rulings": [_ruling(ruling, holds=False) for ruling in report.unowned]} if report.unowned else {}),
        "findings": [
            {each.name: getattr(finding, each.name) for each in fields(finding)}
            for finding in report.findings
            if finding.agreement is None
        ],
    }


def _rulings(report: "Report") -> dict[str, Any]:
    """What people decided, whether it holds on a verdict, and the summary after it."""
    held = set(report.holding)
    return {
        "rulings": [_ruling(ruling, holds=ruling in held) for ruling in report.rulings],
        "after_rulings": [{**_line(line), "waived": line.waived} for line in report.after],
    }


def _ruling(ruling: "Ruling", *, holds: bool) -> dict[str, Any]:
    """Return a ruling as plain values, and whether it holds on a verdict."""
    return {**ruling.to_dict(), "holds": holds}


def _line(line: "Line") -> dict[str, Any]:
    return {
        "policy": line.policy.id,
        "version": line.version,
        "clause": line.clause.id,
        "section": line.clause.section,
        "strength": line.clause.strength,
        "promise": line.promise,
        "status": line.status,
        **{str(outcome): line.counts[outcome] for outcome in Outcome},
    }
