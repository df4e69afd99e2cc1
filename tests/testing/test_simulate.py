"""The simulated month: its own arithmetic by hand, what it plants, and that the evaluators find just that."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import sla_rules as sla
from sla_rules.errors import InputError
from sla_rules.events import Event
from sla_rules.instants import micros
from sla_rules.testing import simulate
from sla_rules.verdict import Verdicts

POLICIES = {
    "availability.video",
    "availability.maintenance_notice",
    "escalation.path",
    "severity.classification",
    "support.response",
    "support.resolution",
    "support.resolution_sl4_target",
    "helpdesk.phone",
    "helpdesk.email",
    "helpdesk.hours",
    "availability.reservations",
    "reservation.no_double_booking",
    "reservation.confirmation",
    "reservation.recurring",
    "adhoc.never_refused",
    "adhoc.setup",
    "adhoc.on_the_fly",
    "conference.site_added",
    "conference.site_dropped",
    "conference.failed_share",
    "conference.cause_reservation",
    "conference.cause_support",
    "conference.restored",
    "conference.overrun",
    "certification.scheduled",
    "certification.room_registered",
    "certification.room_certified",
    "certification.upgrade",
    "certification.recertification",
    "certification.record",
    "conference.on_time",
    "problem.contacts",
    "billing.monthly",
    "billing.invoice_fields",
    "billing.credit_separate",
}
WITHOUT_LIMIT = {"certification.recertification", "certification.record"}
"""These are never breached; what comes close is open for weeks and pending."""
COUNTS = (
    "tickets",
    "calls",
    "emails",
    "reservations",
    "rooms",
    "adhoc",
    "conferences",
    "sites",
    "problems",
    "invoices",
)
NOTHING = dict.fromkeys(COUNTS, 0)
"""With these counts a month holds nothing but what is planted."""
HOUR = 3_600_000_000


@dataclass
class Said:
    """A verdict as any evaluator may give it."""

    policy: str
    subject: str
    outcome: str
    start_at: int | None = None
    period: str | None = None


@pytest.fixture(scope="module")
def march() -> simulate.Month:
    return simulate.month()


def perfect(month: simulate.Month) -> list[Said]:
    """The verdicts that say just what was planted."""
    return [
        Said(planted.policy, planted.subject, planted.outcome, planted.start, planted.period)
        for planted in month.planted
        if planted.outcome is not None
    ]


def planted(month: simulate.Month, policy: str, what: str) -> simulate.Planted:
    """The one planted case of a policy that is described so."""
    (found,) = [one for one in month.planted if one.policy == policy and one.what == what]
    return found


def times(month: simulate.Month, subject: str) -> dict[str, int]:
    """When each thing happened to a subject that each happened to once."""
    events = [event for event in month.events if event.subject == subject]
    assert len({event.type for event in events}) == len(events)
    return {event.type: event.at for event in events}


# --- What is in a month


def test_the_same_seed_gives_the_same_month(march: simulate.Month) -> None:
    assert simulate.month(seed=1) == march


def test_another_seed_gives_another_month(march: simulate.Month) -> None:
    assert simulate.month(seed=2).events != march.events


def test_the_month_does_not_depend_on_the_hash_seed() -> None:
    code = (
        "from hashlib import sha256; from sla_rules.testing.simulate import month;"
        "print(sha256(repr(month(tickets=150, calls=60)).encode()).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_ids_are_unique_and_in_order_of_time(march: simulate.Month) -> None:
    ids = [event.id for event in march.events]
    assert ids[:2] == ["e000001", "e000002"]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids, key=str)
    assert [event.at for event in march.events] == sorted(event.at for event in march.events)


def test_counts_are_those_asked_for(march: simulate.Month) -> None:
    def count(type: str) -> int:
        return len({event.subject for event in march.events if event.type == type})

    assert count("ticket.opened") == 400
    assert count("phone.offered") == 1500
    assert count("email.received") == 250
    requested = {event.subject for event in march.events if event.type == "reservation.requested"}
    assert len({"-".join(subject.split("-")[:2]) for subject in requested}) == 400
    assert sum(subject.count("-") == 2 for subject in requested) > 100
    assert count("room.booked") == 300
    assert count("adhoc.requested") == 150
    assert count("problem.attributed") == 100
    assert count("invoice.issued") == 60
    latest = {
        event.subject: str(event.data["scheduled_start"])
        for event in march.events
        if event.type == "conference.scheduled"
    }
    assert sum("2026-03-01T05" <= start < "2026-04-01T04" for start in latest.values()) == 500


def test_it_is_judged_two_days_after_its_end(march: simulate.Month) -> None:
    assert march.as_of == "2026-04-03T00:00:00-04:00"
    assert march.label == "2026-03"
    assert march.events[-1].at < micros(march.as_of)
    assert simulate.month(month=12, **NOTHING).as_of == "2027-01-03T00:00:00-05:00"


def test_nothing_is_older_than_the_month_before_and_its_preparations(march: simulate.Month) -> None:
    assert march.events[0].at > micros("2026-01-29T00:00:00-05:00")


def test_nights_and_weekends_are_quiet(march: simulate.Month) -> None:
    offered = [event.time.in_timezone("America/Toronto") for event in march.events if event.type == "phone.offered"]
    at_night = sum(time.hour < 6 for time in offered)
    at_weekends = sum(time.isoweekday() >= 6 for time in offered)
    assert 0 < at_night < len(offered) * 5 // 100
    assert 0 < at_weekends < len(offered) * 15 // 100


def test_most_tickets_are_answered_well_in_time(march: simulate.Month) -> None:
    opened = {event.subject: event.at for event in march.events if event.type == "ticket.opened"}
    answers = sorted(e.at - opened[e.subject] for e in march.events if e.type == "ticket.responded")
    assert answers[len(answers) // 2] < 8 * HOUR // 60


def test_all_that_can_happen_happens(march: simulate.Month, intercall: sla.Agreement) -> None:
    happened = {event.type for event in march.events}
    assert happened == set(intercall.events)
    assert len(happened) == 60


def test_there_is_no_month_13() -> None:
    with pytest.raises(InputError, match="`13` is not a month from 1 to 12"):
        simulate.month(month=13)


def test_there_are_no_months_under_other_rules_for_the_clocks() -> None:
    with pytest.raises(InputError, match="`2006` is not a year from 2007"):
        simulate.month(year=2006)


# --- What is planted


def test_there_are_35_policies(intercall: sla.Agreement) -> None:
    assert len(POLICIES) == 35
    assert set(intercall.policies) == POLICIES


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_each_policy_has_breaches_and_near_misses(march: simulate.Month, policy: str) -> None:
    kinds = {one.kind for one in march.planted if one.policy == policy}
    assert kinds == ({"near_miss"} if policy in WITHOUT_LIMIT else {"breach", "near_miss"})


@pytest.mark.parametrize("policy", sorted(WITHOUT_LIMIT))
def test_without_a_limit_two_are_open_for_weeks(march: simulate.Month, policy: str) -> None:
    open_ = [one for one in march.planted if one.policy == policy and one.outcome == "pending"]
    assert len(open_) == 2
    assert all(one.start is not None and micros(march.as_of) - one.start > 30 * 24 * HOUR for one in open_)


def test_nothing_is_planted_twice_or_for_another_policy(march: simulate.Month) -> None:
    keys = [one.key for one in march.planted]
    assert len(set(keys)) == len(keys)
    assert {one.policy for one in march.planted} == POLICIES


def test_expected_are_the_planted_breaches(march: simulate.Month) -> None:
    assert march.expected == {one.key for one in march.planted if one.kind == "breach"}
    assert ("helpdesk.phone", "", None, "2026-03") in march.expected


def test_every_planted_case_starts_with_an_event_of_its_subject(march: simulate.Month) -> None:
    starts = {(event.subject, event.at) for event in march.events}
    cases = [one for one in march.planted if one.subject not in ("", "video", "reservations")]
    assert len(cases) > 1000
    assert all((one.subject, one.start) in starts for one in cases)


# --- Some planted cases by hand


def test_a_ticket_answered_a_microsecond_late(march: simulate.Month) -> None:
    late = planted(march, "support.response", "answered 1 µs after the 30 min of SL1")
    at = times(march, late.subject)
    assert (late.kind, late.start) == ("breach", at["ticket.opened"])
    assert at["ticket.responded"] - at["ticket.opened"] == 1_800_000_001


def test_a_ticket_resolved_exactly_at_its_limit(march: simulate.Month) -> None:
    just = planted(march, "support.resolution", "resolved exactly at the 8 h of SL1")
    at = times(march, just.subject)
    assert (just.kind, just.outcome) == ("near_miss", "met")
    assert at["ticket.resolved"] - at["ticket.opened"] == 28_800_000_000


def test_a_ticket_across_the_change_of_the_clocks(march: simulate.Month) -> None:
    late = planted(
        march, "support.response", "across the change of the clocks, an SL1 answered 1 µs after 30 min of real time"
    )
    at = times(march, late.subject)
    assert at["ticket.opened"] == micros("2026-03-08T01:50:00-05:00")
    assert at["ticket.responded"] == micros("2026-03-08T03:20:00.000001-04:00")


def test_a_deferral_to_the_second_wednesday(march: simulate.Month) -> None:
    what = "an SL1 deferred to a release, resolved exactly at its publication"
    at = times(march, planted(march, "support.resolution", what).subject)
    assert at["ticket.resolved"] == micros("2026-03-11T21:00:00-04:00")
    published = [(e.data["kind"], e.time.day) for e in march.events if e.type == "release.published"]
    assert published == [("patch", 5), ("release", 12), ("patch", 19), ("release", 26)]


def test_an_email_across_the_change_of_the_clocks(march: simulate.Month) -> None:
    what = "across the change of the clocks, an e-mail answered exactly at 24 h of real time"
    just = planted(march, "helpdesk.email", what)
    assert times(march, just.subject) == {
        "email.received": micros("2026-03-07T15:00:00-05:00"),
        "email.answered": micros("2026-03-08T16:00:00-04:00"),
    }


def test_a_reservation_across_midnight(march: simulate.Month) -> None:
    what = "from 23:59 to 00:01 of the next day is 1 day ahead: confirmed 1 µs after 1 h"
    late = planted(march, "reservation.confirmation", what)
    requested, confirmed = [event for event in march.events if event.subject == late.subject]
    assert requested.at == micros("2026-03-12T23:59:00-04:00")
    assert requested.data == {"meeting_start": "2026-03-13T04:01:00Z", "occurrence": 1}
    assert confirmed.at == micros("2026-03-13T00:59:00.000001-04:00")


def test_a_later_meeting_of_a_series(march: simulate.Month) -> None:
    late = planted(march, "reservation.recurring", "the second meeting of a series, confirmed 1 µs after 48 h")
    assert late.subject.endswith("-2")
    at = times(march, late.subject)
    assert at["reservation.confirmed"] - at["reservation.requested"] == 172_800_000_001


@pytest.mark.parametrize(("kept", "in_time"), [(False, 1199), (True, 1200)])
def test_the_share_of_calls(kept: bool, in_time: int) -> None:
    month = simulate.month(phone_kept=kept)
    offered = {event.subject: event.at for event in month.events if event.type == "phone.offered"}
    answered = {event.subject: event.at for event in month.events if event.type == "phone.answered"}
    assert sum(at - offered[call] <= 60_000_000 for call, at in answered.items()) == in_time
    assert len(offered) == 1500
    assert (("helpdesk.phone", "", None, "2026-03") in month.expected) is not kept
    assert len([key for key in month.expected if key[0] == "helpdesk.phone" and key[1]]) == 1500 - in_time


def test_a_slow_sl4_is_always_known() -> None:
    """Counted anew from the events: every SL4 that took more than 30 min, from its opening or its reopening."""
    month = simulate.month(seed=5, tickets=900)
    severity: dict[str, object] = {}
    began: dict[str, int] = {}
    slow = set()
    for event in month.events:
        if event.type in ("ticket.opened", "ticket.reopened"):
            began[event.subject] = event.at
        severity[event.subject] = event.data.get("severity", severity.get(event.subject))
        ended = event.type in ("ticket.resolved", "ticket.cancelled")
        if ended and severity[event.subject] == "SL4" and event.at - began[event.subject] > 1_800_000_000:
            slow.add((event.subject, began[event.subject]))
    expected = {key[1:3] for key in month.expected if key[0] == "support.resolution_sl4_target"}
    never = planted(month, "support.resolution_sl4_target", "an SL4 that is never resolved")
    assert expected == slow | {(never.subject, never.start)}
    assert len(slow) > 10


# --- Files


def test_the_file_reads_back(march: simulate.Month, tmp_path: Path) -> None:
    simulate.write(march, tmp_path / "events.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [Event(**row) for row in rows] == march.events
    assert list(rows[0]) == ["id", "type", "subject", "time", "data"]
    assert all(row["time"].endswith("Z") for row in rows)


# --- Comparing


def test_exactly_the_planted_is_exact(march: simulate.Month) -> None:
    comparison = simulate.compare(march, perfect(march))
    assert comparison.exact
    assert (comparison.found, comparison.missed, comparison.invented) == (len(march.expected), 0, 0)
    assert len(comparison.held_near_misses) == len(march.planted) - len(march.expected)


def test_a_breach_that_is_said_to_be_met_is_missed(march: simulate.Month) -> None:
    late = planted(march, "support.response", "answered 1 µs after the 30 min of SL1")
    verdicts = perfect(march)
    for verdict in verdicts:
        if (verdict.policy, verdict.subject) == (late.policy, late.subject):
            verdict.outcome = "met"
    comparison = simulate.compare(march, verdicts)
    assert comparison.missed_breaches == (late.key,)
    assert (comparison.found, comparison.missed, comparison.invented) == (len(march.expected) - 1, 1, 0)
    assert not comparison.exact


def test_a_breach_that_nobody_planted_is_invented(march: simulate.Month) -> None:
    verdicts = [*perfect(march), Said("availability.video", "video", "breached", period="2026-03")]
    comparison = simulate.compare(march, verdicts)
    assert comparison.invented_breaches == (("availability.video", "video", None, "2026-03"),)
    assert (comparison.found, comparison.missed, comparison.invented) == (len(march.expected), 0, 1)
    assert not comparison.exact


def test_a_breach_said_twice_is_invented_once(march: simulate.Month) -> None:
    verdicts = perfect(march)
    breach = next(verdict for verdict in verdicts if verdict.outcome == "breached")
    assert simulate.compare(march, [*verdicts, breach]).invented == 1


def test_a_period_may_name_its_start(march: simulate.Month) -> None:
    verdicts = perfect(march)
    for verdict in verdicts:
        if not verdict.subject:
            verdict.start_at = 0
    assert simulate.compare(march, verdicts).exact


def test_a_near_miss_must_come_to_what_was_planted(march: simulate.Month) -> None:
    void = planted(march, "support.resolution", "an SL1 cancelled exactly at its 8 h")
    verdicts = perfect(march)
    for verdict in verdicts:
        if (verdict.policy, verdict.subject) == (void.policy, void.subject):
            verdict.outcome = "met"
    comparison = simulate.compare(march, verdicts)
    assert comparison.fallen_near_misses == (void,)
    assert not comparison.exact


def test_a_verdict_where_none_may_be_is_noticed(march: simulate.Month) -> None:
    what = "requested the day after the meeting, which is to be questioned and not judged"
    none = planted(march, "reservation.confirmation", what)
    verdicts = [*perfect(march), Said(none.policy, none.subject, "undetermined", none.start)]
    assert simulate.compare(march, verdicts).fallen_near_misses == (none,)


# --- Judged


@pytest.mark.parametrize(
    ("seed", "year", "month", "kept"),
    [(1, 2026, 3, False), (1, 2026, 3, True), (2, 2026, 11, True), (3, 2027, 2, False), (4, 2029, 1, False)],
)
def test_the_evaluators_find_exactly_the_planted(
    judge: Callable[..., Verdicts], intercall: sla.Agreement, seed: int, year: int, month: int, kept: bool
) -> None:
    made = simulate.month(seed=seed, year=year, month=month, phone_kept=kept, shares_kept=kept)
    comparison = simulate.compare(made, judge(intercall, made.events, as_of=made.as_of))
    assert comparison.missed_breaches == ()
    assert comparison.invented_breaches == ()
    assert comparison.fallen_near_misses == ()
    assert comparison.found == len(made.expected)


def test_nothing_but_planted_cases(judge: Callable[..., Verdicts], intercall: sla.Agreement) -> None:
    made = simulate.month(**NOTHING)
    comparison = simulate.compare(made, judge(intercall, made.events, as_of=made.as_of))
    assert comparison.exact
    assert comparison.found > 250


def test_nothing_but_the_planted_is_open(
    judge: Callable[..., Verdicts], intercall: sla.Agreement, march: simulate.Month
) -> None:
    outcomes = "pending", "undetermined"
    open_ = {
        (verdict.policy, verdict.subject, verdict.period)
        for verdict in judge(intercall, march.events, as_of=march.as_of)
        if verdict.outcome in outcomes
    }
    assert open_ == {(one.policy, one.subject, one.period) for one in march.planted if one.outcome in outcomes}


def test_an_agreement_that_says_something_else_is_noticed(
    judge: Callable[..., Verdicts], march: simulate.Month
) -> None:
    elsewhere = sla.load("intercall", timezone="UTC")
    comparison = simulate.compare(march, judge(elsewhere, march.events, as_of=march.as_of))
    assert comparison.missed or comparison.invented


# --- The demonstration


def arguments(**counts: int) -> list[str]:
    return [text for name in COUNTS for text in (f"--{name}", str(counts.get(name, 0)))]


def test_the_demonstration_says_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "demo"
    assert simulate.main(["--out", str(out), *arguments(tickets=100, calls=100, emails=20)]) == 0
    said = capsys.readouterr().out.splitlines()
    (first,) = [number for number, line in enumerate(said) if line.startswith("  adhoc.never_refused: ")]
    assert said[first + len(POLICIES)].startswith("planted ")
    assert said[first + len(POLICIES)].endswith("missed 0, invented 0")
    lines = dict(line.strip().split(": ", 1) for line in said[first : first + len(POLICIES)])
    assert set(lines) == POLICIES
    assert lines["escalation.path"] == "breaches planted 6, found 6; near misses planted 7, held 7"
    assert lines["certification.record"].endswith(" (without a limit: pending, never breached)")
    assert said[-1] == f"{out / 'report.md'}, and for people {out / 'report.html'}"
    assert "<!doctype html>" in (out / "report.html").read_text(encoding="utf-8")
    assert (out / "report.md").read_text(encoding="utf-8").strip()
    assert len((out / "events.jsonl").read_text(encoding="utf-8").splitlines()) > 300


def test_the_demonstration_just_keeps_the_shares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate.main(["--out", str(tmp_path), "--shares-kept", "--phone-kept", *arguments()]) == 0
    assert "missed 0, invented 0" in capsys.readouterr().out


def test_the_demonstration_fails_when_a_breach_is_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = sla.judge

    def lenient(agreement: sla.Agreement, events: list[Event], as_of: str) -> Verdicts:
        kept = [event for event in events if event.subject != slow]
        return honest(agreement, kept, as_of=as_of)

    what = "an SL2 answered after 3 h"
    slow = planted(simulate.month(**NOTHING), "support.response", what).subject
    monkeypatch.setattr(sla, "judge", lenient)
    assert simulate.main(["--out", str(tmp_path), *arguments()]) == 1
    said = capsys.readouterr().out
    assert "missed 1, invented 0" in said
    assert f"missed: support.response {slow} from 2026-" in said
    assert f": {what}\n" in said
