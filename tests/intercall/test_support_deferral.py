"""The deferral of a resolution (#6): "or next release" for SL1, "or next patches" for SL2, neither for SL3 and SL4."""

from datetime import datetime, timedelta

import pytest

from tests.conftest import History, kinds, only

OPENED = "2026-03-02T14:00:00Z"
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)

LIMITS = {"SL1": 8 * HOUR, "SL2": 24 * HOUR, "SL3": 24 * HOUR, "SL4": 24 * HOUR}
FITTING = {("SL1", "release"): ["release"], ("SL2", "release"): ["release"], ("SL2", "patch"): ["patch", "release"]}
FITS = [(severity, to, kind) for (severity, to), fitting in FITTING.items() for kind in fitting]
MISSES = [("SL1", "release", "patch"), ("SL2", "release", "patch")]
INVALID = [("SL1", "patch"), ("SL3", "release"), ("SL3", "patch"), ("SL4", "release"), ("SL4", "patch")]
IDS = ["1 µs before", "at it", "1 µs after"]

around = pytest.mark.parametrize(
    ("offset", "outcome"), [(-TICK, "met"), (timedelta(0), "met"), (TICK, "breached")], ids=IDS
)
around_open = pytest.mark.parametrize(
    ("offset", "outcome"), [(-TICK, "pending"), (timedelta(0), "pending"), (TICK, "breached")], ids=IDS
)
around_cancel = pytest.mark.parametrize(
    ("offset", "outcome"), [(-TICK, "void"), (timedelta(0), "void"), (TICK, "breached")], ids=IDS
)
valid = pytest.mark.parametrize(("severity", "to"), FITTING)
invalid = pytest.mark.parametrize(("severity", "to"), INVALID)
fits = pytest.mark.parametrize(("severity", "to", "kind"), FITS)
misses = pytest.mark.parametrize(("severity", "to", "kind"), MISSES)


def when(since: timedelta) -> str:
    """The instant so long after the opening."""
    return (datetime.fromisoformat(OPENED) + since).isoformat()


def moment(since: timedelta) -> datetime:
    return datetime.fromisoformat(when(since))


class Ticket(History):
    """A ticket and the publications; everything is placed by the time since the opening."""

    def __init__(self, severity: str | None) -> None:
        super().__init__("T-1")
        self.add("ticket.opened", OPENED, **({} if severity is None else {"severity": severity}))

    def then(self, since: timedelta, what: str, **data: object) -> "Ticket":
        self.add(f"ticket.{what}", when(since), **data)
        return self

    def deferred(self, since: timedelta, to: str) -> "Ticket":
        return self.then(since, "deferred", to=to)

    def published(self, since: timedelta, kind: str, subject: str = "R-1") -> "Ticket":
        self.add("release.published", when(since), subject=subject, kind=kind)
        return self

    def severity(self, since: timedelta, value: str) -> "Ticket":
        return self.then(since, "severity_changed", severity=value)


@pytest.fixture(scope="module")
def resolution(intercall):
    return intercall.only("support.resolution")


class TestToTheNextPublication:
    """A valid deferral moves the due instant to the first later publication that fits."""

    @fits
    @around
    def test_due_at_the_publication(self, judge, resolution, severity, to, kind, offset, outcome):
        ticket = Ticket(severity).deferred(HOUR, to).published(30 * HOUR, kind).then(30 * HOUR + offset, "resolved")
        verdicts = judge(resolution, ticket.events)
        verdict = only(verdicts)
        assert (verdict.outcome, verdict.due, verdict.margin) == (outcome, moment(30 * HOUR), -offset)
        assert kinds(verdicts) == []

    @fits
    @around_open
    def test_while_open(self, judge, resolution, severity, to, kind, offset, outcome):
        ticket = Ticket(severity).deferred(HOUR, to).published(30 * HOUR, kind)
        verdict = only(judge(resolution, ticket.events, as_of=when(30 * HOUR + offset)))
        assert verdict.outcome == outcome
        assert verdict.due == (None if offset < timedelta(0) else moment(30 * HOUR))

    @fits
    @around_cancel
    def test_cancelled(self, judge, resolution, severity, to, kind, offset, outcome):
        ticket = Ticket(severity).deferred(HOUR, to).published(30 * HOUR, kind).then(30 * HOUR + offset, "cancelled")
        assert only(judge(resolution, ticket.events, as_of=when(99 * HOUR))).outcome == outcome

    @valid
    @pytest.mark.parametrize("since", [timedelta(0), 9 * HOUR, 25 * HOUR, 999 * HOUR])
    def test_none_yet_leaves_it_pending(self, judge, resolution, severity, to, since):
        ticket = Ticket(severity).deferred(timedelta(0), to)
        verdict = only(judge(resolution, ticket.events, as_of=when(since)))
        assert (verdict.outcome, verdict.due) == ("pending", None)

    @valid
    @pytest.mark.parametrize("since", [9 * HOUR, 25 * HOUR, 999 * HOUR])
    def test_none_yet_and_a_resolution_meanwhile_is_met(self, judge, resolution, severity, to, since):
        ticket = Ticket(severity).deferred(HOUR, to).then(since, "resolved")
        assert only(judge(resolution, ticket.events)).outcome == "met"
        assert only(judge(resolution, ticket.events, as_of=when(9999 * HOUR))).outcome == "met"

    @fits
    def test_a_resolution_before_the_publication_is_met(self, judge, resolution, severity, to, kind):
        ticket = Ticket(severity).deferred(HOUR, to).then(40 * HOUR, "resolved").published(90 * HOUR, kind)
        assert only(judge(resolution, ticket.events)).outcome == "met"

    @valid
    def test_none_yet_and_cancelled_is_void(self, judge, resolution, severity, to):
        ticket = Ticket(severity).deferred(HOUR, to).then(99 * HOUR, "cancelled")
        assert only(judge(resolution, ticket.events)).outcome == "void"

    @misses
    def test_a_patch_is_no_release(self, judge, resolution, severity, to, kind):
        ticket = Ticket(severity).deferred(HOUR, to).published(30 * HOUR, kind)
        verdict = only(judge(resolution, ticket.events, as_of=when(40 * HOUR)))
        assert (verdict.outcome, verdict.due) == ("pending", None)
        ticket.published(50 * HOUR, "release", subject="R-2")
        assert only(judge(resolution, ticket.events, as_of=when(50 * HOUR))).due == moment(50 * HOUR)
        assert only(judge(resolution, ticket.events, as_of=when(50 * HOUR + TICK))).outcome == "breached"

    def test_a_release_carries_the_patches(self, judge, resolution):
        ticket = Ticket("SL2").deferred(HOUR, "patch").published(30 * HOUR, "release").published(60 * HOUR, "patch")
        verdict = only(judge(resolution, ticket.then(31 * HOUR, "resolved").events))
        assert (verdict.outcome, verdict.due) == ("breached", moment(30 * HOUR))

    @fits
    def test_the_first_of_several_counts(self, judge, resolution, severity, to, kind):
        ticket = Ticket(severity).deferred(HOUR, to).published(60 * HOUR, kind, "R-2").published(30 * HOUR, kind, "R-1")
        verdict = only(judge(resolution, ticket.then(31 * HOUR, "resolved").events))
        assert (verdict.outcome, verdict.due) == ("breached", moment(30 * HOUR))

    @pytest.mark.parametrize(("data", "found"), [({}, "missing_field"), ({"kind": "hotfix"}, "wrong_value")])
    def test_a_publication_of_unknown_kind_fits_nothing(self, judge, resolution, data, found):
        ticket = Ticket("SL2").deferred(HOUR, "patch")
        ticket.add("release.published", when(30 * HOUR), subject="R-1", **data)
        verdicts = judge(resolution, ticket.events, as_of=when(40 * HOUR))
        assert (only(verdicts).outcome, kinds(verdicts)) == ("pending", [found])


class TestPublicationAndDeferral:
    """Only a publication later than the deferral counts, and none shortens the ordinary limit."""

    @fits
    @pytest.mark.parametrize(
        ("offset", "outcome"), [(-TICK, "pending"), (timedelta(0), "pending"), (TICK, "breached")], ids=IDS
    )
    def test_published_around_the_deferral(self, judge, resolution, severity, to, kind, offset, outcome):
        """Earlier and at the deferral do not count; 1 µs later does, and leaves the ordinary limit."""
        ticket = Ticket(severity).deferred(2 * HOUR, to).published(2 * HOUR + offset, kind)
        verdict = only(judge(resolution, ticket.events, as_of=when(LIMITS[severity] + TICK)))
        assert verdict.outcome == outcome
        assert verdict.due == (moment(LIMITS[severity]) if outcome == "breached" else None)

    @fits
    @pytest.mark.parametrize("since", [2 * HOUR, 7 * HOUR])
    @around
    def test_earlier_than_the_ordinary_limit_it_never_shortens(
        self, judge, resolution, severity, to, kind, since, offset, outcome
    ):
        limit = LIMITS[severity]
        ticket = Ticket(severity).deferred(HOUR, to).published(since, kind).published(48 * HOUR, kind, "R-2")
        verdict = only(judge(resolution, ticket.then(limit + offset, "resolved").events))
        assert (verdict.outcome, verdict.due) == (outcome, moment(limit))

    @fits
    @pytest.mark.parametrize("later", [-TICK, timedelta(0), TICK], ids=IDS)
    def test_around_the_ordinary_limit_the_later_of_both_counts(self, judge, resolution, severity, to, kind, later):
        limit = LIMITS[severity]
        due = max(limit, limit + later)
        ticket = Ticket(severity).deferred(HOUR, to).published(limit + later, kind)
        assert only(judge(resolution, ticket.events, as_of=when(due))).outcome == "pending"
        verdict = only(judge(resolution, ticket.events, as_of=when(due + TICK)))
        assert (verdict.outcome, verdict.due) == ("breached", moment(due))

    @fits
    def test_only_what_is_known_at_the_evaluation_instant(self, judge, resolution, severity, to, kind):
        ticket = Ticket(severity).deferred(HOUR, to).published(30 * HOUR, kind).then(40 * HOUR, "resolved")
        outcomes = {25: "pending", 29: "pending", 30: "pending", 31: "breached", 39: "breached", 40: "breached"}
        for hours, outcome in outcomes.items():
            assert only(judge(resolution, ticket.events, as_of=when(hours * HOUR))).outcome == outcome


class TestInvalid:
    """SL1 to a patch, SL3, SL4, and what comes too late: the ordinary limit stays."""

    @invalid
    @pytest.mark.parametrize("kind", ["release", "patch"])
    @around
    def test_the_ordinary_limit_stays(self, judge, resolution, severity, to, kind, offset, outcome):
        limit = LIMITS[severity]
        ticket = Ticket(severity).deferred(HOUR, to).published(30 * HOUR, kind).then(limit + offset, "resolved")
        verdict = only(judge(resolution, ticket.events, as_of=when(90 * HOUR)))
        assert (verdict.outcome, verdict.due) == (outcome, moment(limit))

    @invalid
    @around_open
    def test_the_ordinary_limit_stays_while_open(self, judge, resolution, severity, to, offset, outcome):
        verdict = only(
            judge(resolution, Ticket(severity).deferred(HOUR, to).events, as_of=when(LIMITS[severity] + offset))
        )
        assert (verdict.outcome, verdict.due) == (outcome, moment(LIMITS[severity]))

    @valid
    @pytest.mark.parametrize("offset", [-TICK, timedelta(0), TICK], ids=IDS)
    @pytest.mark.parametrize("published", [True, False], ids=["published", "not yet"])
    def test_deferred_around_the_ordinary_limit(self, judge, resolution, severity, to, offset, published):
        """At the limit is within it; 1 µs later is not, and the breach stays."""
        limit = LIMITS[severity]
        ticket = Ticket(severity).deferred(limit + offset, to).then(40 * HOUR, "resolved")
        if published:
            ticket.published(50 * HOUR, "release")
        verdict = only(judge(resolution, ticket.events))
        if offset <= timedelta(0):
            assert verdict.outcome == "met"
        else:
            assert (verdict.outcome, verdict.due) == ("breached", moment(limit))

    @valid
    def test_deferred_at_the_opening(self, judge, resolution, severity, to):
        ticket = Ticket(severity).deferred(timedelta(0), to)
        assert only(judge(resolution, ticket.events, as_of=when(99 * HOUR))).outcome == "pending"

    @valid
    def test_deferred_before_the_opening(self, judge, resolution, severity, to):
        ticket = Ticket(severity).deferred(-TICK, to)
        assert only(judge(resolution, ticket.events, as_of=when(99 * HOUR))).outcome == "breached"

    def test_the_deferral_of_another_ticket(self, judge, resolution):
        ticket = Ticket("SL1")
        ticket.add("ticket.opened", OPENED, subject="T-2", severity="SL1")
        ticket.add("ticket.deferred", when(HOUR), subject="T-2", to="release")
        verdicts = judge(resolution, ticket.events, as_of=when(9 * HOUR))
        assert {verdict.subject: verdict.outcome for verdict in verdicts} == {"T-1": "breached", "T-2": "pending"}

    @pytest.mark.parametrize(("data", "found"), [({}, "missing_field"), ({"to": "never"}, "wrong_value")])
    def test_deferred_to_nothing_known(self, judge, resolution, data, found):
        ticket = Ticket("SL2").then(HOUR, "deferred", **data)
        verdicts = judge(resolution, ticket.events, as_of=when(24 * HOUR + TICK))
        assert (only(verdicts).outcome, kinds(verdicts)) == ("breached", [found])

    def test_without_a_severity_it_is_undetermined(self, judge, resolution):
        ticket = Ticket(None).deferred(HOUR, "release").then(2 * HOUR, "resolved")
        assert only(judge(resolution, ticket.events)).outcome == "undetermined"


class TestSeveralDeferrals:
    """The first valid one counts."""

    def test_the_first_of_two_valid_ones(self, judge, resolution):
        ticket = Ticket("SL2").deferred(HOUR, "patch").deferred(2 * HOUR, "release")
        ticket.published(30 * HOUR, "patch", "P-1").published(60 * HOUR, "release", "R-1").then(31 * HOUR, "resolved")
        verdict = only(judge(resolution, ticket.events))
        assert (verdict.outcome, verdict.due) == ("breached", moment(30 * HOUR))

    def test_a_later_one_does_not_shorten(self, judge, resolution):
        ticket = Ticket("SL2").deferred(HOUR, "release").deferred(2 * HOUR, "patch")
        ticket.published(30 * HOUR, "patch", "P-1").published(60 * HOUR, "release", "R-1").then(60 * HOUR, "resolved")
        verdict = only(judge(resolution, ticket.events))
        assert (verdict.outcome, verdict.due) == ("met", moment(60 * HOUR))

    def test_an_invalid_one_before_it_does_no_harm(self, judge, resolution):
        ticket = Ticket("SL1").deferred(HOUR, "patch").published(2 * HOUR, "release").deferred(3 * HOUR, "release")
        verdict = only(judge(resolution, ticket.published(30 * HOUR, "release", "R-2").events))
        assert (verdict.outcome, verdict.due) == ("pending", moment(30 * HOUR))


class TestSeverityChanged:
    """What may be deferred, and within which limit, follows from the severity at the stop or at `as_of`."""

    @pytest.mark.parametrize(("before", "to"), FITTING)
    @pytest.mark.parametrize("after", ["SL3", "SL4"])
    @around
    def test_raised_to_sl3_or_sl4_the_deferral_is_gone(self, judge, resolution, before, to, after, offset, outcome):
        ticket = Ticket(before).deferred(HOUR, to).severity(2 * HOUR, after).then(24 * HOUR + offset, "resolved")
        verdict = only(judge(resolution, ticket.published(30 * HOUR, "release").events))
        assert (verdict.outcome, verdict.due) == (outcome, moment(24 * HOUR))

    @pytest.mark.parametrize("before", ["SL3", "SL4"])
    @pytest.mark.parametrize("to", ["release", "patch"])
    def test_lowered_to_sl2_the_deferral_counts(self, judge, resolution, before, to):
        ticket = Ticket(before).deferred(HOUR, to).severity(2 * HOUR, "SL2")
        verdicts = judge(resolution, ticket.events, as_of=when(99 * HOUR))
        assert (only(verdicts).outcome, kinds(verdicts)) == ("pending", [])
        ticket.published(100 * HOUR, "release").then(100 * HOUR + TICK, "resolved")
        verdict = only(judge(resolution, ticket.events))
        assert (verdict.outcome, verdict.due) == ("breached", moment(100 * HOUR))

    def test_from_sl1_to_sl2_a_patch_will_do(self, judge, resolution):
        ticket = Ticket("SL1").deferred(HOUR, "patch").severity(2 * HOUR, "SL2").published(30 * HOUR, "patch")
        assert only(judge(resolution, ticket.then(30 * HOUR, "resolved").events)).outcome == "met"

    def test_from_sl2_to_sl1_a_patch_will_not_do(self, judge, resolution):
        ticket = Ticket("SL2").deferred(HOUR, "patch").severity(2 * HOUR, "SL1").published(30 * HOUR, "patch")
        verdict = only(judge(resolution, ticket.then(9 * HOUR, "resolved").events))
        assert (verdict.outcome, verdict.due) == ("breached", moment(8 * HOUR))

    def test_from_sl1_to_sl2_what_came_after_8_h_is_within_24_h(self, judge, resolution):
        ticket = Ticket("SL1").deferred(10 * HOUR, "release").severity(11 * HOUR, "SL2")
        verdicts = judge(resolution, ticket.events, as_of=when(99 * HOUR))
        assert (only(verdicts).outcome, kinds(verdicts)) == ("pending", ["limit_passed_before_change"])

    def test_from_sl2_to_sl1_what_came_after_8_h_is_too_late(self, judge, resolution):
        ticket = Ticket("SL2").deferred(8 * HOUR + TICK, "release").severity(11 * HOUR, "SL1")
        verdict = only(judge(resolution, ticket.events))
        assert (verdict.outcome, verdict.due) == ("breached", moment(8 * HOUR))
        ticket = Ticket("SL2").deferred(8 * HOUR, "release").severity(11 * HOUR, "SL1")
        assert only(judge(resolution, ticket.events)).outcome == "pending"

    def test_the_stricter_limit_of_a_deferred_ticket_had_not_passed(self, judge, resolution):
        ticket = Ticket("SL1").deferred(HOUR, "release").severity(9 * HOUR, "SL2").then(20 * HOUR, "resolved")
        verdicts = judge(resolution, ticket.events)
        assert (only(verdicts).outcome, kinds(verdicts)) == ("met", [])

    def test_a_change_after_the_publication_hides_a_breach(self, judge, resolution):
        ticket = Ticket("SL1").deferred(HOUR, "release").published(10 * HOUR, "release")
        ticket.severity(10 * HOUR + TICK, "SL3").then(20 * HOUR, "resolved")
        verdicts = judge(resolution, ticket.events)
        assert (only(verdicts).outcome, kinds(verdicts)) == ("met", ["limit_passed_before_change"])


class TestReopened:
    """A reopening forgets the deferral."""

    @valid
    @around
    def test_the_ordinary_limit_holds_again(self, judge, resolution, severity, to, offset, outcome):
        limit = LIMITS[severity]
        ticket = Ticket(severity).deferred(HOUR, to).then(5 * HOUR, "resolved").then(6 * HOUR, "reopened")
        ticket.published(90 * HOUR, "release").then(6 * HOUR + limit + offset, "resolved")
        first, second = judge(resolution, ticket.events)
        assert (first.outcome, second.outcome, second.due) == ("met", outcome, moment(6 * HOUR + limit))

    @valid
    @pytest.mark.parametrize("since", [timedelta(0), HOUR], ids=["at the reopening", "later"])
    def test_a_new_deferral_counts(self, judge, resolution, severity, to, since):
        ticket = Ticket(severity).then(5 * HOUR, "resolved").then(6 * HOUR, "reopened").deferred(6 * HOUR + since, to)
        first, second = judge(resolution, ticket.events, as_of=when(99 * HOUR))
        assert (first.outcome, second.outcome, second.due) == ("met", "pending", None)

    @valid
    @pytest.mark.parametrize("offset", [timedelta(0), TICK], ids=["at its limit", "1 µs after"])
    def test_a_new_deferral_has_the_limit_of_the_new_instance(self, judge, resolution, severity, to, offset):
        ticket = Ticket(severity).then(5 * HOUR, "resolved").then(6 * HOUR, "reopened")
        ticket.deferred(6 * HOUR + LIMITS[severity] + offset, to)
        _, second = judge(resolution, ticket.events, as_of=when(99 * HOUR))
        assert second.outcome == ("breached" if offset else "pending")

    def test_a_later_deferral_does_not_mend_the_first_instance(self, judge, resolution):
        ticket = (
            Ticket("SL1").then(8 * HOUR + TICK, "resolved").then(9 * HOUR, "reopened").deferred(9 * HOUR, "release")
        )
        verdicts = judge(resolution, ticket.published(99 * HOUR, "release").events)
        assert [verdict.outcome for verdict in verdicts] == ["breached", "pending"]

    def test_reopened_without_a_resolution_the_deferral_stays(self, judge, resolution):
        """Reopening what is open starts nothing, so there is nothing to forget."""
        ticket = Ticket("SL1").deferred(HOUR, "release").then(2 * HOUR, "reopened")
        verdict = only(judge(resolution, ticket.events, as_of=when(99 * HOUR)))
        assert (verdict.outcome, verdict.due) == ("pending", None)

    def test_a_publication_before_the_reopening_does_not_count(self, judge, resolution):
        ticket = Ticket("SL1").then(HOUR, "resolved").published(2 * HOUR, "release").then(3 * HOUR, "reopened")
        ticket.deferred(4 * HOUR, "release").published(40 * HOUR, "release", "R-2").then(40 * HOUR, "resolved")
        first, second = judge(resolution, ticket.events)
        assert (first.outcome, second.outcome, second.due) == ("met", "met", moment(40 * HOUR))
