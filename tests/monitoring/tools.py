"""What the tests of the monitor share: the monitor held against `judge`, and short ways to write what it says."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import sla_rules as sla
from sla_rules.instants import moment
from sla_rules.monitoring.telling import told_of
from sla_rules.verdict import Verdict, Verdicts
from tests.conftest import agreement

FIELDS = (
    *("policy", "version", "subject", "key", "outcome", "start_at", "due_at", "stop_at", "limit_micros"),
    *("elapsed_micros", "margin_micros", "period", "exempted_by", "evidence", "basis", "cause", "cancelled_at"),
    *("detail", "calendar", "standing_still", "tally", "uptime"),
)
TICKETS = {
    "opened": {"level": {"kind": "text"}, "until": {"kind": "instant"}},
    "changed": {"level": {"kind": "text"}},
    "closed": {},
    "cancelled": {},
    "reopened": {},
    "held": {},
    "resumed": {},
}
Standing = tuple[Any, ...]


def tickets(policy: dict[str, Any] | None = None, **parts: Any) -> sla.Agreement:
    """An agreement with one deadline `p` of 1 h unless said otherwise, on tickets."""
    said = {"start": "opened", "stop": "closed", "limit": "1 h", **(policy or {})}
    return agreement(said, **{"events": TICKETS, **parts})


def event(type: str, time: str, id: str | None = None, subject: str = "S", **data: Any) -> sla.Event:
    """An event of 2 March 2026, a Monday: `event("opened", "10:00")`, or at a whole instant."""
    return sla.Event(id=id, type=type, subject=subject, time=on(time), data=data)


def on(time: str) -> str:
    """An instant on 2 March 2026 in UTC, or the whole one."""
    return time if "T" in time else f"2026-03-02T{time}Z"


def said(alerts: Iterable[sla.Alert]) -> list[str]:
    """Kind, point and time of alerts: `warning 80 % 10:48:00`."""
    parts = ((each.kind, each.point, each.time.strftime("%H:%M:%S.%f").removesuffix(".000000")) for each in alerts)
    return [" ".join(part for part in each if part) for each in parts]


def rows(verdicts: Iterable[Verdict]) -> list[tuple[str, ...]]:
    """Every field of verdicts as text."""
    return [tuple(str(getattr(each, name)) for name in FIELDS) for each in verdicts]


def findings(verdicts: Verdicts) -> list[str]:
    return sorted(map(str, verdicts.findings))


def folded(alerts: Iterable[sla.Alert]) -> dict[int, sla.Alert]:
    """The alerts that stand, by number: a withdrawal takes one away that stood."""
    standing: dict[int, sla.Alert] = {}
    for each in alerts:
        if each.kind == "withdrawn":
            assert each.withdraws in standing, f"number {each.number} withdraws {each.withdraws}, which does not stand"
            del standing[each.withdraws]
        else:
            standing[each.number] = each
    return standing


def expected_standing(verdicts: Verdicts) -> Counter[Standing]:
    """What has to stand by the verdicts of `judge`, but warnings and rules."""
    return Counter(
        (
            each.policy,
            each.version,
            each.subject,
            each.key,
            each.period if not each.subject else None,
            each.start_at,
            n.kind,
        )
        for each in verdicts
        if each.tally is None or each.period != "whole"
        for n in told_of(each).values()
    )


def found_standing(alerts: Iterable[sla.Alert]) -> Counter[Standing]:
    """What stands, in the same form."""
    return Counter(
        (
            each.policy,
            each.version,
            each.subject,
            each.key,
            each.period if not each.subject else None,
            each.start_at,
            each.kind,
        )
        for each in folded(alerts).values()
        if each.kind not in ("warning", "raised") and (each.subject or each.period != "whole")
    )


def next_due_of(verdicts: Verdicts) -> Any:
    """The earliest due instant of what is pending; the shares of periods have none."""
    due = [each.due_at for each in verdicts if each.outcome == "pending" and each.due_at is not None]
    return moment(min(due)) if due else None


def hold_against_judge(
    monitor: sla.Monitor, seen: Iterable[sla.Event], windows: Iterable[sla.Window], alerts: Iterable[sla.Alert]
) -> None:
    """The monitor says what `judge` says of the same events at the same instant; `alerts` are all that it ever gave."""
    seen, alerts = list(seen), list(alerts)
    expected = sla.judge(monitor.agreement, seen, as_of=monitor.now, windows=list(windows))
    found = monitor.verdicts()
    assert rows(found) == rows(expected)
    assert findings(found) == findings(expected)
    assert monitor.next_due() == next_due_of(expected)
    assert [each.number for each in alerts] == list(range(1, len(alerts) + 1))
    assert found_standing(alerts) == expected_standing(expected)
    for subject in {each.subject for each in seen}:
        of_subject = [each for each in expected if each.subject == subject]
        assert sorted(rows(monitor.verdicts(subject))) == sorted(rows(of_subject))
        pending = [each for each in of_subject if each.outcome == "pending"]
        assert sorted(rows(monitor.due(subject))) == sorted(rows(pending))
