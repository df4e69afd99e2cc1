"""What the rules of a policy say, as documentation."""

from sla_rules.evaluators.live.engine import NotThere, Of, There
from sla_rules.evaluators.live.judging import rules_of
from tests.conftest import agreement


def said(part: There | NotThere) -> str:
    """A fact of a rule in words."""
    wants = (
        f"{name} {wanted.by} {wanted.fact}.{wanted.property}" if isinstance(wanted, Of) else f"{name} {wanted}"
        for name, wanted in part.properties.items()
    )
    return f"{'no' if isinstance(part, NotThere) else part.name}: {', '.join(wants)}"


def test_the_rules_of_a_simple_deadline() -> None:
    policy = agreement(
        {"start": "opened", "stop": "closed", "cancel": "cancelled", "limit": "1 h"},
        events={name: {} for name in ("opened", "closed", "cancelled")},
    ).policies["p"]
    assert {name: [said(part) for part in rule] for name, rule in rules_of(policy).items()} == {
        "start: opened": ["e: as start, type opened", "no: is open"],
        "stop: closed": ["e: as stop, type closed", "o: is open, n eq e.n, by ne e.event", "no: is ended, n eq e.n"],
        "cancel: cancelled": [
            "e: as cancel, type cancelled",
            "o: is open, n eq e.n, by ne e.event",
            "no: is ended, n eq e.n",
        ],
        "outcome: void": ["e: as outcome, exempt 0, cancelled 1, in_time 1"],
        "outcome: undetermined": ["e: as outcome, exempt 0, cancelled 0, known 0"],
        "outcome: breached": ["e: as outcome, exempt 0, in_time 0"],
        "outcome: pending": ["e: as outcome, exempt 0, cancelled 0, known 1, in_time 1, stopped 0"],
        "outcome: met": ["e: as outcome, exempt 0, cancelled 0, known 1, in_time 1, stopped 1"],
    }
