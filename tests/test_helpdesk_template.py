"""The built-in template for help desks: what it is, and a story that a desk would tell.

Every number of it is tested by its own scenarios, see `test_scenarios.py`.
"""

import pendulum
import pytest

import sla_rules as sla
from tests.conftest import History, kinds, only

POLICIES = ["helpdesk.first_response", "helpdesk.next_reply", "helpdesk.resolution"]


@pytest.fixture(scope="module")
def helpdesk():
    return sla.load("helpdesk")


@pytest.fixture
def story():
    """A P2 ticket of a Friday: answered, pending over the weekend, solved, reopened, solved again."""
    told = History("T-1").add("ticket.opened", "2026-03-06T16:00:00+01:00", priority="P2", channel="email")
    told.add("agent.replied", "2026-03-06T16:30:00+01:00", public=True)
    told.add("status.changed", "2026-03-06T16:30:00+01:00", status="pending")
    told.add("customer.replied", "2026-03-09T09:00:00+01:00")
    told.add("status.changed", "2026-03-09T09:00:00+01:00", status="open")
    told.add("ticket.solved", "2026-03-09T11:00:00+01:00")
    told.add("customer.replied", "2026-03-10T09:00:00+01:00")
    told.add("ticket.reopened", "2026-03-10T09:00:00+01:00")
    told.add("agent.replied", "2026-03-10T11:30:00+01:00")
    return told.add("ticket.solved", "2026-03-10T12:00:00+01:00")


def hours(number):
    return pendulum.duration(hours=number)


def test_it_loads_by_its_name(helpdesk):
    assert (helpdesk.id, helpdesk.timezone, helpdesk.version) == ("helpdesk", "Europe/Paris", None)
    assert list(helpdesk.policies) == POLICIES


def test_its_clauses_are_told_in_english_and_french(helpdesk):
    assert helpdesk.title.keys() == {"en", "fr"}
    for clause in helpdesk.clauses.values():
        assert clause.summary.keys() == {"en", "fr"}, clause.id
        assert clause.section, clause.id
        assert clause.reading or clause.why, clause.id


def test_every_evaluable_clause_has_its_policy(helpdesk):
    evaluable = [clause.id for clause in helpdesk.clauses.values() if clause.status == "evaluable"]
    assert evaluable == [policy.clause for policy in helpdesk.policies.values()] == POLICIES
    assert [helpdesk.clauses[id].strength for id in evaluable] == ["commitment", "target", "commitment"]


def test_its_holidays_are_dates_so_that_it_loads_without_the_holidays_package(helpdesk):
    holidays = helpdesk.document.calendars["office"].holidays
    assert holidays.country is None
    assert all(day.weekday() < 5 for day in holidays.dates)


@pytest.mark.parametrize("year", [2026, 2027])
def test_its_holidays_are_the_french_ones_on_weekdays(helpdesk, year):
    france = pytest.importorskip("holidays").country_holidays("FR", years=year)
    listed = {day for day in helpdesk.document.calendars["office"].holidays.dates if day.year == year}
    assert listed == {day for day in france if day.weekday() < 5}


@pytest.mark.parametrize(
    ("policy", "points"),
    [
        ("helpdesk.first_response", ["50 %", "80 %"]),
        ("helpdesk.next_reply", ["15 min before"]),
        ("helpdesk.resolution", ["50 %", "80 %", "15 min before"]),
    ],
)
def test_it_warns_before_the_time_is_up(helpdesk, policy, points):
    assert [point.text for point in helpdesk.policies[policy].warn_at] == points


def test_a_ticket_over_a_weekend(judge, helpdesk, story):
    verdicts = judge(helpdesk, story.events)
    first = only(verdicts, policy="helpdesk.first_response", subject="T-1")
    assert (first.outcome, first.margin) == ("met", hours(0.5))
    replies = [verdict for verdict in verdicts if verdict.policy == "helpdesk.next_reply" and verdict.subject]
    assert [(reply.outcome, reply.margin) for reply in replies] == [("met", hours(0)), ("breached", hours(-0.5))]
    solved = only(verdicts, policy="helpdesk.resolution", subject="T-1")
    assert (solved.outcome, solved.elapsed, solved.margin) == ("met", hours(5.5), hours(2.5))


def test_while_pending_the_due_time_is_open(judge, helpdesk, story):
    verdicts = judge(helpdesk, story.events, as_of="2026-03-07T12:00:00+01:00")
    open_one = only(verdicts, policy="helpdesk.resolution", subject="T-1")
    assert (open_one.outcome, open_one.due, open_one.margin) == ("pending", None, hours(7.5))


def test_the_month_is_judged_when_it_is_over(judge, helpdesk, story):
    def months(as_of):
        return [verdict.outcome for verdict in judge(helpdesk, story.events, as_of=as_of) if not verdict.subject]

    assert months("2026-03-31T23:59:59.999999+02:00") == ["pending"] * 3
    assert months("2026-04-01T00:00:00+02:00") == ["met", "breached", "met"]


def test_first_response_and_resolution_find_nothing_odd_in_the_story(judge, helpdesk, story):
    assert kinds(judge(helpdesk.only("helpdesk.first_response", "helpdesk.resolution"), story.events)) == []
