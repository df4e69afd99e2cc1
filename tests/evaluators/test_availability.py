"""The share of each month in which a service is up."""

import json
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import DAY, HOUR, MINUTE, micros, moment
from sla_rules.periods import bounds
from tests.conftest import History, agreement, kinds, only

INSTANT, TEXT = {"kind": "instant"}, {"kind": "text"}
PLAN = {"service": TEXT, "begin": INSTANT, "end": INSTANT}
EVENTS = {
    "down": {"cause": TEXT},
    "up": {},
    "watched": {},
    "planned": PLAN,
    "replanned": PLAN,
    "called_off": {},
    "declared": {"service": TEXT},
    "lifted": {"service": TEXT},
}
WINDOWS = {
    "maintenance": {
        "event": "planned",
        "replaced_by": "replanned",
        "cancelled_by": "called_off",
        "start": "begin",
        "end": "end",
        "scope": "service",
    },
    "force": {"from": "declared", "to": "lifted", "scope": "service"},
    "freeze": {"scope": "service"},
}
POLICY = {
    "kind": "availability",
    "service": "video",
    "down": "down",
    "up": "up",
    "monitored": "watched",
    "per": "month",
    "at_least": "99 %",
    "exclude": ["maintenance", "force", "freeze"],
}
TICK, MIN, H = timedelta(microseconds=1), timedelta(minutes=1), timedelta(hours=1)
MARCH, APRIL = "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"
WHOLE = 31 * 24 * H
BUDGET = WHOLE / 100  # 7 h 26 min 24 s


def day(number, clock="00:00"):
    return f"2026-03-{number:02}T{clock if clock.count(':') == 2 else clock + ':00'}Z"


def later(text, span):
    return moment(micros(text)) + span


def outage(start=None, length=BUDGET, history=None):
    """A history of March with the service down from an instant for so long; watched from the first on."""
    history = history or History("video").add("watched", MARCH)
    start = start or day(10)
    return history.add("down", start).add("up", later(start, length))


def judged(judge, history, policy=POLICY, as_of=APRIL, windows=(), **parts):
    made = agreement(policy, **{"events": EVENTS, "windows": WINDOWS, **parts})
    return judge(made, history.events, as_of=as_of, windows=windows)


def march(judge, history, policy=POLICY, as_of=APRIL, windows=(), **parts):
    return only(judged(judge, history, policy, as_of, windows, **parts), period="2026-03")


def freeze(start, end, scope=None):
    return sla.Window(kind="freeze", start=start, end=end, scope=scope)


# --- the share --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "outcome"),
    [(BUDGET - TICK, "met"), (BUDGET, "met"), (BUDGET + TICK, "breached"), (timedelta(0), "met"), (WHOLE, "breached")],
)
def test_the_share_is_exact_to_the_microsecond(judge, length, outcome):
    verdict = march(judge, outage(MARCH if length == WHOLE else None, length))
    assert verdict.outcome == outcome
    assert (verdict.measured, verdict.excluded, verdict.down) == (WHOLE, timedelta(0), length)
    assert verdict.share == 1 - Fraction(length // TICK, WHOLE // TICK)
    assert (verdict.limit, verdict.elapsed, verdict.margin) == (BUDGET, length, BUDGET - length)


def test_the_verdict_is_of_the_service_and_the_month(judge):
    verdict = march(judge, outage())
    assert (verdict.subject, verdict.key, verdict.period, verdict.policy) == ("video", ("video",), "2026-03", "p")
    assert (verdict.start, verdict.clauses) == (moment(micros(MARCH)), ("c",))
    assert verdict.evidence == ("e002",)


def test_a_share_of_a_month_that_is_no_whole_number_of_microseconds_is_exact_too(judge):
    policy = {**POLICY, "at_least": "99.9999999 %"}  # allows 2678.4 microseconds
    assert march(judge, outage(length=2678 * TICK), policy).outcome == "met"
    assert march(judge, outage(length=2679 * TICK), policy).outcome == "breached"


@pytest.mark.parametrize(
    ("at_least", "length", "outcome"),
    [("100 %", timedelta(0), "met"), ("100 %", TICK, "breached"), ("0 %", WHOLE, "met"), ("0 %", TICK, "met")],
)
def test_all_and_nothing(judge, at_least, length, outcome):
    verdict = march(judge, outage(MARCH, length), {**POLICY, "at_least": at_least})
    assert (verdict.outcome, verdict.margin < timedelta(0)) == (outcome, outcome == "breached")


def test_outages_of_a_month_add_up(judge):
    history = outage(day(20), BUDGET / 2, outage(day(10), BUDGET / 2))
    assert (march(judge, history).outcome, march(judge, history).down) == ("met", BUDGET)
    assert march(judge, history.add("down", day(30)).add("up", later(day(30), TICK))).outcome == "breached"


def test_only_events_of_the_service_count(judge):
    history = outage(length=TICK)
    history.add("down", day(5), subject="audio").add("up", day(25), subject="audio")
    verdict = march(judge, history)
    assert (verdict.outcome, verdict.down) == ("met", TICK)


def test_where_is_read(judge):
    policy = {**POLICY, "down": {"type": "down", "where": {"cause": {"ne": "test"}}}}
    history = History("video").add("watched", MARCH).add("down", day(5), cause="test").add("down", day(6), cause="fire")
    assert march(judge, history.add("up", day(6, "01:00")), policy).down == H


# --- a state that ends at the first up --------------------------------------------------------------------------


def test_a_second_down_while_down_is_a_finding_and_the_first_up_ends_it(judge):
    history = History("video").add("watched", MARCH).add("down", day(10, "01:00"), id="one")
    history.add("down", day(10, "02:00"), id="two").add("up", day(10, "03:00"), id="three")
    history.add("up", day(10, "04:00"), id="four")
    verdicts = judged(judge, history)
    assert only(verdicts).down == 2 * H
    assert {finding.kind: finding.event for finding in verdicts.findings} == {
        "down_while_down": "two",
        "up_without_down": "four",
    }


def test_an_up_without_a_down_is_a_finding_and_claims_nothing(judge):
    verdicts = judged(judge, History("video").add("up", day(10), id="lonely"))
    assert (only(verdicts).outcome, only(verdicts).down, kinds(verdicts)) == ("met", timedelta(0), ["up_without_down"])
    assert (verdicts.findings[0].event, verdicts.findings[0].subject) == ("lonely", "video")


@pytest.mark.parametrize(("a", "b"), [("e5", "e6"), ("e6", "e5")])
def test_an_up_and_a_down_of_one_instant(judge, a, b):
    """Ends of what lasts come first, then beginnings, then ends not yet used."""
    history = History("video").add("watched", MARCH, id="e0").add("down", day(10, "01:00"), id="e1")
    history.add("up", day(10, "02:00"), id=a).add("down", day(10, "02:00"), id=b).add("up", day(10, "04:00"), id="e9")
    verdicts = judged(judge, history)
    assert (only(verdicts).down, only(verdicts).evidence, kinds(verdicts)) == (3 * H, ("e1", b), [])
    history = History("video").add("down", day(10), id=a).add("up", day(10), id=b).add("watched", day(11), id="e7")
    verdicts = judged(judge, history)
    assert (only(verdicts).down, kinds(verdicts)) == (timedelta(0), [])


def test_an_open_outage_runs_to_as_of(judge):
    history = History("video").add("watched", MARCH).add("down", day(10))
    assert march(judge, history, as_of=day(10, "05:00")).down == 5 * H
    assert march(judge, history, as_of=day(10)).down == timedelta(0)
    assert march(judge, history).down == 22 * 24 * H
    assert march(judge, history, as_of="2026-05-01T00:00:00Z").down == 22 * 24 * H


def test_an_open_outage_runs_through_the_months(judge):
    history = History("video").add("down", day(31, "23:00"))
    verdicts = judged(judge, history, as_of="2026-05-01T02:00:00Z")
    assert [(each.period, each.down) for each in verdicts] == [
        ("2026-03", H),
        ("2026-04", 30 * 24 * H),
        ("2026-05", 2 * H),
    ]
    assert [each.outcome for each in verdicts] == ["met", "breached", "pending"]
    assert [each.evidence for each in verdicts] == [("e001",)] * 3


def test_what_comes_after_as_of_is_not_known(judge):
    history = outage(day(10, "00:00"), 10 * H)
    assert march(judge, history, as_of=day(10, "07:00")).down == 7 * H
    assert march(judge, history, as_of=day(10, "09:00")).down == 9 * H
    assert march(judge, history, as_of=day(11)).down == 10 * H


# --- which months -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type", ["watched", "down", "up"])
def test_months_are_judged_from_that_of_the_first_event_to_the_last_that_began_before_as_of(judge, type):
    history = History("video").add(type, "2026-01-31T23:59:59.999999Z")
    if type == "down":
        history.add("up", "2026-01-31T23:59:59.999999Z", id="z")
    for as_of, last in [("2026-04-01T00:00:00Z", 3), ("2026-04-01T00:00:00.000001Z", 4), ("2026-03-31T12:00:00Z", 3)]:
        verdicts = judged(judge, history, as_of=as_of)
        assert [each.period for each in verdicts] == [f"2026-{month:02}" for month in range(1, last + 1)]
    assert [each.outcome for each in verdicts] == ["met", "met", "pending"]


def test_nothing_is_claimed_about_a_service_without_events(judge):
    assert not judged(judge, History("audio").add("watched", MARCH))
    assert not judged(judge, History("video").add("planned", MARCH, begin=day(2), end=day(3)))


def test_months_go_on_over_the_end_of_a_year(judge):
    verdicts = judged(judge, History("video").add("watched", "2025-11-30T12:00:00Z"), as_of="2026-02-01T00:00:00Z")
    assert [(each.period, each.measured) for each in verdicts] == [
        ("2025-11", 30 * 24 * H),
        ("2025-12", WHOLE),
        ("2026-01", WHOLE),
    ]


def test_a_month_is_that_of_the_zone_of_the_agreement(judge):
    history = History("video").add("down", "2026-03-01T02:00:00Z").add("up", "2026-03-01T08:00:00Z")
    verdicts = judged(judge, history, timezone="America/Toronto", as_of="2026-03-01T09:00:00Z")
    assert [(each.period, each.down) for each in verdicts] == [("2026-02", 3 * H), ("2026-03", 3 * H)]
    assert [each.outcome for each in verdicts] == ["met", "pending"]


@pytest.mark.parametrize(
    ("zone", "month", "hours"),
    [
        ("Europe/Paris", "2026-03", 743),
        ("Europe/Paris", "2026-10", 745),
        ("America/Toronto", "2026-03", 743),
        ("America/Toronto", "2026-11", 721),
        ("UTC", "2026-03", 744),
        ("UTC", "2024-02", 696),
        ("Asia/Kolkata", "2026-02", 672),
    ],
)
@pytest.mark.parametrize("over", [0, 1])
def test_the_months_of_a_change_of_clocks_are_an_hour_shorter_or_longer(judge, zone, month, hours, over):
    start, end = bounds(month, "month", ZoneInfo(zone))
    assert end - start == hours * HOUR
    budget = hours * HOUR // 100
    history = History("video").add("down", moment(start + DAY)).add("up", moment(start + DAY + budget + over))
    verdict = only(judged(judge, history, timezone=zone, as_of=moment(end)), period=month)
    assert (verdict.measured, verdict.limit) == (hours * H, hours * H / 100)
    assert verdict.outcome == ("breached" if over else "met")


def test_a_month_that_begins_before_the_agreement_is_in_force_is_a_finding_and_no_verdict(judge):
    """Design, `in_force`: a case starting outside it gets no verdict and a finding."""
    history = outage(day(20), 20 * H)
    verdicts = judged(judge, history, in_force={"from": "2026-03-15"}, as_of="2026-05-01T00:00:00Z")
    assert [each.period for each in verdicts] == ["2026-04"]
    assert kinds(verdicts) == ["not_in_force"]


# --- what is excluded -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "down"),
    [
        (day(9), day(9, "12:00"), 10),  # before
        (day(10, "10:00"), day(11), 10),  # touching
        (day(9), day(10), 10),
        (day(10), day(10, "10:00"), 0),  # the outage itself
        (day(9), day(11), 0),  # around
        (day(10, "02:00"), day(10, "05:00"), 7),  # within
        (day(9), day(10, "04:00"), 6),  # over an edge
        (day(10, "08:00"), day(11), 8),
        (day(10, "05:00"), day(10, "05:00"), 10),  # of no length
    ],
)
def test_an_excluded_window_is_in_neither_numerator_nor_denominator(judge, start, end, down):
    verdict = march(judge, outage(day(10), 10 * H), windows=[freeze(start, end)])
    apart = moment(micros(end)) - moment(micros(start))
    assert (verdict.down, verdict.excluded, verdict.measured) == (down * H, apart, WHOLE - apart)
    assert verdict.share == 1 - Fraction(down * H // TICK, (WHOLE - apart) // TICK)
    assert verdict.outcome == ("met" if down * H <= (WHOLE - apart) / 100 else "breached")


def test_the_budget_is_that_of_what_is_measured(judge):
    window = freeze(day(1), day(2))
    budget = 30 * 24 * H / 100
    assert march(judge, outage(length=budget), windows=[window]).outcome == "met"
    verdict = march(judge, outage(length=budget + TICK), windows=[window])
    assert (verdict.outcome, verdict.limit, verdict.margin) == ("breached", budget, -TICK)


@pytest.mark.parametrize(("scope", "apart"), [(None, 3), ("video", 3), ("audio", 0), ("Video", 0)])
def test_a_window_counts_without_a_scope_or_with_that_of_the_service(judge, scope, apart):
    history = outage(day(10), 10 * H)
    assert march(judge, history, windows=[freeze(day(10), day(10, "03:00"), scope)]).excluded == apart * H
    data = {} if scope is None else {"service": scope}
    history.add("planned", day(9), subject="M-1", begin=day(10), end=day(10, "03:00"), **data)
    assert (march(judge, history).excluded, march(judge, history).down) == (apart * H, (10 - apart) * H)


def test_windows_that_overlap_each_other_are_taken_out_once(judge):
    windows = [freeze(day(10), day(10, "04:00")), freeze(day(10, "02:00"), day(10, "06:00"), "video")]
    history = outage(day(10), 10 * H)
    history.add("planned", day(9), subject="M-1", begin=day(10, "05:00"), end=day(10, "08:00"))
    history.add("declared", day(10, "03:00"), subject="F-1").add("lifted", day(10, "07:00"), subject="F-1")
    verdict = march(judge, history, windows=windows)
    assert (verdict.excluded, verdict.down) == (8 * H, 2 * H)


def test_a_kind_that_the_policy_does_not_exclude_counts(judge):
    policy = {**POLICY, "exclude": ["maintenance"]}
    assert march(judge, outage(), policy, windows=[freeze(day(1), day(5))]).excluded == timedelta(0)


def test_a_window_over_the_edge_of_a_month_counts_in_each(judge):
    verdicts = judged(judge, outage(), windows=[freeze("2026-03-31T20:00:00Z", "2026-04-01T05:00:00Z")], as_of=day(31))
    assert only(verdicts, period="2026-03").excluded == timedelta(0)
    window = freeze("2026-03-31T20:00:00Z", "2026-04-01T05:00:00Z")
    verdicts = judged(judge, outage(), windows=[window], as_of="2026-05-01T00:00:00Z")
    assert [each.excluded for each in verdicts] == [4 * H, 5 * H]


def test_an_open_ended_window_is_taken_out_up_to_as_of(judge):
    history = outage(day(10), 2 * H).add("declared", day(20), subject="F-1", service="video")
    verdict = march(judge, history, as_of=day(21))
    assert (verdict.excluded, verdict.measured) == (24 * H, 30 * 24 * H)
    assert march(judge, history).excluded == 12 * 24 * H
    history.add("down", day(22))
    assert march(judge, history).down == 2 * H


def test_a_window_passed_in_without_an_end_is_taken_out_up_to_as_of(judge):
    assert march(judge, outage(), windows=[freeze(day(20), None)], as_of=day(21)).excluded == 24 * H


def test_a_month_with_nothing_left_to_measure_has_no_verdict(judge):
    history = outage(day(10), 10 * H)
    verdicts = judged(judge, history, windows=[freeze(MARCH, APRIL)], as_of="2026-05-01T00:00:00Z")
    assert [each.period for each in verdicts] == ["2026-04"]
    almost = [freeze(MARCH, later(APRIL, -TICK))]
    verdict = march(judge, history, windows=almost)
    assert (verdict.outcome, verdict.measured, verdict.share) == ("met", TICK, 1)


# --- planned windows --------------------------------------------------------------------------------------------


def planned(*steps):
    history = outage(day(10), 10 * H)
    for id, type, at, begin, end in steps:
        data = {} if begin is None else {"begin": day(10, begin), "end": day(10, end)}
        history.add(type, at, id=id, subject="M-1", **data)
    return history


def test_the_latest_schedule_made_before_the_window_began_counts(judge):
    steps = [("x1", "planned", day(8), "01:00", "02:00"), ("x2", "replanned", day(9), "04:00", "08:00")]
    assert march(judge, planned(steps[0])).down == 9 * H
    assert march(judge, planned(*steps)).down == 6 * H
    assert march(judge, planned(*steps, ("x3", "called_off", day(9, "12:00"), None, None))).down == 10 * H


@pytest.mark.parametrize(("at", "down"), [(day(10, "00:59:59.999999"), 6), (day(10, "01:00"), 9), (day(11), 9)])
def test_what_comes_at_or_after_its_beginning_leaves_it_as_it_is(judge, at, down):
    first = ("x1", "planned", day(8), "01:00", "02:00")
    verdicts = judged(judge, planned(first, ("x2", "replanned", at, "04:00", "08:00")))
    assert only(verdicts, period="2026-03").down == down * H
    assert kinds(verdicts) == ([] if down == 6 else ["window_ignored"])
    verdicts = judged(judge, planned(first, ("x2", "called_off", at, None, None)))
    assert only(verdicts, period="2026-03").down == (9 if down == 9 else 10) * H


@pytest.mark.parametrize(("begin", "end"), [("05:00", "04:00"), (None, None)])
def test_a_plan_that_ends_before_it_starts_or_has_no_times_is_a_finding_and_excludes_nothing(judge, begin, end):
    verdicts = judged(judge, planned(("x1", "planned", day(8), begin, end)))
    assert (only(verdicts).down, only(verdicts).excluded) == (10 * H, timedelta(0))
    assert [finding.event for finding in verdicts.findings] == ["x1"]


def test_only_what_is_over_or_running_at_as_of_is_taken_out_of_a_running_month(judge):
    history = outage(day(5), 5 * H).add("planned", day(4), subject="M-1", begin=day(10), end=day(20))
    for as_of, apart in [(day(9), 0), (day(10), 0), (day(12), 48), (day(20), 240), (day(25), 240)]:
        verdict = march(judge, history, as_of=as_of)
        assert (verdict.excluded, verdict.measured, verdict.outcome) == (apart * H, WHOLE - apart * H, "pending")


# --- a running month --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "outcome"),
    [
        (later(day(10), BUDGET - TICK), "pending"),
        (later(day(10), BUDGET), "pending"),
        (later(day(10), BUDGET + TICK), "breached"),
        (later(APRIL, -TICK), "breached"),
    ],
)
def test_a_running_month_is_breached_as_soon_as_the_outage_exceeds_what_the_whole_month_allows(judge, as_of, outcome):
    history = History("video").add("watched", MARCH).add("down", day(10))
    verdict = march(judge, history, as_of=as_of)
    down = as_of - moment(micros(day(10)))
    assert (verdict.outcome, verdict.down, verdict.margin) == (outcome, down, BUDGET - down)


def test_a_running_month_within_its_budget_is_pending_to_its_last_microsecond(judge):
    history = outage(length=BUDGET)
    verdict = march(judge, history, as_of=later(APRIL, -TICK))
    assert (verdict.outcome, verdict.margin) == ("pending", timedelta(0))
    assert march(judge, history).outcome == "met"
    assert march(judge, outage(length=H), as_of=day(15)).margin == BUDGET - H


def test_a_breach_of_a_running_month_may_be_revised_by_what_is_told_later(judge):
    """`service` lifted out afterwards: a window that is known later takes the outage out again."""
    history = outage(length=BUDGET + TICK)
    assert march(judge, history, as_of=day(15)).outcome == "breached"
    assert march(judge, history, as_of=day(15), windows=[freeze(day(10), day(11))]).outcome == "pending"


# --- what nobody declared ---------------------------------------------------------------------------------------


def test_a_service_that_no_policy_names_is_a_finding_that_names_the_event(judge):
    """Bad input: "a service nobody declared" becomes a finding that names the event."""
    history = outage(length=H).add("down", day(12), id="typo", subject="vidoe")
    verdicts = judged(judge, history)
    assert only(verdicts).down == H
    assert [finding.event for finding in verdicts.findings] == ["typo"]


def test_a_window_for_a_service_that_no_policy_names_is_a_finding_that_names_the_event(judge):
    """The same of the scope of a window."""
    history = outage(length=H)
    history.add("planned", day(4), id="typo", subject="M-1", service="vidoe", begin=day(10), end=day(11))
    verdicts = judged(judge, history)
    assert only(verdicts).excluded == timedelta(0)
    assert [finding.event for finding in verdicts.findings] == ["typo"]


# --- what all kinds share ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "part",
    [
        {"exemptions": [{"id": "told", "preceded_by": "declared"}]},
        {"exemptions": [{"id": "tested", "when": {"cause": "test"}}]},
        {"applies": {"cause": "test"}},
        {"match": ["service"]},
        {"objective": {"at_least": "50 %", "per": "year", "of": "begin"}},
    ],
)
def test_what_an_availability_cannot_heed_is_refused_not_ignored(judge, part):
    """What a file says has an effect or is refused: exemptions and the like have none on a month of a service."""
    history = History("video").add("declared", MARCH).add("down", day(10), cause="fire").add("up", day(12))
    plain = [verdict.to_dict() for verdict in judged(judge, history)]
    try:
        verdicts = judged(judge, history, {**POLICY, **part})
    except sla.AgreementError:
        return
    assert [verdict.to_dict() for verdict in verdicts] != plain


def test_the_reason_has_the_share_and_the_numbers(judge):
    history = outage(length=10 * H).add("declared", day(1), subject="F-1").add("lifted", day(2), subject="F-1")
    reason = march(judge, history).reason
    for part in ("video", "2026-03", "98.6111", "10 h", "720 h", "24 h excluded", "99 %", "7 h 12 min", "2 h 48 min"):
        assert part in reason
    pending = march(judge, outage(length=H), as_of=day(15)).reason
    for part in ("so far", "6 h 26 min 24 s"):
        assert part in pending


# --- windows of no service --------------------------------------------------------------------------------------


def findings(verdicts):
    return [(each.kind, each.message, each.event, each.policy, each.count) for each in verdicts.findings]


UNKNOWN = (
    "unknown_service",
    "window `freeze` 2026-03-10T00:00:00+00:00: no policy names service `vidoe`, did you mean `video`?",
    None,
    None,
    1,
)


@pytest.mark.parametrize("scope", [{"scope": "service"}, {}])
def test_a_window_passed_in_for_a_service_that_nobody_names_is_a_finding(judge, scope):
    made = agreement(POLICY, events=EVENTS, windows={**WINDOWS, "freeze": scope})
    known = [freeze(day(10), day(11), "video"), freeze(day(10), day(11))]
    assert findings(judge(made, outage(length=H).events, windows=known)) == []
    unknown = freeze(day(10), day(11), "vidoe")
    assert findings(judge(made, outage(length=H).events, windows=[*known, unknown])) == [UNKNOWN]


def test_it_is_one_although_several_policies_exclude_it_and_nothing_is_known_of_a_service(judge):
    policies = [{"id": id, "clause": "c", **POLICY, "service": id} for id in ("video", "audio")]
    made = sla.load(
        {"agreement": "t", "clauses": [{"id": "c"}], "events": EVENTS, "windows": WINDOWS, "policies": policies}
    )
    twice = [freeze(day(10), day(11), "vidoe")] * 2
    assert findings(judge(made, [], windows=twice)) == [UNKNOWN]
    assert findings(judge(made, History("audio").add("watched", MARCH).events, windows=twice)) == [UNKNOWN]
    assert findings(judge(made, outage().events, windows=[freeze(day(10), day(11), "audio")])) == []


def test_it_is_judged_by_the_version_in_which_it_begins(judge, tmp_path):
    terms = {"agreement": "t", "clauses": [{"id": "c"}], "events": EVENTS, "windows": WINDOWS}
    for first, service in (("2026-01-01", "audio"), ("2026-03-01", "video")):
        policy = {"id": "p", "clause": "c", **POLICY, "service": service}
        (tmp_path / f"{first}.yaml").write_text(json.dumps({**terms, "policies": [policy]}))
    made = sla.load(tmp_path)
    old, new = (freeze(f"2026-{month}-10T00:00:00Z", f"2026-{month}-11T00:00:00Z", "audio") for month in ("02", "03"))
    assert findings(judge(made, outage(length=H).events, windows=[old])) == []
    (found,) = judge(made, outage(length=H).events, windows=[old, new]).findings
    assert found.message == ("window `freeze` 2026-03-10T00:00:00+00:00: no policy names service `audio`")


def test_a_kind_that_no_availability_excludes_may_be_of_anything(judge):
    policy = {**POLICY, "exclude": ["maintenance"]}
    assert findings(judged(judge, outage(length=H), policy, windows=[freeze(day(10), day(11), "vidoe")])) == []


@pytest.mark.parametrize(("scope", "expected"), [({"scope": "team"}, []), ({}, [UNKNOWN])])
def test_what_deadlines_exclude_by_a_field_may_be_of_something_else(judge, scope, expected):
    """Without the field no window with a scope concerns any deadline."""
    deadline = {
        "id": "d",
        "clause": "c",
        "kind": "deadline",
        "start": "opened",
        "stop": "closed",
        "limit": "1 h",
        "exclude": ["freeze"],
    }
    made = sla.load(
        {
            "agreement": "t",
            "clauses": [{"id": "c"}],
            "events": {**EVENTS, "opened": {"team": TEXT}, "closed": {}},
            "windows": {**WINDOWS, "freeze": scope},
            "policies": [{"id": "p", "clause": "c", **POLICY}, deadline],
        }
    )
    assert findings(judge(made, outage(length=H).events, windows=[freeze(day(10), day(11), "vidoe")])) == expected


# --- restated ---------------------------------------------------------------------------------------------------

BEGIN = micros("2026-02-27T00:00:00Z")
SLOTS = 66 * 24  # hours, to the beginning of May
times = st.integers(0, SLOTS - 1)
pieces = st.lists(st.tuples(times, st.integers(0, 300)), max_size=4)
shares = st.sampled_from(["99 %", "90 %", "50 %", "99.9 %", "0 %", "100 %"])


@settings(max_examples=60)
@given(
    flips=st.lists(st.tuples(times, st.sampled_from(["down", "up"])), min_size=1, max_size=8),
    apart=pieces,
    known=st.integers(24, SLOTS),
    share=shares,
    zone=st.sampled_from(["UTC", "Europe/Paris", "America/Toronto"]),
    minute=st.integers(0, 59),
)
def test_law_the_same_counted_minute_by_minute(judge, flips, apart, known, share, zone, minute):
    def clock(hour):
        return BEGIN + hour * HOUR + minute * MINUTE

    events = [
        sla.Event(id=f"e{number}", type=type, subject="video", time=moment(clock(hour)))
        for number, (hour, type) in enumerate(sorted(set(flips), key=lambda flip: (flip[0], flip[1] == "up")))
    ]
    windows = [freeze(moment(clock(hour)), moment(clock(hour + length))) for hour, length in apart]
    now = clock(known)
    made = agreement({**POLICY, "at_least": share}, events=EVENTS, windows=WINDOWS, timezone=zone)
    verdicts = judge(made, events, as_of=moment(now), windows=windows)

    seen = [event for event in events if event.at <= now]
    if not seen:
        assert not verdicts
        return
    off, out = bytearray((SLOTS + 400) * 60), bytearray((SLOTS + 400) * 60)  # one flag for each minute
    for hour, length in apart:
        first, last = hour * 60 + minute, (hour + length) * 60 + minute
        off[first:last] = b"\1" * (last - first)
    for at in range((now - BEGIN) // MINUTE, len(off)):
        off[at] = 0
    is_down, changes = False, {}
    for event in seen:  # at one instant: an `up` ends what lasts, then `down` begins, then an unused `up` ends it
        changes.setdefault(event.at, set()).add(event.type)
    begun = 0
    for at, types in sorted(changes.items()):
        place = (at - BEGIN) // MINUTE
        if is_down and "up" in types:
            out[begun:place] = b"\1" * (place - begun)
            is_down = "down" in types
            begun = place
        elif not is_down and types == {"down"}:
            is_down, begun = True, place
    if is_down:
        last = (now - BEGIN) // MINUTE
        out[begun:last] = b"\1" * (last - begun)

    expected = []
    first = min(event.at for event in seen)
    for month in ("2026-02", "2026-03", "2026-04", "2026-05"):
        start, end = bounds(month, "month", ZoneInfo(zone))
        if end <= first or (start >= now and start > first):
            continue
        a, b = max(0, (start - BEGIN) // MINUTE), min(len(off), (end - BEGIN) // MINUTE)
        measured = (end - start) // MINUTE - sum(off[a:b])
        failed = sum(flag for flag, excluded in zip(out[a:b], off[a:b], strict=True) if not excluded)
        if not measured:
            continue
        needed = Fraction(share.removesuffix(" %")) / 100
        if 1 - Fraction(failed, measured) < needed:
            outcome = "breached"
        else:
            outcome = "met" if now >= end else "pending"
        expected.append((month, measured * MIN, failed * MIN, outcome))
    assert [(each.period, each.measured, each.down, each.outcome) for each in verdicts] == expected
