"""Tries the new kind in the copy, as a user and as an evaluator's author would; prints what came of it as JSON."""

import json
import sys
from pathlib import Path

import sla_rules as sla
from sla_rules.evaluators import columnar, reference
from sla_rules.evaluators.live import judging as live
from sla_rules.language.schema import schema_text
from sla_rules.testing.analysis import analyse
from sla_rules.testing.certification import certify
from sla_rules.testing.mutants import mutants

EVALUATORS = {"reference": reference.judge, "columnar": columnar.judge, "live": live.judge}


def told(number: int, subject: str, minute: int, **data: object) -> sla.Event:
    """A reopening."""
    return sla.Event(id=str(number), type="reopened", subject=subject, time=f"2026-03-02T14:{minute:02}:00Z", data=data)


EVENTS = [
    *(told(number, "kept", number) for number in (1, 2)),
    *(told(number, "broken", number) for number in (3, 4, 5, 6)),
    *(told(number, "exempt", number, asked=number == 7) for number in (7, 8, 9)),
    *(told(number, "apart", number, channel="test") for number in (10, 11, 12)),
]


def refused(text: str) -> str:
    """How a file with another text in it is refused."""
    Path("wrong.yaml").write_text(Path("acme.yaml").read_text("utf-8").replace("counted: reopened", text), "utf-8")
    try:
        sla.load("wrong.yaml")
    except sla.AgreementError as error:
        return str(error)
    return ""


def main() -> None:
    """Judge, explain, watch, certify."""
    agreement = sla.load("acme.yaml")
    judged = {name: judge(agreement, EVENTS) for name, judge in EVALUATORS.items()}
    monitor = sla.Monitor(agreement)
    certificate = certify(agreement, examples=5)
    found = {
        "library": str(sla.__file__),
        "verdicts": {name: [each.to_dict() for each in verdicts] for name, verdicts in judged.items()},
        "french": [each.reason_in("fr") for each in judged["reference"]],
        "alerts": [(each.kind, each.subject) for event in EVENTS[2:6] for each in monitor.observe(event)],
        "certified": sum(check.tried for check in certificate.checks),
        "failures": [failure for check in certificate.checks for failure in check.failures],
        "mutants": [each.id for each in mutants(agreement)],
        "remarks": [each.message for each in analyse(agreement)],
        "refused": refused("counted: reopend"),
        "schema": "AtMost" in json.loads(schema_text())["$defs"],
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
