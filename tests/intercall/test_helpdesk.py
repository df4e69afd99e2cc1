"""Help desk: calls answered within 60 s (#8) and e-mails answered within 24 h (#9)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

import sla_rules as sla
from tests.conftest import History, kinds, only

TICK = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
NOON = "2026-03-10T16:00:00Z"  # in Toronto
MARCH_OVER = "2026-04-01T04:00:00Z"  # midnight in Toronto, where March began at 05:00Z and lost an hour since
IDS = ["1 µs before", "at the limit", "1 µs after"]

around = pytest.mark.parametrize(
    ("offset", "outcome"), [(-TICK, "met"), (timedelta(0), "met"), (TICK, "breached")], ids=IDS
)
around_open = pytest.mark.parametrize(
    ("offset", "outcome"), [(-TICK, "pending"), (timedelta(0), "pending"), (TICK, "breached")], ids=IDS
)


def later(text: str, since: timedelta) -> str:
    return (datetime.fromisoformat(text) + since).isoformat()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def phone(intercall):
    return intercall.only("helpdesk.phone")


@pytest.fixture(scope="module")
def email(intercall):
    return intercall.only("helpdesk.email")


class Calls(History):
    """Calls, each a subject of its own."""

    def call(self, time: str = NOON, answered: timedelta | None = None, abandoned: timedelta | None = None) -> "Calls":
        subject = f"C-{len(self.events)}"
        self.add("phone.offered", time, subject=subject)
        if abandoned is not None:
            self.add("phone.abandoned", later(time, abandoned), subject=subject)
        if answered is not None:
            self.add("phone.answered", later(time, answered), subject=subject)
        return self

    def many(self, good: int, bad: int, time: str = NOON) -> "Calls":
        for number in range(good + bad):
            self.call(time, answered=60 * SECOND if number < good else 60 * SECOND + TICK)
        return self


def months(verdicts: Iterable[sla.Verdict]) -> dict[str | None, str]:
    """The verdicts of the periods."""
    return {verdict.period: str(verdict.outcome) for verdict in verdicts if verdict.tally is not None}


def calls(verdicts: Iterable[sla.Verdict]) -> list[sla.Verdict]:
    """The verdicts of the single calls."""
    return [verdict for verdict in verdicts if verdict.tally is None]


class TestCall:
    """One call: answered within 60 s."""

    @around
    def test_around_60_s(self, judge, phone, offset, outcome):
        (verdict,) = calls(judge(phone, Calls().call(answered=60 * SECOND + offset).events))
        assert (verdict.policy, verdict.subject, verdict.outcome) == ("helpdesk.phone", "C-0", outcome)
        assert (verdict.start, verdict.due) == (moment(NOON), moment(later(NOON, 60 * SECOND)))
        assert (verdict.limit, verdict.margin, verdict.period) == (60 * SECOND, -offset, "2026-03")
        assert verdict.clauses == ("helpdesk.phone",)

    @around_open
    def test_while_it_rings(self, judge, phone, offset, outcome):
        (verdict,) = calls(judge(phone, Calls().call().events, as_of=later(NOON, 60 * SECOND + offset)))
        assert (verdict.outcome, verdict.period) == (outcome, "2026-03")

    @pytest.mark.parametrize("since", [timedelta(0), SECOND, 60 * SECOND], ids=["at once", "1 s", "60 s"])
    @around_open
    def test_abandoned_it_is_pending_until_its_60_s_are_over(self, judge, phone, since, offset, outcome):
        events = Calls().call(abandoned=since).events
        verdicts = judge(phone, events, as_of=later(NOON, 60 * SECOND + offset))
        (verdict,) = calls(verdicts)
        assert (verdict.outcome, verdict.stop, kinds(verdicts)) == (outcome, None, [])

    def test_abandoned_after_its_60_s_it_is_breached(self, judge, phone):
        (verdict,) = calls(judge(phone, Calls().call(abandoned=90 * SECOND).events))
        assert verdict.outcome == "breached"

    def test_abandoned_it_counts_in_its_month(self, judge, phone):
        at_three_of_four = Calls().many(3, 0).call(abandoned=SECOND)
        assert months(judge(phone, at_three_of_four.events, as_of=MARCH_OVER)) == {"2026-03": "breached"}
        assert months(judge(phone, at_three_of_four.many(1, 0).events, as_of=MARCH_OVER)) == {"2026-03": "met"}

    def test_a_call_counts_once(self, judge, phone):
        call = History("C-1").add("phone.offered", NOON).add("phone.answered", later(NOON, SECOND))
        call.add("phone.offered", later(NOON, HOUR))
        verdicts = judge(phone, call.events, as_of=MARCH_OVER)
        assert only(calls(verdicts)).outcome == "met"
        assert only(verdicts, subject="").counted == 1

    def test_an_answer_without_a_call_is_a_finding(self, judge, phone):
        verdicts = judge(phone, History("C-1").add("phone.answered", NOON).events, as_of=MARCH_OVER)
        assert (list(verdicts), kinds(verdicts)) == ([], ["stop_without_start"])


class TestMonth:
    """The month in which a call was offered, in Toronto."""

    @pytest.mark.parametrize(
        ("time", "month"),
        [
            ("2026-02-01T04:59:59.999999Z", "2026-01"),
            ("2026-02-01T05:00:00Z", "2026-02"),
            ("2026-03-01T04:59:59.999999Z", "2026-02"),
            ("2026-03-01T05:00:00Z", "2026-03"),
            ("2026-04-01T03:59:59.999999Z", "2026-03"),
            ("2026-04-01T04:00:00Z", "2026-04"),
            ("2026-11-01T03:59:59.999999Z", "2026-10"),
            ("2026-11-01T04:00:00Z", "2026-11"),
            ("2026-12-01T04:59:59.999999Z", "2026-11"),
            ("2026-12-01T05:00:00Z", "2026-12"),
            ("2027-01-01T04:59:59.999999Z", "2026-12"),
            ("2027-01-01T05:00:00Z", "2027-01"),
        ],
    )
    def test_a_month_begins_at_midnight_in_toronto(self, judge, phone, time, month):
        verdicts = judge(phone, Calls().call(time, answered=SECOND).events, as_of="2028-01-01T00:00:00Z")
        assert only(calls(verdicts)).period == month
        assert months(verdicts) == {month: "met"}

    @pytest.mark.parametrize(("timezone", "month"), [("UTC", "2026-04"), ("America/Vancouver", "2026-03")])
    def test_unless_the_caller_overrides_the_zone(self, judge, timezone, month):
        agreement = sla.load("intercall", timezone=timezone).only("helpdesk.phone")
        verdicts = judge(agreement, Calls().call("2026-04-01T04:30:00Z", answered=SECOND).events)
        assert only(calls(verdicts)).period == month

    def test_answered_in_the_next_month_it_counts_in_the_month_of_the_call(self, judge, phone):
        events = Calls().call("2026-04-01T03:59:30Z", answered=40 * SECOND).events
        assert months(judge(phone, events, as_of=later(MARCH_OVER, HOUR))) == {"2026-03": "met"}

    def test_each_month_by_itself(self, judge, phone):
        events = Calls().many(4, 1, "2026-01-20T12:00:00Z").many(3, 1, "2026-03-20T12:00:00Z").events
        assert months(judge(phone, events, as_of=MARCH_OVER)) == {"2026-01": "met", "2026-03": "breached"}

    def test_no_call_no_verdict(self, judge, phone):
        assert list(judge(phone, [], as_of=MARCH_OVER)) == []


class TestShare:
    """At least 80 % of the calls of a month."""

    @pytest.mark.parametrize(
        ("good", "bad", "outcome"),
        [
            (1, 0, "met"),
            (0, 1, "breached"),
            (3, 1, "breached"),
            (4, 1, "met"),
            (3, 2, "breached"),
            (8, 2, "met"),
            (79, 20, "breached"),
            (80, 20, "met"),
            (799, 201, "breached"),
            (800, 200, "met"),
            (801, 199, "met"),
        ],
    )
    def test_exactly_80_percent_is_enough(self, judge, phone, good, bad, outcome):
        period = only(judge(phone, Calls().many(good, bad).events, as_of=MARCH_OVER), subject="")
        assert (period.policy, period.outcome, period.period) == ("helpdesk.phone", outcome, "2026-03")
        assert (period.counted, period.met, period.breached) == (good + bad, good, bad)
        assert period.share == Fraction(good, good + bad)

    @pytest.mark.parametrize(
        ("good", "bad", "outcome"), [(5, 0, "met"), (4, 1, "met"), (3, 2, "breached"), (0, 9, "breached")]
    )
    def test_pending_until_the_month_is_over(self, judge, phone, good, bad, outcome):
        """Even where it is lost already."""
        events = Calls().many(good, bad).events
        for as_of in (later(NOON, HOUR), later(MARCH_OVER, -TICK)):
            assert months(judge(phone, events, as_of=as_of)) == {"2026-03": "pending"}
        for as_of in (MARCH_OVER, later(MARCH_OVER, 1000 * HOUR)):
            assert months(judge(phone, events, as_of=as_of)) == {"2026-03": outcome}

    @pytest.mark.parametrize(
        ("good", "bad", "outcome"),
        [(4, 0, "met"), (3, 0, "pending"), (7, 2, "pending"), (8, 1, "met"), (3, 1, "pending"), (2, 1, "breached")],
    )
    def test_a_call_that_still_rings_leaves_it_open_where_it_matters(self, judge, phone, good, bad, outcome):
        """Offered 30 s before midnight, it has 30 s of the next month; its month stands where it changes nothing."""
        events = Calls().many(good, bad).call("2026-04-01T03:59:30Z").events
        assert months(judge(phone, events, as_of=later(MARCH_OVER, -TICK))) == {"2026-03": "pending"}
        assert months(judge(phone, events, as_of=MARCH_OVER)) == {"2026-03": outcome}
        lost = "met" if 5 * good >= 4 * (good + bad + 1) else "breached"
        assert months(judge(phone, events, as_of=later(MARCH_OVER, 30 * SECOND + TICK))) == {"2026-03": lost}

    def test_neither_the_order_of_the_input_nor_repetitions_matter(self, judge, phone):
        events = Calls().many(799, 201).events
        straight = [verdict.to_dict() for verdict in judge(phone, events, as_of=MARCH_OVER)]
        turned = [verdict.to_dict() for verdict in judge(phone, events[::-1] + events, as_of=MARCH_OVER)]
        assert straight == turned


class TestEmail:
    """#9: each e-mail answered within 24 h of its receipt."""

    @around
    def test_around_24_h(self, judge, email, offset, outcome):
        message = History("M-1").add("email.received", NOON).add("email.answered", later(NOON, 24 * HOUR + offset))
        verdicts = judge(email, message.events)
        verdict = only(verdicts)
        assert (verdict.policy, verdict.subject, verdict.outcome) == ("helpdesk.email", "M-1", outcome)
        assert (verdict.start, verdict.due) == (moment(NOON), moment(later(NOON, 24 * HOUR)))
        assert (verdict.limit, verdict.margin, verdict.period) == (24 * HOUR, -offset, None)
        assert (verdict.clauses, kinds(verdicts)) == (("helpdesk.email",), [])

    @around_open
    def test_while_unanswered(self, judge, email, offset, outcome):
        message = History("M-1").add("email.received", NOON)
        assert only(judge(email, message.events, as_of=later(NOON, 24 * HOUR + offset))).outcome == outcome

    @pytest.mark.parametrize(
        "received",
        [
            "2026-03-07T12:00:00-05:00",  # a Saturday; clocks go forward in the night
            "2026-10-31T12:00:00-04:00",  # a Saturday; clocks go back in the night
            "2026-12-24T20:00:00-05:00",
        ],
    )
    @around
    def test_24_h_are_elapsed_hours_of_every_day(self, judge, email, received, offset, outcome):
        message = History("M-1").add("email.received", received)
        message.add("email.answered", later(received, 24 * HOUR + offset))
        verdict = only(judge(email, message.events))
        assert (verdict.outcome, verdict.elapsed) == (outcome, 24 * HOUR + offset)

    def test_each_email_has_its_verdict(self, judge, email):
        """No share: one late answer is a breach, however many others came in time."""
        messages = History()
        for number in range(100):
            subject, took = f"M-{number:02}", 24 * HOUR + (TICK if number == 7 else timedelta(0))
            messages.add("email.received", NOON, subject=subject)
            messages.add("email.answered", later(NOON, took), subject=subject)
        verdicts = judge(email, messages.events, as_of=MARCH_OVER)
        assert len(verdicts) == 100
        assert [verdict.subject for verdict in verdicts if verdict.outcome != "met"] == ["M-07"]
        assert only(verdicts, subject="M-07").outcome == "breached"

    def test_further_emails_of_one_subject_each_have_their_time(self, judge, email):
        thread = History("M-1")
        thread.add("email.received", NOON).add("email.answered", later(NOON, 25 * HOUR))
        thread.add("email.received", later(NOON, 30 * HOUR)).add("email.answered", later(NOON, 54 * HOUR))
        thread.add("email.received", later(NOON, 60 * HOUR))
        verdicts = judge(email, thread.events)
        assert [verdict.outcome for verdict in verdicts] == ["breached", "met", "pending"]
        assert verdicts[1].due == moment(later(NOON, 54 * HOUR))

    def test_an_answer_to_another_email_does_not_count(self, judge, email):
        messages = History("M-1").add("email.received", NOON)
        messages.add("email.received", later(NOON, HOUR), subject="M-2")
        messages.add("email.answered", later(NOON, 2 * HOUR), subject="M-2")
        verdicts = judge(email, messages.events, as_of=later(NOON, 24 * HOUR + TICK))
        assert {verdict.subject: verdict.outcome for verdict in verdicts} == {"M-1": "breached", "M-2": "met"}
