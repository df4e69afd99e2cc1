"""Tickets: response (#5), resolution (#6, deferral in its own file) and the SL4 target (#7)."""

from datetime import datetime, timedelta

import pytest

from tests.conftest import History, kinds, only

OPENED = "2026-03-02T14:00:00Z"
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

RESPONSE = {"SL1": 30 * MINUTE, "SL2": 30 * MINUTE, "SL3": 15 * MINUTE, "SL4": 10 * MINUTE}
RESOLUTION = {"SL1": 8 * HOUR, "SL2": 24 * HOUR, "SL3": 24 * HOUR, "SL4": 24 * HOUR}
AROUND = [(-TICK, "met"), (timedelta(0), "met"), (TICK, "breached")]
AROUND_OPEN = [(-TICK, "pending"), (timedelta(0), "pending"), (TICK, "breached")]
AROUND_CANCEL = [(-TICK, "void"), (timedelta(0), "void"), (TICK, "breached")]
AROUND_IDS = ["1 µs before", "at the limit", "1 µs after"]

around = pytest.mark.parametrize(("offset", "outcome"), AROUND, ids=AROUND_IDS)
around_open = pytest.mark.parametrize(("offset", "outcome"), AROUND_OPEN, ids=AROUND_IDS)
around_cancel = pytest.mark.parametrize(("offset", "outcome"), AROUND_CANCEL, ids=AROUND_IDS)
response_rows = pytest.mark.parametrize(("severity", "limit"), RESPONSE.items(), ids=list(RESPONSE))
resolution_rows = pytest.mark.parametrize(("severity", "limit"), RESOLUTION.items(), ids=list(RESOLUTION))
round_the_clock = pytest.mark.parametrize(
    "opened",
    [
        "2026-03-08T06:50:00Z",  # 10 min before clocks go forward in Toronto
        "2026-11-01T05:30:00Z",  # in the hour that comes twice
        "2026-12-25T08:00:00Z",  # Christmas, at night
        "2026-07-05T03:00:00Z",  # Saturday, 23:00
    ],
)


def when(since: timedelta, opened: str = OPENED) -> str:
    """The instant so long after the opening."""
    return (datetime.fromisoformat(opened) + since).isoformat()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Ticket(History):
    """A ticket; what follows the opening is placed by the time since then."""

    def __init__(self, severity: str | None = None, opened: str = OPENED, subject: str = "T-1") -> None:
        super().__init__(subject)
        self.opened = opened
        self.add("ticket.opened", opened, **({} if severity is None else {"severity": severity}))

    def then(self, since: timedelta, what: str, **data: object) -> "Ticket":
        self.add(f"ticket.{what}", when(since, self.opened), **data)
        return self

    def severity(self, since: timedelta, value: str) -> "Ticket":
        return self.then(since, "severity_changed", severity=value)


@pytest.fixture(scope="module")
def response(intercall):
    return intercall.only("support.response")


@pytest.fixture(scope="module")
def resolution(intercall):
    return intercall.only("support.resolution")


@pytest.fixture(scope="module")
def target(intercall):
    return intercall.only("support.resolution_sl4_target")


class TestResponse:
    """#5: SL1 30 min, SL2 30 min, SL3 15 min, SL4 10 min from opening."""

    @response_rows
    @around
    def test_each_row_around_its_limit(self, judge, response, severity, limit, offset, outcome):
        verdicts = judge(response, Ticket(severity).then(limit + offset, "responded").events)
        verdict = only(verdicts)
        assert (verdict.policy, verdict.subject, verdict.outcome) == ("support.response", "T-1", outcome)
        assert verdict.start == moment(OPENED)
        assert verdict.due == moment(when(limit))
        assert verdict.stop == moment(when(limit + offset))
        assert (verdict.limit, verdict.elapsed, verdict.margin) == (limit, limit + offset, -offset)
        assert verdict.clauses == ("support.response",)
        assert kinds(verdicts) == []

    @response_rows
    @around_open
    def test_each_row_while_open(self, judge, response, severity, limit, offset, outcome):
        verdict = only(judge(response, Ticket(severity).events, as_of=when(limit + offset)))
        assert (verdict.outcome, verdict.stop, verdict.due) == (outcome, None, moment(when(limit)))

    @response_rows
    def test_a_response_at_the_instant_of_the_opening_counts(self, judge, response, severity, limit):
        verdict = only(judge(response, Ticket(severity).then(timedelta(0), "responded").events))
        assert (verdict.outcome, verdict.elapsed, verdict.margin) == ("met", timedelta(0), limit)

    @round_the_clock
    @response_rows
    @around
    def test_the_timer_runs_round_the_clock(self, judge, response, opened, severity, limit, offset, outcome):
        ticket = Ticket(severity, opened).then(limit + offset, "responded")
        assert only(judge(response, ticket.events)).outcome == outcome

    @around
    def test_a_hold_changes_nothing(self, judge, response, offset, outcome):
        ticket = Ticket("SL3").then(MINUTE, "on_hold").then(14 * MINUTE, "resumed")
        verdicts = judge(response, ticket.then(15 * MINUTE + offset, "responded").events)
        assert only(verdicts).outcome == outcome
        assert only(verdicts).due == moment(when(15 * MINUTE))
        assert set(kinds(verdicts)) <= {"unknown_type"}

    def test_only_the_first_response_counts(self, judge, response):
        ticket = Ticket("SL4").then(9 * MINUTE, "responded").then(20 * MINUTE, "responded")
        verdict = only(judge(response, ticket.events))
        assert (verdict.outcome, verdict.stop) == ("met", moment(when(9 * MINUTE)))

    def test_a_resolution_is_no_response(self, judge, response):
        ticket = Ticket("SL4").then(9 * MINUTE, "resolved")
        assert only(judge(response, ticket.events, as_of=when(10 * MINUTE + TICK))).outcome == "breached"

    def test_each_ticket_is_judged_by_its_own_events(self, judge, response):
        late, prompt = Ticket("SL4", subject="T-late"), Ticket("SL4", subject="T-prompt")
        events = late.then(11 * MINUTE, "responded").events
        events += [
            type(event)(id=f"p{event.id}", type=event.type, subject=event.subject, time=event.time, data=event.data)
            for event in prompt.then(10 * MINUTE, "responded").events
        ]
        verdicts = judge(response, events)
        assert {verdict.subject: verdict.outcome for verdict in verdicts} == {"T-late": "breached", "T-prompt": "met"}

    def test_a_response_without_an_opening_is_a_finding(self, judge, response):
        verdicts = judge(response, History("T-1").add("ticket.responded", OPENED).events)
        assert (list(verdicts), kinds(verdicts)) == ([], ["stop_without_start"])


class TestResponseSeverityChanges:
    """The timer keeps its start; the limit is that of the severity at the stop, or at `as_of` while open."""

    @pytest.mark.parametrize("before", RESPONSE)
    @pytest.mark.parametrize("after", RESPONSE)
    @around
    def test_the_limit_is_that_of_the_severity_at_the_stop(self, judge, response, before, after, offset, outcome):
        limit = RESPONSE[after]
        ticket = Ticket(before).severity(MINUTE, after).then(limit + offset, "responded")
        verdicts = judge(response, ticket.events)
        verdict = only(verdicts)
        assert (verdict.outcome, verdict.start, verdict.due) == (outcome, moment(OPENED), moment(when(limit)))
        assert (verdict.limit, verdict.elapsed) == (limit, limit + offset)
        assert kinds(verdicts) == []

    @pytest.mark.parametrize("before", RESPONSE)
    @pytest.mark.parametrize("after", RESPONSE)
    @around_open
    def test_while_open_that_at_the_evaluation_instant(self, judge, response, before, after, offset, outcome):
        limit = RESPONSE[after]
        verdict = only(judge(response, Ticket(before).severity(MINUTE, after).events, as_of=when(limit + offset)))
        assert (verdict.outcome, verdict.due) == (outcome, moment(when(limit)))

    def test_a_change_that_is_not_known_yet_does_not_count(self, judge, response):
        ticket = Ticket("SL1").severity(20 * MINUTE, "SL4")
        verdict = only(judge(response, ticket.events, as_of=when(20 * MINUTE - TICK)))
        assert (verdict.outcome, verdict.due) == ("pending", moment(when(30 * MINUTE)))
        verdict = only(judge(response, ticket.events, as_of=when(20 * MINUTE)))
        assert (verdict.outcome, verdict.due) == ("breached", moment(when(10 * MINUTE)))

    def test_a_change_after_the_stop_changes_nothing(self, judge, response):
        up = Ticket("SL1").then(20 * MINUTE, "responded").severity(20 * MINUTE + TICK, "SL4")
        down = Ticket("SL4").then(20 * MINUTE, "responded").severity(20 * MINUTE + TICK, "SL1")
        assert only(judge(response, up.events)).outcome == "met"
        assert only(judge(response, down.events)).outcome == "breached"

    @pytest.mark.parametrize("change_first", [True, False], ids=["lower id", "higher id"])
    @pytest.mark.parametrize(("before", "after", "outcome"), [("SL1", "SL4", "breached"), ("SL4", "SL1", "met")])
    def test_a_change_at_the_instant_of_the_stop_counts(self, judge, response, before, after, outcome, change_first):
        ticket = Ticket(before)
        if change_first:
            ticket.severity(20 * MINUTE, after).then(20 * MINUTE, "responded")
        else:
            ticket.then(20 * MINUTE, "responded").severity(20 * MINUTE, after)
        verdict = only(judge(response, ticket.events))
        assert (verdict.outcome, verdict.limit) == (outcome, RESPONSE[after])

    def test_the_last_of_several_changes_counts(self, judge, response):
        ticket = Ticket("SL4").severity(MINUTE, "SL1").severity(2 * MINUTE, "SL3").then(15 * MINUTE, "responded")
        verdict = only(judge(response, ticket.events))
        assert (verdict.outcome, verdict.limit) == ("met", 15 * MINUTE)

    @pytest.mark.parametrize(
        ("since", "found"),
        [(10 * MINUTE - TICK, []), (10 * MINUTE, []), (10 * MINUTE + TICK, ["limit_passed_before_change"])],
        ids=AROUND_IDS,
    )
    def test_lowering_after_the_stricter_limit_passed_is_a_finding(self, judge, response, since, found):
        ticket = Ticket("SL4").severity(since, "SL1").then(30 * MINUTE, "responded")
        verdicts = judge(response, ticket.events)
        assert (only(verdicts).outcome, kinds(verdicts)) == ("met", found)
        if found:
            assert (verdicts.findings[0].subject, verdicts.findings[0].policy) == ("T-1", "support.response")

    def test_the_finding_is_there_while_open_too(self, judge, response):
        ticket = Ticket("SL4").severity(11 * MINUTE, "SL1")
        verdicts = judge(response, ticket.events, as_of=when(12 * MINUTE))
        assert (only(verdicts).outcome, kinds(verdicts)) == ("pending", ["limit_passed_before_change"])

    def test_the_finding_is_there_when_the_ticket_is_cancelled_afterwards(self, judge, response):
        ticket = Ticket("SL4").severity(11 * MINUTE, "SL1").then(12 * MINUTE, "cancelled")
        verdicts = judge(response, ticket.events)
        assert (only(verdicts).outcome, kinds(verdicts)) == ("void", ["limit_passed_before_change"])

    def test_no_finding_where_the_response_came_before_the_stricter_limit_passed(self, judge, response):
        ticket = Ticket("SL4").then(9 * MINUTE, "responded").severity(11 * MINUTE, "SL1")
        verdicts = judge(response, ticket.events)
        assert (only(verdicts).outcome, kinds(verdicts)) == ("met", [])


class TestResponseCancelled:
    """`ticket.cancelled` at or before the due instant voids; later it leaves the breach."""

    @response_rows
    @around_cancel
    def test_each_row_around_its_limit(self, judge, response, severity, limit, offset, outcome):
        ticket = Ticket(severity).then(limit + offset, "cancelled")
        for as_of in (limit + offset, 100 * HOUR):
            verdict = only(judge(response, ticket.events, as_of=when(as_of)))
            assert (verdict.outcome, verdict.stop, verdict.due) == (outcome, None, moment(when(limit)))

    def test_at_the_instant_of_the_opening(self, judge, response):
        assert only(judge(response, Ticket("SL1").then(timedelta(0), "cancelled").events)).outcome == "void"

    @pytest.mark.parametrize(("before", "after", "outcome"), [("SL1", "SL4", "breached"), ("SL4", "SL1", "void")])
    @pytest.mark.parametrize("since", [5 * MINUTE, 20 * MINUTE], ids=["changed before", "changed at the same instant"])
    def test_judged_by_the_severity_of_that_instant(self, judge, response, before, after, outcome, since):
        ticket = Ticket(before).severity(since, after).then(20 * MINUTE, "cancelled")
        assert only(judge(response, ticket.events)).outcome == outcome

    def test_after_the_response_it_changes_nothing(self, judge, response):
        prompt = Ticket("SL4").then(10 * MINUTE, "responded").then(10 * MINUTE + TICK, "cancelled")
        late = Ticket("SL4").then(11 * MINUTE, "responded").then(12 * MINUTE, "cancelled")
        assert only(judge(response, prompt.events)).outcome == "met"
        assert only(judge(response, late.events)).outcome == "breached"

    def test_at_the_instant_of_the_response_the_response_counts(self, judge, response):
        ticket = Ticket("SL4").then(5 * MINUTE, "cancelled").then(5 * MINUTE, "responded")
        assert only(judge(response, ticket.events)).outcome == "met"

    def test_a_response_after_it_does_not_count(self, judge, response):
        ticket = Ticket("SL4").then(5 * MINUTE, "cancelled").then(6 * MINUTE, "responded")
        verdict = only(judge(response, ticket.events))
        assert (verdict.outcome, verdict.stop) == ("void", None)


class TestResponseReopened:
    """A reopened ticket starts no new response."""

    def test_after_a_response_in_time(self, judge, response):
        ticket = Ticket("SL4").then(9 * MINUTE, "responded").then(HOUR, "resolved").then(2 * HOUR, "reopened")
        verdict = only(judge(response, ticket.events, as_of=when(100 * HOUR)))
        assert (verdict.outcome, verdict.start) == ("met", moment(OPENED))

    def test_a_late_response_stays_late(self, judge, response):
        ticket = Ticket("SL4").then(11 * MINUTE, "responded").then(HOUR, "resolved").then(2 * HOUR, "reopened")
        ticket.then(2 * HOUR + MINUTE, "responded")
        assert only(judge(response, ticket.events)).outcome == "breached"

    def test_the_first_timer_goes_on(self, judge, response):
        ticket = Ticket("SL1").then(10 * MINUTE, "resolved").then(20 * MINUTE, "reopened")
        assert only(judge(response, ticket.then(30 * MINUTE, "responded").events)).outcome == "met"
        ticket = Ticket("SL1").then(10 * MINUTE, "resolved").then(20 * MINUTE, "reopened")
        assert only(judge(response, ticket.then(30 * MINUTE + TICK, "responded").events)).outcome == "breached"

    def test_after_a_cancel(self, judge, response):
        ticket = Ticket("SL4").then(MINUTE, "cancelled").then(2 * MINUTE, "reopened")
        assert only(judge(response, ticket.events, as_of=when(HOUR))).outcome == "void"

    def test_a_second_opening_starts_no_new_response_either(self, judge, response):
        ticket = Ticket("SL4").then(9 * MINUTE, "responded").then(HOUR, "opened", severity="SL4")
        verdict = only(judge(response, ticket.events, as_of=when(100 * HOUR)))
        assert (verdict.outcome, verdict.start) == ("met", moment(OPENED))


POLICIES = ["support.response", "support.resolution", "support.resolution_sl4_target"]


@pytest.mark.parametrize("policy", POLICIES)
class TestSeverityUnknown:
    """Without a severity the limit cannot be known: a finding, and undetermined."""

    STOP = {
        "support.response": "responded",
        "support.resolution": "resolved",
        "support.resolution_sl4_target": "resolved",
    }

    @pytest.mark.parametrize(
        ("data", "found"),
        [
            ({}, "missing_field"),
            ({"severity": None}, "missing_field"),
            ({"severity": "SL5"}, "wrong_value"),
            ({"severity": "sl4"}, "wrong_value"),
            ({"severity": ""}, "wrong_value"),
            ({"severity": 4}, "wrong_value"),
        ],
        ids=["absent", "null", "SL5", "sl4", "empty", "a number"],
    )
    @pytest.mark.parametrize("stopped", [True, False], ids=["stopped", "open"])
    def test_it_is_undetermined_and_a_finding(self, judge, intercall, policy, data, found, stopped):
        ticket = History("T-1").add("ticket.opened", OPENED, **data)
        if stopped:
            ticket.add(f"ticket.{self.STOP[policy]}", when(MINUTE))
        verdicts = judge(intercall.only(policy), ticket.events, as_of=when(100 * HOUR))
        verdict = only(verdicts)
        assert (verdict.policy, verdict.outcome, verdict.due) == (policy, "undetermined", None)
        assert "severity" in verdict.reason
        assert kinds(verdicts) == [found]

    def test_a_severity_that_comes_later_decides(self, judge, intercall, policy):
        ticket = Ticket().severity(5 * MINUTE, "SL4")
        agreement = intercall.only(policy)
        assert only(judge(agreement, ticket.events, as_of=when(5 * MINUTE - TICK))).outcome == "undetermined"
        assert only(judge(agreement, ticket.events, as_of=when(5 * MINUTE))).outcome == "pending"
        assert only(judge(agreement, ticket.then(6 * MINUTE, self.STOP[policy]).events)).outcome == "met"

    def test_a_severity_after_the_stop_comes_too_late(self, judge, intercall, policy):
        ticket = Ticket().then(MINUTE, self.STOP[policy]).severity(2 * MINUTE, "SL4")
        assert only(judge(intercall.only(policy), ticket.events)).outcome == "undetermined"

    def test_a_change_to_an_unknown_one_leaves_the_former(self, judge, intercall, policy):
        ticket = Ticket("SL4").severity(MINUTE, "SL9").then(2 * MINUTE, self.STOP[policy])
        verdicts = judge(intercall.only(policy), ticket.events)
        assert (only(verdicts).outcome, kinds(verdicts)) == ("met", ["wrong_value"])

    def test_cancelled_it_is_void(self, judge, intercall, policy):
        assert only(judge(intercall.only(policy), Ticket().then(100 * HOUR, "cancelled").events)).outcome == "void"


class TestResolution:
    """#6: SL1 8 h, SL2 24 h, SL3 24 h, SL4 24 h from opening."""

    @resolution_rows
    @around
    def test_each_row_around_its_limit(self, judge, resolution, severity, limit, offset, outcome):
        verdicts = judge(resolution, Ticket(severity).then(limit + offset, "resolved").events)
        verdict = only(verdicts)
        assert (verdict.policy, verdict.subject, verdict.outcome) == ("support.resolution", "T-1", outcome)
        assert (verdict.start, verdict.due) == (moment(OPENED), moment(when(limit)))
        assert verdict.stop == moment(when(limit + offset))
        assert (verdict.limit, verdict.elapsed, verdict.margin) == (limit, limit + offset, -offset)
        assert verdict.clauses == ("support.resolution",)
        assert kinds(verdicts) == []

    @resolution_rows
    @around_open
    def test_each_row_while_open(self, judge, resolution, severity, limit, offset, outcome):
        verdict = only(judge(resolution, Ticket(severity).events, as_of=when(limit + offset)))
        assert (verdict.outcome, verdict.stop, verdict.due) == (outcome, None, moment(when(limit)))

    @round_the_clock
    @resolution_rows
    @around
    def test_the_timer_runs_round_the_clock(self, judge, resolution, opened, severity, limit, offset, outcome):
        ticket = Ticket(severity, opened).then(limit + offset, "resolved")
        assert only(judge(resolution, ticket.events)).outcome == outcome

    @around
    def test_a_hold_changes_nothing(self, judge, resolution, offset, outcome):
        ticket = Ticket("SL1").then(HOUR, "on_hold").then(7 * HOUR, "resumed").then(8 * HOUR + offset, "resolved")
        verdicts = judge(resolution, ticket.events)
        assert (only(verdicts).outcome, only(verdicts).due) == (outcome, moment(when(8 * HOUR)))
        assert set(kinds(verdicts)) <= {"unknown_type"}

    def test_responses_and_escalations_change_nothing(self, judge, resolution):
        ticket = Ticket("SL1").then(HOUR, "responded").then(2 * HOUR, "escalated", level="L2")
        assert only(judge(resolution, ticket.events, as_of=when(8 * HOUR + TICK))).outcome == "breached"

    @resolution_rows
    @around_cancel
    def test_cancelled_at_or_before_due_it_is_void_later_breached(
        self, judge, resolution, severity, limit, offset, outcome
    ):
        ticket = Ticket(severity).then(limit + offset, "cancelled")
        for as_of in (limit + offset, 100 * HOUR):
            assert only(judge(resolution, ticket.events, as_of=when(as_of))).outcome == outcome

    @pytest.mark.parametrize("before", RESOLUTION)
    @pytest.mark.parametrize("after", RESOLUTION)
    @around
    def test_the_limit_is_that_of_the_severity_at_the_stop(self, judge, resolution, before, after, offset, outcome):
        limit = RESOLUTION[after]
        verdicts = judge(resolution, Ticket(before).severity(HOUR, after).then(limit + offset, "resolved").events)
        verdict = only(verdicts)
        assert (verdict.outcome, verdict.start, verdict.due) == (outcome, moment(OPENED), moment(when(limit)))
        assert kinds(verdicts) == []

    @pytest.mark.parametrize("change_first", [True, False], ids=["lower id", "higher id"])
    @pytest.mark.parametrize(("before", "after", "outcome"), [("SL2", "SL1", "breached"), ("SL1", "SL2", "met")])
    def test_a_change_at_the_instant_of_the_stop_counts(self, judge, resolution, before, after, outcome, change_first):
        ticket = Ticket(before)
        if change_first:
            ticket.severity(9 * HOUR, after).then(9 * HOUR, "resolved")
        else:
            ticket.then(9 * HOUR, "resolved").severity(9 * HOUR, after)
        assert only(judge(resolution, ticket.events)).outcome == outcome

    def test_a_change_after_the_stop_changes_nothing(self, judge, resolution):
        ticket = Ticket("SL2").then(9 * HOUR, "resolved").severity(9 * HOUR + TICK, "SL1")
        assert only(judge(resolution, ticket.events)).outcome == "met"

    @pytest.mark.parametrize(
        ("since", "found"),
        [(8 * HOUR - TICK, []), (8 * HOUR, []), (8 * HOUR + TICK, ["limit_passed_before_change"])],
        ids=AROUND_IDS,
    )
    @pytest.mark.parametrize("after", ["SL2", "SL3", "SL4"])
    def test_leaving_sl1_after_its_8_h_is_a_finding(self, judge, resolution, after, since, found):
        """Of SL1 the limit is the stricter one, so it is raising the severity that hides the breach."""
        verdicts = judge(resolution, Ticket("SL1").severity(since, after).then(24 * HOUR, "resolved").events)
        assert (only(verdicts).outcome, kinds(verdicts)) == ("met", found)


class TestResolutionReopened:
    """A reopened ticket starts a new resolution instance."""

    @resolution_rows
    @around
    def test_the_time_runs_anew_from_the_reopening(self, judge, resolution, severity, limit, offset, outcome):
        ticket = Ticket(severity).then(HOUR, "resolved").then(90 * HOUR, "reopened")
        ticket.then(90 * HOUR + limit + offset, "resolved")
        first, second = judge(resolution, ticket.events)
        assert (first.outcome, first.start, first.stop) == ("met", moment(OPENED), moment(when(HOUR)))
        assert (second.outcome, second.start) == (outcome, moment(when(90 * HOUR)))
        assert (second.due, second.elapsed) == (moment(when(90 * HOUR + limit)), limit + offset)

    @around_open
    def test_while_open(self, judge, resolution, offset, outcome):
        ticket = Ticket("SL1").then(HOUR, "resolved").then(2 * HOUR, "reopened")
        verdicts = judge(resolution, ticket.events, as_of=when(10 * HOUR + offset))
        assert [verdict.outcome for verdict in verdicts] == ["met", outcome]

    @around_cancel
    def test_cancelled_after_the_reopening(self, judge, resolution, offset, outcome):
        ticket = Ticket("SL1").then(HOUR, "resolved").then(2 * HOUR, "reopened").then(10 * HOUR + offset, "cancelled")
        assert [verdict.outcome for verdict in judge(resolution, ticket.events)] == ["met", outcome]

    def test_a_breach_stays_a_breach(self, judge, resolution):
        ticket = Ticket("SL1").then(9 * HOUR, "resolved").then(10 * HOUR, "reopened").then(11 * HOUR, "resolved")
        assert [verdict.outcome for verdict in judge(resolution, ticket.events)] == ["breached", "met"]

    def test_each_reopening_counts(self, judge, resolution):
        ticket = Ticket("SL1").then(HOUR, "resolved").then(2 * HOUR, "reopened").then(11 * HOUR, "resolved")
        ticket.then(12 * HOUR, "reopened").then(13 * HOUR, "resolved").then(14 * HOUR, "reopened")
        verdicts = judge(resolution, ticket.events, as_of=when(14 * HOUR))
        assert [verdict.outcome for verdict in verdicts] == ["met", "breached", "met", "pending"]

    def test_reopening_an_open_ticket_starts_nothing(self, judge, resolution):
        ticket = Ticket("SL1").then(7 * HOUR, "reopened").then(8 * HOUR + TICK, "resolved")
        verdict = only(judge(resolution, ticket.events))
        assert (verdict.outcome, verdict.start) == ("breached", moment(OPENED))

    @pytest.mark.parametrize("reopened_first", [True, False], ids=["lower id", "higher id"])
    def test_reopened_at_the_instant_of_the_resolution(self, judge, resolution, reopened_first):
        whats = ["reopened", "resolved"] if reopened_first else ["resolved", "reopened"]
        ticket = Ticket("SL1").then(HOUR, whats[0]).then(HOUR, whats[1])
        verdicts = judge(resolution, ticket.events, as_of=when(9 * HOUR + TICK))
        assert [(verdict.outcome, verdict.start) for verdict in verdicts] == [
            ("met", moment(OPENED)),
            ("breached", moment(when(HOUR))),
        ]

    def test_reopened_after_a_cancel(self, judge, resolution):
        ticket = Ticket("SL1").then(HOUR, "cancelled").then(2 * HOUR, "reopened").then(10 * HOUR, "resolved")
        assert [verdict.outcome for verdict in judge(resolution, ticket.events)] == ["void", "met"]

    def test_the_severity_of_the_first_instance_is_that_at_its_own_stop(self, judge, resolution):
        ticket = Ticket("SL2").then(9 * HOUR, "resolved").severity(9 * HOUR + MINUTE, "SL1").then(10 * HOUR, "reopened")
        ticket.then(18 * HOUR + TICK, "resolved")
        first, second = judge(resolution, ticket.events)
        assert (first.outcome, first.limit) == ("met", 24 * HOUR)
        assert (second.outcome, second.limit) == ("breached", 8 * HOUR)

    def test_lowering_before_the_reopening_is_no_finding_of_the_second(self, judge, resolution):
        ticket = Ticket("SL1").then(HOUR, "resolved").severity(20 * HOUR, "SL2").then(21 * HOUR, "reopened")
        verdicts = judge(resolution, ticket.then(30 * HOUR, "resolved").events)
        assert [verdict.outcome for verdict in verdicts] == ["met", "met"]
        assert kinds(verdicts) == []


class TestSl4Target:
    """#7: SL4 resolved within 30 min; other severities at the stop or at `as_of` are not judged."""

    @around
    def test_around_30_min(self, judge, target, offset, outcome):
        verdict = only(judge(target, Ticket("SL4").then(30 * MINUTE + offset, "resolved").events))
        assert (verdict.policy, verdict.outcome) == ("support.resolution_sl4_target", outcome)
        assert (verdict.due, verdict.limit, verdict.margin) == (moment(when(30 * MINUTE)), 30 * MINUTE, -offset)
        assert verdict.clauses == ("support.resolution_sl4_target",)

    @around_open
    def test_while_open(self, judge, target, offset, outcome):
        assert only(judge(target, Ticket("SL4").events, as_of=when(30 * MINUTE + offset))).outcome == outcome

    @pytest.mark.parametrize("severity", ["SL1", "SL2", "SL3"])
    @pytest.mark.parametrize("end", ["resolved", "cancelled", None], ids=["resolved", "cancelled", "open"])
    @pytest.mark.parametrize("since", [29 * MINUTE, 31 * MINUTE], ids=["early", "late"])
    def test_other_severities_are_not_judged(self, judge, target, severity, end, since):
        ticket = Ticket(severity)
        if end:
            ticket.then(since, end)
        verdicts = judge(target, ticket.events, as_of=when(since))
        assert (list(verdicts), kinds(verdicts)) == ([], [])

    @pytest.mark.parametrize("severity", ["SL1", "SL2", "SL3"])
    @around
    def test_raised_to_sl4_it_is_judged_from_the_opening(self, judge, target, severity, offset, outcome):
        ticket = Ticket(severity).severity(20 * MINUTE, "SL4")
        assert list(judge(target, ticket.events, as_of=when(20 * MINUTE - TICK))) == []
        verdict = only(judge(target, ticket.then(30 * MINUTE + offset, "resolved").events))
        assert (verdict.outcome, verdict.start) == (outcome, moment(OPENED))

    @pytest.mark.parametrize("severity", ["SL1", "SL2", "SL3"])
    def test_raised_to_sl4_after_30_min_it_is_breached(self, judge, target, severity):
        ticket = Ticket(severity).severity(31 * MINUTE, "SL4")
        assert only(judge(target, ticket.events)).outcome == "breached"

    @pytest.mark.parametrize("severity", ["SL1", "SL2", "SL3"])
    @pytest.mark.parametrize("since", [10 * MINUTE, 20 * MINUTE], ids=["before the stop", "at the stop"])
    def test_lowered_in_time_it_is_not_judged(self, judge, target, severity, since):
        ticket = Ticket("SL4").severity(since, severity)
        assert only(judge(target, ticket.events, as_of=when(since - TICK))).outcome == "pending"
        assert list(judge(target, ticket.events, as_of=when(since))) == []
        verdicts = judge(target, ticket.then(20 * MINUTE, "resolved").events)
        assert (list(verdicts), kinds(verdicts)) == ([], [])

    @pytest.mark.parametrize("change_first", [True, False], ids=["lower id", "higher id"])
    def test_raised_at_the_instant_of_the_stop(self, judge, target, change_first):
        ticket = Ticket("SL1")
        if change_first:
            ticket.severity(31 * MINUTE, "SL4").then(31 * MINUTE, "resolved")
        else:
            ticket.then(31 * MINUTE, "resolved").severity(31 * MINUTE, "SL4")
        assert only(judge(target, ticket.events)).outcome == "breached"

    def test_changed_after_the_stop_nothing_changes(self, judge, target):
        assert list(judge(target, Ticket("SL1").then(MINUTE, "resolved").severity(2 * MINUTE, "SL4").events)) == []
        lowered = Ticket("SL4").then(31 * MINUTE, "resolved").severity(32 * MINUTE, "SL1")
        assert only(judge(target, lowered.events)).outcome == "breached"

    def test_lowered_after_30_min_it_is_not_judged_but_a_finding(self, judge, target):
        """Retargeting hides the breach, so a finding tells of it."""
        ticket = Ticket("SL4").severity(30 * MINUTE + TICK, "SL1").then(40 * MINUTE, "resolved")
        verdicts = judge(target, ticket.events)
        assert (list(verdicts), kinds(verdicts)) == ([], ["limit_passed_before_change"])

    @around_cancel
    def test_cancelled_as_resolution_is(self, judge, target, offset, outcome):
        ticket = Ticket("SL4").then(30 * MINUTE + offset, "cancelled")
        assert only(judge(target, ticket.events, as_of=when(100 * HOUR))).outcome == outcome

    @around
    def test_reopened_as_resolution_is(self, judge, target, offset, outcome):
        ticket = Ticket("SL4").then(29 * MINUTE, "resolved").then(2 * HOUR, "reopened")
        ticket.then(2 * HOUR + 30 * MINUTE + offset, "resolved")
        first, second = judge(target, ticket.events)
        assert (first.outcome, second.outcome, second.start) == ("met", outcome, moment(when(2 * HOUR)))

    def test_each_instance_by_its_own_severity(self, judge, target):
        ticket = Ticket("SL1").then(29 * MINUTE, "resolved").severity(HOUR, "SL4").then(2 * HOUR, "reopened")
        verdict = only(judge(target, ticket.then(3 * HOUR, "resolved").events))
        assert (verdict.outcome, verdict.start) == ("breached", moment(when(2 * HOUR)))

    def test_a_deferral_does_not_move_it(self, judge, target):
        ticket = Ticket("SL4").then(MINUTE, "deferred", to="release")
        assert only(judge(target, ticket.events, as_of=when(30 * MINUTE + TICK))).outcome == "breached"


class TestTogether:
    """One ticket, the three policies at once."""

    def outcomes(self, judge, intercall, ticket, **options):
        verdicts = judge(intercall.only("support.*"), ticket.events, **options)
        return {verdict.policy: str(verdict.outcome) for verdict in verdicts}

    def test_the_commitment_and_the_target_of_sl4_are_two_things(self, judge, intercall):
        ticket = Ticket("SL4").then(10 * MINUTE, "responded").then(24 * HOUR, "resolved")
        assert self.outcomes(judge, intercall, ticket) == dict(zip(POLICIES, ["met", "met", "breached"], strict=True))

    def test_a_cancel_concerns_what_is_open(self, judge, intercall):
        ticket = Ticket("SL4").then(9 * MINUTE, "responded").then(31 * MINUTE, "cancelled")
        assert self.outcomes(judge, intercall, ticket) == dict(zip(POLICIES, ["met", "void", "breached"], strict=True))

    def test_neither_the_order_of_the_input_nor_repetitions_matter(self, judge, intercall):
        ticket = Ticket("SL1").severity(MINUTE, "SL4").then(5 * MINUTE, "responded").then(HOUR, "resolved")
        ticket.then(2 * HOUR, "reopened").then(3 * HOUR, "deferred", to="patch").then(3 * HOUR, "cancelled")
        agreement = intercall.only("support.*")
        straight = [verdict.to_dict() for verdict in judge(agreement, ticket.events)]
        turned = [verdict.to_dict() for verdict in judge(agreement, ticket.events[::-1] + ticket.events)]
        assert straight == turned
        assert len(straight) == 5
