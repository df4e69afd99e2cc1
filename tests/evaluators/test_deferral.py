"""Deferral: "or next release"."""

from datetime import timedelta

import pendulum
import pytest

from tests.conftest import History, agreement, only

SEVERITY = {"severity": {"kind": "text", "values": ["SL1", "SL2", "SL3"]}}
KINDS = {"kind": "text", "values": ["release", "patch"]}
EVENTS = {
    "opened": SEVERITY,
    "severity.changed": SEVERITY,
    "deferred": {"to": KINDS},
    "published": {"kind": KINDS},
    "closed": {},
    "cancelled": {},
    "reopened": {},
    "held": {},
    "released": {},
}
POLICY = {
    "start": "opened",
    "stop": "closed",
    "cancel": "cancelled",
    "resume": "reopened",
    "limit": {"by": "severity", "table": {"SL1": "10 h", "SL2": "4 h", "SL3": "2 h"}},
    "deferral": {
        "by": "severity",
        "table": {"SL1": ["release"], "SL2": ["release", "patch"]},
        "event": "deferred",
        "field": "to",
        "until": "published",
        "kind": "kind",
        "carries": {"release": ["patch"]},
    },
}


def t(time, day=2):
    return f"2026-03-{day:02}T{time}{':00' if len(time) == 5 else ''}Z"


T0, LIMIT, LATER = t("10:00"), t("14:00"), t("00:00", 20)


def case(severity="SL2"):
    return History().add("opened", T0, severity=severity)


def deferred(told, at, to="release"):
    return told.add("deferred", t(at), to=to)


def published(told, at, kind="release", subject="R-1", day=2):
    return told.add("published", t(at, day), kind=kind, subject=subject)


def judged(judge, told, as_of=None, **more):
    return only(judge(agreement({**POLICY, **more}, events=EVENTS), told.events, as_of=as_of), subject="S")


@pytest.mark.parametrize(
    ("stop", "expected"), [("17:59:59.999999", "met"), ("18:00", "met"), ("18:00:00.000001", "breached")]
)
def test_due_is_the_first_publication_that_fits(judge, stop, expected):
    told = published(published(deferred(case(), "12:00"), "18:00"), "20:00", subject="R-2")
    verdict = judged(judge, told.add("closed", t(stop)), LATER)
    assert (verdict.outcome, verdict.due) == (expected, pendulum.parse(t("18:00")))
    assert verdict.limit == timedelta(hours=4)


def test_due_is_the_ordinary_limit_where_that_is_later(judge):
    told = published(published(deferred(case(), "12:00"), "13:00"), "20:00", subject="R-2")
    assert judged(judge, told, t("13:30")).due == pendulum.parse(LIMIT)
    assert judged(judge, told.add("closed", t("14:00:00.000001")), LATER).outcome == "breached"


@pytest.mark.parametrize(
    ("at", "due"), [("11:59:59.999999", None), ("12:00", None), ("12:00:00.000001", LIMIT), ("09:00", None)]
)
def test_a_publication_counts_strictly_after_the_deferral(judge, at, due):
    told = published(deferred(case(), "12:00"), at)
    verdict = judged(judge, told, LATER)
    assert verdict.due == (None if due is None else pendulum.parse(due))
    assert verdict.outcome == ("pending" if due is None else "breached")


def test_while_there_is_none_due_is_open_and_it_is_pending(judge):
    verdict = judged(judge, deferred(case(), "12:00"), LATER)
    assert (verdict.outcome, verdict.due, verdict.margin) == ("pending", None, None)


def test_while_there_is_none_a_stop_is_met(judge):
    told = deferred(case(), "12:00").add("closed", t("00:00", 15))
    verdict = judged(judge, told)
    assert (verdict.outcome, verdict.due) == ("met", None)


def test_a_publication_that_comes_after_the_stop_leaves_it_met(judge):
    told = published(deferred(case(), "12:00").add("closed", t("18:00")), "19:00")
    verdict = judged(judge, told)
    assert (verdict.outcome, verdict.due) == ("met", pendulum.parse(t("19:00")))


@pytest.mark.parametrize(
    ("at", "valid"),
    [
        ("09:59:59.999999", False),
        ("10:00", True),
        ("12:00", True),
        ("14:00", True),
        ("14:00:00.000001", False),
    ],
)
def test_a_deferral_counts_from_the_start_to_the_ordinary_limit_both_included(judge, at, valid):
    told = published(deferred(case(), at), "18:00")
    verdict = judged(judge, told, t("17:00"))
    assert verdict.outcome == ("pending" if valid else "breached")
    stopped = judged(judge, told.add("closed", t("17:30")), LATER)
    assert stopped.outcome == ("met" if valid else "breached")
    assert stopped.due == pendulum.parse(t("18:00") if valid else LIMIT)


@pytest.mark.parametrize("ids", ["ab", "ba"])
def test_a_deferral_at_the_instant_of_the_start_counts_whatever_the_ids(judge, ids):
    told = History().add("opened", T0, id=ids[0], severity="SL2").add("deferred", T0, id=ids[1], to="release")
    assert judged(judge, told, LATER).outcome == "pending"


def test_under_a_strict_limit_the_deferral_must_be_within_it_too(judge):
    for at, outcome in (("13:59:59.999999", "pending"), ("14:00", "breached")):
        assert judged(judge, deferred(case(), at), LATER, strict=True).outcome == outcome


def test_only_what_its_severity_allows_counts(judge):
    assert judged(judge, deferred(case("SL1"), "12:00", "release"), LATER).outcome == "pending"
    assert judged(judge, deferred(case("SL1"), "12:00", "patch"), LATER).outcome == "breached"
    assert judged(judge, deferred(case("SL2"), "12:00", "patch"), LATER).outcome == "pending"
    assert judged(judge, deferred(case("SL3"), "11:00", "release"), LATER).outcome == "breached"


def test_a_deferral_to_nothing_said_does_not_count(judge):
    assert judged(judge, case().add("deferred", t("12:00")), LATER).outcome == "breached"


def test_the_severity_is_that_at_the_stop(judge):
    told = deferred(case("SL3"), "11:00", "release").add("severity.changed", t("11:30"), severity="SL2")
    told.add("closed", t("20:00"))
    assert judged(judge, told).outcome == "met"
    told = deferred(case("SL2"), "11:00", "release").add("severity.changed", t("11:30"), severity="SL3")
    told.add("closed", t("20:00"))
    assert judged(judge, told).outcome == "breached"


def test_the_severity_is_that_at_as_of_while_open(judge):
    told = deferred(case("SL2"), "11:00", "patch").add("severity.changed", t("21:00"), severity="SL1")
    assert judged(judge, told, t("20:59:59")).outcome == "pending"
    verdict = judged(judge, told, t("21:00"))
    assert (verdict.outcome, verdict.due) == ("breached", pendulum.parse(t("20:00")))


def test_the_ordinary_limit_is_that_of_the_severity_at_the_stop(judge):
    told = deferred(case("SL2"), "15:00", "release").add("severity.changed", t("16:00"), severity="SL1")
    assert judged(judge, told.add("closed", t("23:00"))).outcome == "met"


def test_a_publication_must_fit_what_it_was_deferred_to(judge):
    told = published(published(deferred(case(), "12:00", "release"), "15:00", "patch"), "18:00", "release", "R-2")
    assert judged(judge, told, LATER).due == pendulum.parse(t("18:00"))


def test_a_publication_that_carries_the_other_kind_fits(judge):
    told = published(published(deferred(case(), "12:00", "patch"), "15:00", "release"), "18:00", "patch", "R-2")
    assert judged(judge, told, LATER).due == pendulum.parse(t("15:00"))


def test_publications_may_have_any_subject_even_that_of_the_case(judge):
    for subject in ("R-1", "S", "another"):
        told = published(deferred(case(), "12:00"), "18:00", subject=subject)
        assert judged(judge, told, LATER).due == pendulum.parse(t("18:00"))


def test_a_deferral_of_another_case_does_not_count(judge):
    told = case().add("deferred", t("12:00"), to="release", subject="another")
    assert judged(judge, told, LATER).outcome == "breached"


def test_the_first_valid_deferral_counts(judge):
    told = deferred(deferred(case("SL1"), "11:00", "patch"), "12:00", "release")  # the first is not allowed
    deferred(told, "13:00", "release")
    published(told, "12:30")
    assert judged(judge, told, LATER).due == pendulum.parse(t("20:00"))
    two = deferred(deferred(case(), "11:00", "patch"), "12:00", "release")
    published(published(two, "16:00", "patch"), "18:00", "release", "R-2")
    assert judged(judge, two, LATER).due == pendulum.parse(t("16:00"))


def test_a_deferral_after_as_of_is_not_known(judge):
    told = deferred(case(), "12:00")
    assert judged(judge, told, t("11:59")).due == pendulum.parse(LIMIT)
    assert judged(judge, told, t("12:00")).due is None


def test_a_publication_after_as_of_is_not_known(judge):
    told = published(deferred(case(), "12:00"), "18:00")
    assert judged(judge, told, t("17:59:59.999999")).due is None
    assert judged(judge, told, t("18:00")).outcome == "pending"
    assert judged(judge, told, t("18:00:00.000001")).outcome == "breached"


@pytest.mark.parametrize(("again", "expected"), [(None, "breached"), ("20:00", "pending"), ("20:30", "pending")])
def test_a_deferral_made_before_a_reopening_does_not_carry_over(judge, again, expected):
    told = deferred(case(), "11:00").add("closed", t("12:00")).add("reopened", t("20:00"))  # 2 h left, until 22:00
    if again:
        deferred(told, again)
    assert judged(judge, told, LATER).outcome == expected


def test_a_deferral_made_while_it_was_closed_does_not_count(judge):
    told = case().add("closed", t("12:00")).add("reopened", t("20:00"))
    assert judged(judge, deferred(told, "15:00"), LATER).outcome == "breached"


def test_after_a_reopening_the_ordinary_limit_is_the_one_moved_on(judge):
    for at, expected in (("22:00", "pending"), ("22:00:00.000001", "breached")):
        told = case().add("closed", t("12:00")).add("reopened", t("20:00"))
        assert judged(judge, deferred(told, at), LATER).outcome == expected


def test_a_publication_before_the_reopening_does_not_answer_a_later_deferral(judge):
    told = published(deferred(case(), "11:00"), "12:30").add("closed", t("13:00")).add("reopened", t("20:00"))
    deferred(told, "20:30")
    assert judged(judge, told, LATER).outcome == "pending"


def test_a_pause_moves_the_ordinary_limit_of_a_deferral(judge):
    pause = {"from": "held", "to": "released"}
    for at, expected in (("16:00", "pending"), ("16:00:00.000001", "breached")):
        told = case().add("held", t("12:00")).add("released", t("14:00"))
        assert judged(judge, deferred(told, at), LATER, pause=pause).outcome == expected
    while_paused = deferred(case().add("held", t("12:00")), "15:00").add("closed", t("23:00"))
    assert judged(judge, while_paused, pause=pause).outcome == "met"


def test_a_cancel_of_a_deferred_case_voids_while_due_is_open(judge):
    told = deferred(case(), "12:00").add("cancelled", t("00:00", 10))
    assert judged(judge, told).outcome == "void"


@pytest.mark.parametrize(("cancel", "expected"), [("18:00", "void"), ("18:00:00.000001", "breached")])
def test_a_cancel_after_the_publication_leaves_the_breach(judge, cancel, expected):
    told = published(deferred(case(), "12:00"), "18:00").add("cancelled", t(cancel))
    assert judged(judge, told).outcome == expected


def test_a_missing_severity_is_undetermined_though_deferred(judge):
    told = History().add("opened", T0).add("deferred", t("12:00"), to="release")
    assert judged(judge, told, LATER).outcome == "undetermined"


def test_the_deferral_and_the_publication_are_evidence(judge):
    told = History().add("opened", T0, id="o", severity="SL2").add("deferred", t("12:00"), id="d", to="release")
    told.add("published", t("18:00"), id="r", subject="R", kind="release").add("closed", t("17:00"), id="c")
    assert {"o", "d", "r", "c"} <= set(judged(judge, told).evidence)


@pytest.mark.parametrize("ids", ["ab", "ba"])
def test_where_on_a_deferral_sees_the_case_with_the_start_event_last_in_its_instant(judge, ids):
    told = History().add("opened", T0, id=ids[0], severity="SL2").add("severity.changed", T0, id=ids[1], severity="SL3")
    told.add("deferred", t("12:00"), id="d", to="release")
    deferral = {**POLICY["deferral"], "event": {"type": "deferred", "where": {"severity": "SL2"}}}
    assert judged(judge, told, LATER, deferral=deferral).outcome == "pending"
