"""Tickets again: the path of escalation (#3), and the severity that the recorded facts give (#4)."""

from sla_rules.instants import HOUR, MINUTE
from sla_rules.testing.simulate.book import Book
from sla_rules.testing.simulate.tickets import POLICIES, Step, write_ticket

PATH = "escalation.path"
SEVERITY = "severity.classification"

FIRST = 20 * MINUTE
"""When a planted ticket escalates for the first time; then every quarter of an hour."""

_PATHS = (
    ("L2 as the first escalation", "met", "L2"),
    ("L1 named first, then L2", "met", "L1 L2"),
    ("the whole way, level by level", "met", "L2 L3 engineering"),
    ("back from L3 to L2 and then to engineering, one above the highest so far", "met", "L2 L3 L2 engineering"),
    ("back from L2 to L1 and then to L3, one above the highest so far", "met", "L2 L1 L3"),
    ("twice to L2, then to L3", "met", "L2 L2 L3"),
    ("L3 as the first escalation", "breached", "L3"),
    ("engineering as the first escalation", "breached", "engineering"),
    ("from L2 to engineering without L3", "breached", "L2 engineering"),
    ("L1 named first, then L3", "breached", "L1 L3"),
    ("L3 before L2, which does not make up for it", "breached", "L3 L2"),
    ("back from L2 to L1 and then to engineering, two above the highest so far", "breached", "L2 L1 engineering"),
)

_OUTAGE, _IMPAIRED, _DEGRADED = "provider_outage", "key_feature_impaired", "feature_degraded"
_ALL = (_OUTAGE, _IMPAIRED, _DEGRADED)


def add_escalations(book: Book) -> None:
    """Write down tickets that climb as they should, or skip a level."""
    for what, outcome, levels in _PATHS:
        _plant_path(book, what, outcome, *((level, FIRST + 15 * MINUTE * n) for n, level in enumerate(levels.split())))
    what = "L2 and L3 at one instant"
    _plant_path(book, what, "met", ("L2", FIRST), ("L3", FIRST))


def _plant_path(book: Book, what: str, outcome: str, *escalations: tuple[str, int]) -> None:
    opened = book.arrival(3, 20)
    steps = [Step(after, "escalated", level) for level, after in escalations]
    ticket = write_ticket(book, "SL2", opened, Step(5 * MINUTE, "responded"), *steps, Step(6 * HOUR, "resolved"))
    book.plant(PATH, ticket, opened + FIRST, outcome, what)


def add_severities(book: Book) -> None:
    """Write down tickets whose facts give the recorded severity, or another one."""
    for what, outcome, severity, facts in (
        ("an outage recorded as SL3", "breached", "SL3", {_OUTAGE: True}),
        ("an outage that also impairs and degrades, recorded as SL4", "met", "SL4", dict.fromkeys(_ALL, True)),
        ("an outage that also degrades, recorded as SL2", "breached", "SL2", {_OUTAGE: True, _DEGRADED: True}),
        ("an impaired key feature recorded as SL4", "breached", "SL4", {_IMPAIRED: True}),
        (
            "an impaired key feature, degraded besides, recorded as SL3",
            "met",
            "SL3",
            {_IMPAIRED: True, _DEGRADED: True},
        ),
        ("a degraded feature recorded as SL1", "breached", "SL1", {_DEGRADED: True}),
        ("a degraded feature and nothing worse, recorded as SL2", "met", "SL2", {_OUTAGE: False, _DEGRADED: True}),
        ("none of the three, recorded as SL2", "breached", "SL2", dict.fromkeys(_ALL, False)),
        ("none of the three, recorded as SL1", "met", "SL1", dict.fromkeys(_ALL, False)),
        ("one fact told, and denied, recorded as SL1", "met", "SL1", {_IMPAIRED: False}),
        ("no facts recorded, whatever the severity", None, "SL4", {}),
        ("an outage without a recorded severity", "undetermined", None, {_OUTAGE: True}),
    ):
        _plant_severity(book, what, outcome, severity, facts)
    what = "an outage recorded as SL4 and lowered to SL3 later: the opening alone counts"
    _plant_severity(book, what, "met", "SL4", {_OUTAGE: True}, Step(12 * MINUTE, "severity_changed", "SL3"))
    what = "an outage recorded as SL1 and raised to SL4 later: the opening alone counts"
    _plant_severity(book, what, "breached", "SL1", {_OUTAGE: True}, Step(12 * MINUTE, "severity_changed", "SL4"))


def _plant_severity(
    book: Book, what: str, outcome: str | None, severity: str | None, facts: dict[str, bool], *steps: Step
) -> None:
    opened = book.arrival(3, 20)
    handled = Step(5 * MINUTE, "responded"), *steps, Step(25 * MINUTE, "resolved")
    ticket = write_ticket(book, severity, opened, *handled, facts=facts)
    book.plant(SEVERITY, ticket, opened, outcome, what)
    if severity is None:
        for policy in POLICIES.values():
            book.plant(policy, ticket, opened, "undetermined", what)
