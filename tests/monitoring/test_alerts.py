"""Every kind of alert, at its edges: when it comes, when it does not, and what takes it back."""

from typing import Any

import pytest

import sla_rules as sla
from sla_rules.instants import moment
from tests.conftest import agreement
from tests.monitoring.tools import event, folded, hold_against_judge, on, said, tickets

OFFICE = {"office": {"week": {"mon-fri": "09:00-12:00"}}}


def whole(time: str) -> Any:
    return moment(event("x", time).at)


def standing(monitor: sla.Monitor) -> list[str]:
    return said(folded(monitor.outbox()).values())


def test_at_the_due_instant_it_is_pending_and_breached_a_microsecond_later() -> None:
    monitor = sla.Monitor(tickets())
    assert said(monitor.observe(event("opened", "10:00"))) == ["started 10:00:00"]
    assert (monitor.next_due(), monitor.next_alert()) == (whole("11:00"), whole("11:00:00.000001"))
    assert monitor.advance(on("11:00")) == []
    assert monitor.due("S")[0].outcome == "pending"
    assert said(monitor.advance(on("11:00:00.000001"))) == ["breached 11:00:00.000001"]
    assert (monitor.due("S"), monitor.next_due(), monitor.next_alert()) == ([], None, None)
    assert monitor.advance(on("2027-03-02T11:00:00Z")) == []


def test_several_dues_passed_at_once_come_in_order_each_at_its_own_instant() -> None:
    monitor = sla.Monitor(tickets())
    for minute, subject in ((30, "b"), (10, "c"), (30, "a")):
        monitor.observe(event("opened", f"10:{minute}", subject=subject))
    alerts = monitor.advance(on("2026-03-03T00:00:00Z"))
    assert [(each.subject, each.time) for each in alerts] == [
        ("c", whole("11:10:00.000001")),
        ("a", whole("11:30:00.000001")),
        ("b", whole("11:30:00.000001")),
    ]
    assert [each.number for each in alerts] == [4, 5, 6]


def test_an_event_far_ahead_first_lets_the_time_before_it_pass() -> None:
    monitor = sla.Monitor(tickets({"warn_at": ["80 %"]}))
    monitor.observe(event("opened", "10:00"))
    assert said(monitor.observe(event("closed", "12:00"))) == ["warning 80 % 10:48:00", "breached 11:00:00.000001"]


@pytest.mark.parametrize(
    ("point", "time"), [("80 %", "10:48:00"), ("15 min before", "10:45:00"), ("1 h after", "12:00:00")]
)
def test_a_warning_comes_at_its_point_and_not_before(point: str, time: str) -> None:
    monitor = sla.Monitor(tickets({"warn_at": [point]}))
    monitor.observe(event("opened", "10:00"))
    at = whole(time)
    before = monitor.advance(at.subtract(microseconds=1))
    assert "warning" not in [each.kind for each in before]
    assert monitor.next_alert() == at
    assert said(monitor.advance(at)) == [f"warning {point} {time}"]
    assert "warning" not in [each.kind for each in monitor.advance(at.add(days=3))]


@pytest.mark.parametrize("point", ["80 %", "15 min before", "1 h after"])
@pytest.mark.parametrize("type", ["closed", "cancelled"])
def test_nothing_warns_of_what_was_over_before_the_point(point: str, type: str) -> None:
    monitor = sla.Monitor(tickets({"warn_at": [point], "cancel": "cancelled"}))
    monitor.observe(event("opened", "10:00"))
    monitor.observe(event(type, "10:40"))
    assert monitor.next_alert() is None
    monitor.advance(on("20:00"))
    assert not [each for each in monitor.outbox() if each.kind == "warning"]


def test_a_stop_that_comes_late_withdraws_the_warnings_that_were_too_early_and_the_breach() -> None:
    monitor = sla.Monitor(tickets({"warn_at": ["50 %", "80 %"]}))
    monitor.observe(event("opened", "10:00"))
    monitor.advance(on("13:00"))
    alerts = monitor.observe(event("closed", "10:40"))
    assert sorted(each.withdraws for each in alerts if each.kind == "withdrawn") == [3, 4]
    assert standing(monitor) == ["started 10:00:00", "warning 50 % 10:30:00", "met 13:00:00"]


def test_a_warning_counts_the_hours_of_a_calendar() -> None:
    monitor = sla.Monitor(tickets({"limit": "2 h", "warn_at": ["50 %"], "calendar": "office"}, calendars=OFFICE))
    monitor.observe(event("opened", "11:30"))
    assert monitor.next_alert() == whole("2026-03-03T09:30:00Z")
    monitor.advance(on("2026-03-03T09:29:59.999999Z"))
    assert said(monitor.advance(on("2026-03-03T09:30:00Z"))) == ["warning 50 % 09:30:00"]


PAUSED = {"warn_at": ["50 %"], "pause": [{"from": "held", "to": "resumed"}]}


def test_what_is_paused_has_neither_due_nor_warning_until_it_goes_on() -> None:
    monitor = sla.Monitor(tickets(PAUSED))
    monitor.observe(event("opened", "10:00"))
    monitor.observe(event("opened", "10:05", subject="T"))
    assert monitor.next_due() == whole("11:00")
    monitor.observe(event("held", "10:20"))
    assert monitor.next_due() == whole("11:05")
    assert monitor.due("S")[0].due_at is None
    assert [each.subject for each in monitor.advance(on("14:00"))] == ["T", "T"]
    assert (monitor.next_due(), monitor.next_alert()) == (None, None)
    monitor.observe(event("resumed", "15:00"))
    assert (monitor.next_alert(), monitor.next_due()) == (whole("15:10"), whole("15:40"))
    assert said(monitor.advance(on("16:00"))) == ["warning 50 % 15:10:00", "breached 15:40:00.000001"]


def test_a_pause_told_late_withdraws_the_warning_and_brings_it_again() -> None:
    monitor = sla.Monitor(tickets(PAUSED))
    monitor.observe(event("opened", "10:00"))
    monitor.advance(on("10:35"))
    assert said(monitor.observe(event("held", "10:20"))) == ["withdrawn 10:35:00"]
    monitor.observe(event("resumed", "10:36"))
    assert said(monitor.advance(on("10:46"))) == ["warning 50 % 10:46:00"]


LEVELS = {"limit": {"by": "level", "table": {"P1": "1 h", "P2": "4 h"}}, "warn_at": ["50 %"]}


def test_a_share_of_another_limit_is_another_point() -> None:
    monitor = sla.Monitor(tickets(LEVELS))
    monitor.observe(event("opened", "10:00", level="P2"))
    assert monitor.next_alert() == whole("12:00")
    assert said(monitor.observe(event("changed", "10:40", level="P1"))) == ["warning 50 % 10:40:00"]
    assert said(monitor.observe(event("changed", "10:50", level="P2"))) == ["withdrawn 10:50:00"]
    assert said(monitor.advance(on("12:00"))) == ["warning 50 % 12:00:00"]


def test_a_share_of_a_limit_until_an_instant_is_one_of_the_time_from_start_to_it() -> None:
    monitor = sla.Monitor(tickets({"limit": {"until": "until"}, "warn_at": ["50 %"]}))
    monitor.observe(event("opened", "10:00", until=on("12:00")))
    assert monitor.next_alert() == whole("11:00")
    assert said(monitor.advance(on("11:00"))) == ["warning 50 % 11:00:00"]
    assert said(monitor.observe(event("closed", "12:00"))) == ["met 12:00:00"]


def test_met_and_reopened_is_open_again() -> None:
    monitor = sla.Monitor(tickets({"resume": "reopened"}))
    monitor.observe(event("opened", "10:00"))
    assert said(monitor.observe(event("closed", "10:50"))) == ["met 10:50:00"]
    assert said(monitor.observe(event("reopened", "12:00"))) == ["withdrawn 12:00:00"]
    assert monitor.next_due() == whole("12:10")
    assert said(monitor.advance(on("13:00"))) == ["breached 12:10:00.000001"]


def test_a_corrected_level_withdraws_a_breach() -> None:
    monitor = sla.Monitor(tickets(LEVELS))
    monitor.observe(event("opened", "10:00", level="P1"))
    monitor.advance(on("11:30"))
    taken = monitor.observe(event("changed", "10:10", level="P2"))
    assert {each.withdraws for each in taken} == {2, 3}
    assert all(each.reason.startswith("No longer so: ") for each in taken)
    assert standing(monitor) == ["started 10:00:00"]


def test_a_start_that_was_something_else_takes_everything_back() -> None:
    monitor = sla.Monitor(tickets())
    monitor.observe(event("opened", "10:00", "1"))
    monitor.advance(on("12:00"))
    taken = monitor.observe(event("changed", "09:00", "1"))
    assert sorted(each.withdraws or 0 for each in taken) == [1, 2]
    assert standing(monitor) == []
    assert monitor.next_alert() is None


def test_a_start_that_was_of_another_subject_leaves_nothing_of_the_first() -> None:
    monitor = sla.Monitor(tickets(DAILY))
    monitor.observe(event("opened", "10:00", "1"))
    monitor.advance(on("12:00"))
    seen = [event("opened", "10:00", "1"), event("opened", "09:00", "1", "T")]
    assert [each.kind for each in monitor.observe(seen[1])] == ["withdrawn", "withdrawn", "started", "breached"]
    hold_against_judge(monitor, seen, [], monitor.outbox())


def test_cancelled_is_void() -> None:
    monitor = sla.Monitor(tickets({"cancel": "cancelled"}))
    monitor.observe(event("opened", "10:00"))
    assert said(monitor.observe(event("cancelled", "10:30"))) == ["void 10:30:00"]
    assert (monitor.next_due(), monitor.next_alert()) == (None, None)


def test_exempt_by_a_backlog_from_the_76th_case_on() -> None:
    backlog = {"by": "level", "members": "opened", "until": "closed", "more_than": 75}
    monitor = sla.Monitor(tickets({"exemptions": [{"id": "bulk", "backlog": backlog}]}))
    seen = [event("opened", "10:00", subject=f"{number:02}", level="acme") for number in range(76)]
    alerts = [alert for each in seen[:75] for alert in monitor.observe(each)]
    alerts += monitor.advance(on("12:00"))
    assert [each.kind for each in alerts] == ["started"] * 75 + ["breached"] * 75
    # The clock stands at 12:00: the 76th is told late, and all of them are exempt since.
    late = monitor.observe(seen[75])
    alerts += late
    assert len([each for each in late if each.kind == "withdrawn"]) == 75
    assert len([each for each in late if each.kind == "exempt"]) == 76
    hold_against_judge(monitor, seen, [], alerts)


def test_a_rule_raises_and_takes_back() -> None:
    monitor = sla.Monitor(
        tickets(rules=[{"id": "held", "clause": "other", "on": [{"event": "held"}], "alert": "look"}])
    )
    monitor.observe(event("opened", "10:00", "1"))
    (raised,) = monitor.observe(event("held", "10:10", "2"))
    assert (raised.kind, raised.rule, raised.policy, raised.clause) == ("raised", "held", "", "other")
    assert monitor.observe(event("held", "10:11", "3")) == []
    assert monitor.observe(event("changed", "10:05", "2")) == []
    (taken,) = monitor.observe(event("changed", "10:06", "3"))
    assert (taken.kind, taken.rule, taken.withdraws) == ("withdrawn", "held", raised.number)


DAILY = {"objective": {"at_least": "90 %", "per": "day"}}


def test_a_period_is_told_when_it_is_over_and_again_when_it_changes() -> None:
    monitor = sla.Monitor(tickets(DAILY))
    monitor.observe(event("opened", "10:00"))
    assert said(monitor.observe(event("closed", "10:30"))) == ["met 10:30:00"]
    assert monitor.next_alert() == whole("2026-03-03T00:00:00Z")
    assert monitor.advance(on("23:59:59.999999")) == []
    (over,) = monitor.advance(on("2026-03-03T00:00:00Z"))
    assert (over.kind, over.subject, over.period, over.clause) == ("met", "", "2026-03-02", "c")
    monitor.observe(event("opened", "10:00", subject="T"))
    assert [
        each.kind for each in folded(monitor.outbox()).values() if each.period == "2026-03-02" and not each.subject
    ] == ["breached"]


def test_a_month_is_breached_at_the_very_instant_the_outage_exceeds_what_it_allows() -> None:
    terms = {"kind": "availability", "service": "S", "down": "down", "up": "up", "at_least": "99 %"}
    monitor = sla.Monitor(agreement(terms, events={"down": {}, "up": {}}))
    monitor.observe(event("down", "00:00"))
    # March has 744 h, of which one in a hundred is 7 h 26 min 24 s.
    assert monitor.next_alert() == whole("07:26:24.000001")
    assert monitor.advance(on("07:26:24")) == []
    (breach,) = monitor.advance(on("07:26:24.000001"))
    assert (breach.kind, breach.period, breach.subject) == ("breached", "2026-03", "S")
    assert said(monitor.observe(event("up", "07:26:24"))) == ["withdrawn 07:26:24.000001"]
    assert said(monitor.advance(on("2026-04-01T00:00:00Z"))) == ["met 00:00:00"]


def test_an_acknowledged_alert_is_withdrawn_all_the_same() -> None:
    monitor = sla.Monitor(tickets())
    monitor.observe(event("opened", "10:00"))
    monitor.advance(on("12:00"))
    monitor.acknowledge(1, 2)
    taken = monitor.observe(event("closed", "10:30"))
    assert [(each.number, each.kind, each.withdraws) for each in taken] == [(3, "withdrawn", 2), (4, "met", None)]
    assert monitor.outbox() == taken
