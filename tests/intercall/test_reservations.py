"""Confirmation of reservations: by days ahead (#13), and the following meetings of a series (#14)."""

from datetime import UTC, datetime, timedelta

import pytest

import sla_rules as sla
from tests.conftest import History, kinds, only

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
REQUESTED = "2026-03-10T09:00:00-04:00"
TOMORROW = "2026-03-11T09:00:00-04:00"
IDS = ["1 µs before", "at the limit", "1 µs after"]

around = pytest.mark.parametrize(
    ("offset", "outcome"), [(-TICK, "met"), (timedelta(0), "met"), (TICK, "breached")], ids=IDS
)
around_open = pytest.mark.parametrize(
    ("offset", "outcome"), [(-TICK, "pending"), (timedelta(0), "pending"), (TICK, "breached")], ids=IDS
)
around_cancel = pytest.mark.parametrize(
    ("offset", "outcome"), [(-TICK, "void"), (timedelta(0), "void"), (TICK, "breached")], ids=IDS
)

DAYS_AHEAD = [
    # request, meeting, hours to confirm
    pytest.param("2026-03-10T09:00:00-04:00", "2026-03-10T15:00:00-04:00", 1, id="0: same day"),
    pytest.param("2026-03-10T00:00:00-04:00", "2026-03-10T23:59:59.999999-04:00", 1, id="0: a whole day"),
    pytest.param("2026-03-10T09:00:00-04:00", "2026-03-10T09:00:00-04:00", 1, id="0: at the instant of the request"),
    pytest.param("2026-03-10T23:59:00-04:00", "2026-03-11T00:01:00-04:00", 1, id="1: two minutes"),
    pytest.param("2026-03-10T00:00:00-04:00", "2026-03-11T23:59:59.999999-04:00", 1, id="1: almost two days"),
    pytest.param("2026-12-31T23:59:00-05:00", "2027-01-01T00:01:00-05:00", 1, id="1: new year"),
    pytest.param("2026-03-10T23:59:59.999999-04:00", "2026-03-12T00:00:00-04:00", 4, id="2: a day and 1 µs"),
    pytest.param("2026-03-10T09:00:00-04:00", "2026-03-13T09:00:00-04:00", 4, id="3"),
    pytest.param("2026-03-10T09:00:00-04:00", "2026-03-14T09:00:00-04:00", 4, id="4"),
    pytest.param("2026-03-10T00:00:00-04:00", "2026-03-15T23:59:59.999999-04:00", 4, id="5: almost six days"),
    pytest.param("2026-03-10T23:59:59.999999-04:00", "2026-03-16T00:00:00-04:00", 8, id="6: five days and 1 µs"),
    pytest.param("2026-03-10T09:00:00-04:00", "2026-03-17T09:00:00-04:00", 8, id="7"),
    pytest.param("2026-02-27T09:00:00-05:00", "2026-03-01T09:00:00-05:00", 4, id="2: end of February"),
    pytest.param("2026-03-10T09:00:00-04:00", "2028-03-10T09:00:00-04:00", 8, id="two years"),
    # the date in UTC differs from the date in Toronto
    pytest.param("2026-03-10T23:00:00Z", "2026-03-12T03:00:00Z", 1, id="1 in Toronto, 2 in UTC"),
    pytest.param("2026-03-11T01:00:00Z", "2026-03-12T15:00:00Z", 4, id="2 in Toronto, 1 in UTC"),
    pytest.param("2026-03-10T23:00:00Z", "2026-03-16T03:00:00Z", 4, id="5 in Toronto, 6 in UTC"),
    pytest.param("2026-03-11T01:00:00Z", "2026-03-16T15:00:00Z", 8, id="6 in Toronto, 5 in UTC"),
    pytest.param("2026-03-11T03:59:59.999999Z", "2026-03-11T04:00:00Z", 1, id="1: over midnight in Toronto"),
    # clocks go forward on 8 March: a day of 23 h
    pytest.param("2026-03-07T23:30:00-05:00", "2026-03-09T00:30:00-04:00", 4, id="2: 24 h over 8 March"),
    pytest.param("2026-03-07T12:00:00-05:00", "2026-03-08T23:59:59.999999-04:00", 1, id="1: into 8 March"),
    pytest.param("2026-03-08T01:59:59.999999-05:00", "2026-03-08T03:00:00-04:00", 1, id="0: over the gap"),
    pytest.param("2026-03-08T01:30:00-05:00", "2026-03-09T23:30:00-04:00", 1, id="1: from before the gap"),
    pytest.param("2026-03-08T01:30:00-05:00", "2026-03-10T00:00:00-04:00", 4, id="2: from before the gap"),
    pytest.param("2026-03-07T12:00:00-05:00", "2026-03-13T00:30:00-04:00", 8, id="6, 5 by the winter's offset"),
    pytest.param("2026-03-07T12:00:00-05:00", "2026-03-12T23:59:59.999999-04:00", 4, id="5 over 8 March"),
    # clocks go back on 1 November: a day of 25 h
    pytest.param("2026-10-31T00:30:00-04:00", "2026-11-01T23:30:00-05:00", 1, id="1, 2 by either offset"),
    pytest.param("2026-11-01T00:00:00-04:00", "2026-11-01T23:59:59.999999-05:00", 1, id="0: the 25 h of 1 November"),
    pytest.param("2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00", 1, id="0: 1:30 to 1:30"),
    pytest.param("2026-11-01T00:30:00-04:00", "2026-11-03T00:00:00-05:00", 4, id="2 from 1 November"),
    pytest.param("2026-10-30T12:00:00-04:00", "2026-11-04T23:30:00-05:00", 4, id="5, 6 by the summer's offset"),
    pytest.param("2026-10-30T23:59:59-04:00", "2026-11-05T00:00:00-05:00", 8, id="6 over 1 November"),
]


def later(text: str, since: timedelta) -> str:
    """The instant so much elapsed time later."""
    return (moment(text) + since).isoformat()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def reservation(requested: str = REQUESTED, meeting: str | None = TOMORROW, **data: object) -> History:
    times = {} if meeting is None else {"meeting_start": meeting}
    return History("B-1").add("reservation.requested", requested, **times, **data)


@pytest.fixture(scope="module")
def both(intercall):
    return intercall.only("reservation.confirmation", "reservation.recurring")


class TestConfirmation:
    """#13: 1 h on the same or the next day, 4 h for 2 to 5 days ahead, 8 h for 6 or more."""

    @pytest.mark.parametrize(("requested", "meeting", "hours"), DAYS_AHEAD)
    @around
    def test_each_tier_around_its_limit(self, judge, both, requested, meeting, hours, offset, outcome):
        limit = hours * HOUR
        booking = reservation(requested, meeting).add("reservation.confirmed", later(requested, limit + offset))
        verdicts = judge(both, booking.events)
        verdict = only(verdicts)
        assert (verdict.policy, verdict.subject, verdict.outcome) == ("reservation.confirmation", "B-1", outcome)
        assert (verdict.start, verdict.due) == (moment(requested), moment(requested) + limit)
        assert (verdict.limit, verdict.elapsed, verdict.margin) == (limit, limit + offset, -offset)
        assert (verdict.clauses, kinds(verdicts)) == (("reservation.confirmation",), [])

    @pytest.mark.parametrize(("requested", "meeting", "hours"), DAYS_AHEAD)
    @around_open
    def test_each_tier_while_open(self, judge, both, requested, meeting, hours, offset, outcome):
        as_of = later(requested, hours * HOUR + offset)
        verdict = only(judge(both, reservation(requested, meeting).events, as_of=as_of))
        assert (verdict.outcome, verdict.stop) == (outcome, None)

    @pytest.mark.parametrize(("requested", "meeting", "hours"), DAYS_AHEAD)
    @around_cancel
    def test_cancelled_it_is_void(self, judge, both, requested, meeting, hours, offset, outcome):
        """As everywhere, a cancel after the due instant leaves the breach."""
        booking = reservation(requested, meeting).add("reservation.cancelled", later(requested, hours * HOUR + offset))
        assert only(judge(both, booking.events, as_of="2030-01-01T00:00:00Z")).outcome == outcome

    @pytest.mark.parametrize(
        ("timezone", "requested", "meeting", "hours"),
        [
            ("America/Toronto", "2026-03-10T23:00:00Z", "2026-03-12T03:00:00Z", 1),
            ("UTC", "2026-03-10T23:00:00Z", "2026-03-12T03:00:00Z", 4),
            ("America/Toronto", "2026-03-11T05:00:00Z", "2026-03-12T07:00:00Z", 1),
            ("America/Vancouver", "2026-03-11T05:00:00Z", "2026-03-12T07:00:00Z", 4),
        ],
    )
    def test_the_days_are_those_of_the_zone_of_the_agreement(self, judge, timezone, requested, meeting, hours):
        agreement = sla.load("intercall", timezone=timezone).only("reservation.confirmation")
        assert only(judge(agreement, reservation(requested, meeting).events)).limit == hours * HOUR

    def test_confirmed_at_the_instant_of_the_request(self, judge, both):
        assert only(judge(both, reservation().add("reservation.confirmed", REQUESTED).events)).outcome == "met"

    def test_confirmed_and_cancelled_at_one_instant_it_is_met(self, judge, both):
        booking = reservation().add("reservation.cancelled", later(REQUESTED, HOUR))
        assert only(judge(both, booking.add("reservation.confirmed", later(REQUESTED, HOUR)).events)).outcome == "met"

    def test_cancelled_after_the_confirmation_nothing_changes(self, judge, both):
        booking = reservation().add("reservation.confirmed", later(REQUESTED, HOUR))
        booking.add("reservation.cancelled", later(REQUESTED, 2 * HOUR))
        assert only(judge(both, booking.events)).outcome == "met"

    def test_a_reservation_is_judged_once(self, judge, both):
        booking = reservation().add("reservation.confirmed", later(REQUESTED, HOUR))
        booking.add("reservation.requested", later(REQUESTED, 2 * HOUR), meeting_start=TOMORROW)
        verdict = only(judge(both, booking.events, as_of=later(REQUESTED, 99 * HOUR)))
        assert (verdict.outcome, verdict.start) == ("met", moment(REQUESTED))

    @pytest.mark.parametrize(
        ("data", "found"),
        [
            ({}, "missing_field"),
            ({"meeting_start": None}, "missing_field"),
            ({"meeting_start": "tomorrow"}, "wrong_value"),
            ({"meeting_start": "2026-03-11T09:00:00"}, "wrong_value"),
        ],
        ids=["absent", "null", "no instant", "without an offset"],
    )
    @pytest.mark.parametrize("confirmed", [True, False], ids=["confirmed", "open"])
    def test_without_the_start_of_the_meeting_it_is_undetermined(self, judge, both, data, found, confirmed):
        booking = reservation(meeting=None, **data)
        if confirmed:
            booking.add("reservation.confirmed", later(REQUESTED, HOUR))
        verdicts = judge(both, booking.events)
        verdict = only(verdicts)
        assert (verdict.policy, verdict.outcome) == ("reservation.confirmation", "undetermined")
        assert (verdict.due, kinds(verdicts)) == (None, [found])


class TestRecurring:
    """#14: the following meetings of a series are confirmed within 48 h, each a subject of its own."""

    @pytest.mark.parametrize("occurrence", [2, 3, 52])
    @pytest.mark.parametrize("meeting", [REQUESTED, TOMORROW, "2026-03-12T09:00:00-04:00", "2027-03-10T09:00:00-05:00"])
    @around
    def test_around_48_h_however_far_ahead(self, judge, both, occurrence, meeting, offset, outcome):
        booking = reservation(meeting=meeting, occurrence=occurrence)
        booking.add("reservation.confirmed", later(REQUESTED, 48 * HOUR + offset))
        verdicts = judge(both, booking.events)
        verdict = only(verdicts)
        assert (verdict.policy, verdict.subject, verdict.outcome) == ("reservation.recurring", "B-1", outcome)
        assert (verdict.start, verdict.due) == (moment(REQUESTED), moment(REQUESTED) + 48 * HOUR)
        assert (verdict.limit, verdict.margin) == (48 * HOUR, -offset)
        assert (verdict.clauses, kinds(verdicts)) == (("reservation.recurring",), [])

    @around_open
    def test_while_open(self, judge, both, offset, outcome):
        events = reservation(occurrence=2).events
        assert only(judge(both, events, as_of=later(REQUESTED, 48 * HOUR + offset))).outcome == outcome

    @around_cancel
    def test_cancelled_it_is_void(self, judge, both, offset, outcome):
        booking = reservation(occurrence=2).add("reservation.cancelled", later(REQUESTED, 48 * HOUR + offset))
        assert only(judge(both, booking.events, as_of="2030-01-01T00:00:00Z")).outcome == outcome

    @pytest.mark.parametrize(
        ("requested", "due"),
        [
            ("2026-03-07T12:00:00-05:00", "2026-03-09T13:00:00-04:00"),
            ("2026-03-08T01:30:00-05:00", "2026-03-10T02:30:00-04:00"),
            ("2026-10-31T12:00:00-04:00", "2026-11-02T11:00:00-05:00"),
            ("2026-11-01T01:30:00-04:00", "2026-11-03T00:30:00-05:00"),
            ("2026-12-24T12:00:00-05:00", "2026-12-26T12:00:00-05:00"),
        ],
    )
    @around
    def test_48_h_over_a_clock_change_are_elapsed_hours(self, judge, both, requested, due, offset, outcome):
        booking = reservation(requested, "2027-01-15T09:00:00-05:00", occurrence=2)
        verdict = only(judge(both, booking.add("reservation.confirmed", later(due, offset)).events))
        assert (verdict.outcome, verdict.due, verdict.elapsed) == (outcome, moment(due), 48 * HOUR + offset)

    def test_without_the_start_of_the_meeting_the_48_h_are_known(self, judge, both):
        booking = reservation(meeting=None, occurrence=2).add("reservation.confirmed", later(REQUESTED, 48 * HOUR))
        verdicts = judge(both, booking.events)
        verdict = only(verdicts)
        assert (verdict.policy, verdict.outcome) == ("reservation.recurring", "met")
        assert kinds(verdicts) == ["missing_field"]


class TestWhich:
    """Occurrence 1, or none stated, is #13; 2 and up is #14; never both."""

    @pytest.mark.parametrize(
        ("data", "policy"),
        [
            ({}, "reservation.confirmation"),
            ({"occurrence": None}, "reservation.confirmation"),
            ({"occurrence": 1}, "reservation.confirmation"),
            ({"occurrence": 2}, "reservation.recurring"),
            ({"occurrence": 3}, "reservation.recurring"),
            ({"occurrence": 10**6}, "reservation.recurring"),
        ],
        ids=["absent", "null", "1", "2", "3", "many"],
    )
    def test_one_policy_judges_a_request(self, judge, both, data, policy):
        verdicts = judge(both, reservation(**data).events)
        assert (only(verdicts).policy, kinds(verdicts)) == (policy, [])

    @pytest.mark.parametrize("occurrence", ["second", True, 2.5, [2]])
    def test_an_unreadable_occurrence_counts_as_none_and_is_a_finding(self, judge, both, occurrence):
        verdicts = judge(both, reservation(occurrence=occurrence).events)
        assert (only(verdicts).policy, kinds(verdicts)) == ("reservation.confirmation", ["wrong_value"])

    def test_each_meeting_of_a_series_is_a_subject_of_its_own(self, judge, both):
        took = {1: HOUR + TICK, 2: 48 * HOUR, 3: 48 * HOUR + TICK, 4: timedelta(0), 5: None}
        series = History()
        for number, time in took.items():
            subject = f"B-1/{number}"
            meeting = later("2026-03-11T14:00:00-04:00", timedelta(weeks=number - 1))
            series.add("reservation.requested", REQUESTED, subject=subject, meeting_start=meeting, occurrence=number)
            if time is not None:
                series.add("reservation.confirmed", later(REQUESTED, time), subject=subject)
        verdicts = judge(both, series.events, as_of=later(REQUESTED, 49 * HOUR))
        assert {(verdict.subject, verdict.policy): str(verdict.outcome) for verdict in verdicts} == {
            ("B-1/1", "reservation.confirmation"): "breached",
            ("B-1/2", "reservation.recurring"): "met",
            ("B-1/3", "reservation.recurring"): "breached",
            ("B-1/4", "reservation.recurring"): "met",
            ("B-1/5", "reservation.recurring"): "breached",
        }

    def test_neither_the_order_of_the_input_nor_repetitions_matter(self, judge, both):
        series = History()
        for number in range(1, 6):
            series.add("reservation.confirmed", later(REQUESTED, number * HOUR), subject=f"B-{number}")
            series.add(
                "reservation.requested",
                REQUESTED,
                subject=f"B-{number}",
                meeting_start=later(TOMORROW, number * 24 * HOUR),
                occurrence=1 + number % 2,
            )
        straight = [verdict.to_dict() for verdict in judge(both, series.events)]
        turned = [verdict.to_dict() for verdict in judge(both, series.events[::-1] + series.events)]
        assert straight == turned
        assert len(straight) == 5


@pytest.mark.parametrize("occurrence", [None, 1, 2, 7])
class TestMeetingBeforeItsRequest:
    """A meeting that starts before it is requested is a data finding, not a verdict, for #13 and #14."""

    @pytest.mark.parametrize("before", [TICK, 9 * HOUR, 24 * HOUR, 9999 * HOUR], ids=str)
    def test_it_is_a_finding_and_no_verdict(self, judge, both, occurrence, before):
        verdicts = judge(both, reservation(meeting=later(REQUESTED, -before), occurrence=occurrence).events)
        assert (list(verdicts), kinds(verdicts)) == ([], ["interval_reversed"])
        assert verdicts.findings[0].subject == "B-1"

    @pytest.mark.parametrize("what", ["confirmed", "cancelled"])
    @pytest.mark.parametrize("since", [HOUR, 99 * HOUR])
    def test_whatever_becomes_of_it(self, judge, both, occurrence, what, since):
        booking = reservation(meeting=later(REQUESTED, -TICK), occurrence=occurrence)
        verdicts = judge(both, booking.add(f"reservation.{what}", later(REQUESTED, since)).events)
        assert list(verdicts) == []
        assert "interval_reversed" in kinds(verdicts)

    def test_at_its_request_it_is_judged(self, judge, both, occurrence):
        verdicts = judge(both, reservation(meeting=REQUESTED, occurrence=occurrence).events)
        assert (only(verdicts).outcome, kinds(verdicts)) == ("pending", [])
