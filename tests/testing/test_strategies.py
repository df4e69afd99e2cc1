"""Generators of events, histories and agreements: they reach what they promise, and nothing that they make breaks."""

import re
from collections import Counter, defaultdict
from copy import deepcopy
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.errors import AgreementError
from sla_rules.instants import moment
from sla_rules.language.policies import Deadline
from sla_rules.testing.directed import directed
from sla_rules.testing.strategies import agreements, broken_agreements, events, histories
from sla_rules.testing.strategies.broken import BREAKS
from sla_rules.testing.strategies.histories import ANY_POLICY

BUILT_IN = {name: sla.load(name) for name in ("intercall", "helpdesk")}
OUTCOMES = [str(outcome) for outcome in sla.Outcome]
ENOUGH = 2_000

NO_EXEMPTION = "the policy has no exemption"
NO_CANCEL = "nothing cancels it"
NEVER_OPEN = "a prohibition holds until it is violated, and its periods are those of others"
NO_LIMIT = "there is no limit to miss"
FIXED = "the limit is the same for everybody, so that nothing can be missing"
JUDGED_AT_ONCE = "judged by what is there"
LIVES_ON = "judged on what has happened, for want of a declared end"

NEVER = {"exempt": NO_EXEMPTION, "void": NO_CANCEL, "undetermined": "an event either violates it or not"}
UPTIME = {
    "exempt": "an availability has no exemptions",
    "void": NO_CANCEL,
    "undetermined": "a month without any event of the service has no verdict at all",
}
RECORD = {"pending": JUDGED_AT_ONCE, "exempt": NO_EXEMPTION, "void": NO_CANCEL}
STEPS = {"exempt": NO_EXEMPTION, "void": NO_CANCEL}
NONE_GIVEN = {"breached": NO_LIMIT, "exempt": NO_EXEMPTION, "void": NO_CANCEL, "undetermined": NO_LIMIT}
CERTIFIED = {"void": NO_CANCEL, "undetermined": FIXED}
IMPOSSIBLE = {
    "intercall": {
        "availability.video": UPTIME,
        "availability.reservations": UPTIME,
        "availability.maintenance_notice": {"exempt": NO_EXEMPTION},
        "escalation.path": {**STEPS, "pending": LIVES_ON},
        "severity.classification": RECORD,
        "support.response": {"exempt": NO_EXEMPTION},
        "support.resolution": {"exempt": NO_EXEMPTION},
        "support.resolution_sl4_target": {"exempt": NO_EXEMPTION},
        "helpdesk.phone": {"exempt": NO_EXEMPTION, "void": NO_CANCEL, "undetermined": FIXED},
        "helpdesk.email": {"exempt": NO_EXEMPTION, "void": NO_CANCEL, "undetermined": FIXED},
        "helpdesk.hours": {**NEVER, "met": "every event that it is about violates it", "pending": NEVER_OPEN},
        "reservation.no_double_booking": RECORD,
        "reservation.confirmation": {"exempt": NO_EXEMPTION},
        "reservation.recurring": {"exempt": NO_EXEMPTION, "undetermined": FIXED},
        "adhoc.never_refused": {**NEVER, "pending": NEVER_OPEN},
        "adhoc.setup": {},
        "adhoc.on_the_fly": {"exempt": NO_EXEMPTION, "undetermined": FIXED},
        "conference.site_added": {"exempt": NO_EXEMPTION},
        "conference.site_dropped": {"exempt": NO_EXEMPTION, "undetermined": FIXED},
        "conference.failed_share": NEVER,
        "conference.cause_reservation": NEVER,
        "conference.cause_support": NEVER,
        "conference.restored": {"exempt": NO_EXEMPTION, "undetermined": FIXED},
        "conference.overrun": {**NEVER, "pending": NEVER_OPEN},
        "certification.scheduled": CERTIFIED,
        "certification.room_registered": CERTIFIED,
        "certification.room_certified": CERTIFIED,
        "certification.upgrade": {"exempt": NO_EXEMPTION, "void": NO_CANCEL, "undetermined": FIXED},
        "certification.recertification": NONE_GIVEN,
        "certification.record": NONE_GIVEN,
        "conference.on_time": {"void": NO_CANCEL},
        "problem.contacts": {**STEPS, "undetermined": "its start is no step, so that none can lack its name"},
        "billing.monthly": {"exempt": NO_EXEMPTION, "void": NO_CANCEL, "undetermined": FIXED},
        "billing.invoice_fields": {**RECORD, "undetermined": JUDGED_AT_ONCE},
        "billing.credit_separate": {**NEVER, "pending": NEVER_OPEN},
    },
    "helpdesk": {
        "helpdesk.first_response": {"exempt": NO_EXEMPTION},
        "helpdesk.next_reply": {"exempt": NO_EXEMPTION},
        "helpdesk.resolution": {"exempt": NO_EXEMPTION},
    },
}
"""By agreement and policy: the outcomes that cannot occur, each with the reason."""


def judged(agreement, history):
    verdicts = sla.judge(agreement, history.events, as_of=moment(history.as_of), windows=history.windows)
    assert all(verdict.reason for verdict in verdicts)
    return verdicts


def narrowed(agreement):
    return {ANY_POLICY: agreement, **{id: agreement.only(id) for id in agreement.policies}}


def reached(agreement, some):
    """By policy, the outcomes that some histories aimed at it come to."""
    found, only = defaultdict(set), narrowed(agreement)
    for history in some:
        for verdict in judged(only[history.policy], history):
            found[verdict.policy].add(str(verdict.outcome))
    return found


# --- reaching everything -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_outcome_that_can_occur_is_reached_by_the_first_directed_histories(name):
    agreement = BUILT_IN[name]
    possible = {id: set(OUTCOMES) - set(IMPOSSIBLE[name][id]) for id in agreement.policies}
    assert reached(agreement, islice(directed(agreement), ENOUGH)) == possible


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_history_comes_to_an_outcome_that_is_listed_as_impossible(name):
    agreement = BUILT_IN[name]

    @settings(max_examples=80)
    @given(history=histories(agreement))
    def nothing_impossible(history):
        for verdict in judged(agreement, history):
            assert str(verdict.outcome) not in IMPOSSIBLE[name][verdict.policy], verdict.reason

    nothing_impossible()


@pytest.mark.parametrize("name", BUILT_IN)
def test_directed_histories_stop_each_deadline_row_on_both_sides_of_its_limit(name):
    agreement = BUILT_IN[name]
    deadlines = [policy for policy in agreement.policies.values() if isinstance(policy, Deadline)]
    for policy in deadlines:
        rows = rows_of(agreement, policy)
        assert rows or policy.limit == "none"
        for row, outcomes in rows.items():
            assert outcomes == ["met", "met", "breached"], (policy.id, row)


def rows_of(agreement, policy):
    """By row, what comes of stops a microsecond before, at and a microsecond after the limit."""
    only = agreement.only(policy.id)
    rows = defaultdict(dict)
    for history in directed(agreement, policy.id):
        aimed = re.fullmatch(rf"{re.escape(policy.id)}: ([^:]+): stopped at the limit( [-+] 1 µs)?", history.name)
        if aimed and " becomes " not in aimed[1]:
            verdict = next((each for each in judged(only, history) if each.subject == "S1"), None)
            if verdict is not None:
                rows[aimed[1]][{None: 0, " - 1 µs": -1, " + 1 µs": 1}[aimed[2]]] = str(verdict.outcome)
    whole = {row: by_offset for row, by_offset in rows.items() if len(by_offset) == 3}
    return {row: [by_offset[offset] for offset in (-1, 0, 1)] for row, by_offset in whole.items()}


def test_every_row_of_the_tables_is_stopped_on_both_sides():
    intercall = BUILT_IN["intercall"]
    rows = {id: set(rows_of(intercall, intercall.policies[id])) for id in ("support.response", "support.resolution")}
    assert rows["support.response"] == {f"severity SL{number}" for number in (1, 2, 3, 4)}
    assert rows["support.resolution"] == rows["support.response"]
    tiers = set(rows_of(intercall, intercall.policies["reservation.confirmation"]))
    assert {row.partition(" ")[0] for row in tiers} == {"0", "1", "2", "5", "6", "36"}
    helpdesk = BUILT_IN["helpdesk"]
    for policy in helpdesk.policies.values():
        assert set(rows_of(helpdesk, policy)) == {f"priority P{number}" for number in (1, 2, 3, 4)}


def test_every_number_of_members_and_every_share_is_played_on_both_sides():
    names = [history.name for history in directed(BUILT_IN["intercall"])]
    for id in ("certification.scheduled", "certification.room_registered", "certification.room_certified"):
        for members in (75, 76):
            assert any(name.startswith(f"{id}: bulk: {members} members") for name in names)
    assert "helpdesk.phone: 4 met and 1 breached, period over" in names
    assert "helpdesk.phone: 3 met and 2 breached, period over" in names
    assert "conference.failed_share: 98 met and 2 breached, period over" in names
    assert "conference.failed_share: 97 met and 3 breached, period over" in names


# --- being the same, and right ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BUILT_IN)
def test_directed_histories_are_the_same_every_time(name):
    first, second = list(directed(BUILT_IN[name])), list(directed(sla.load(name)))
    assert first == second
    assert len(first) > 500
    assert all(history.name.startswith(history.policy) for history in first)


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_directed_history_has_a_name_of_its_own(name):
    names = Counter(history.name for history in directed(BUILT_IN[name]))
    assert [name for name, count in names.items() if count > 1] == []


def test_directed_histories_of_some_policies_are_those_among_all():
    intercall = BUILT_IN["intercall"]
    some = list(directed(intercall, "support.*"))
    assert {history.policy for history in some} == {id for id in intercall.policies if id.startswith("support.")}
    assert sorted(history.name for history in some) == sorted(
        history.name for history in directed(intercall) if history.policy.startswith("support.")
    )


def test_each_version_of_an_amended_agreement_is_played_while_it_is_in_force(tmp_path):
    firsts = ("2025-01-01", "2026-01-01", "2026-06-01")
    for number, first in enumerate(firsts, 1):
        parts = "clauses: [{id: c}], events: {opened: {}, closed: {}}"
        policy = f"{{id: p, clause: c, kind: deadline, start: opened, stop: closed, limit: {number} h}}"
        (tmp_path / f"{first}.yaml").write_text(f"{{agreement: a, {parts}, policies: [{policy}]}}")
    agreement = sla.load(tmp_path)
    versions = defaultdict(set)
    for history in directed(agreement):
        for verdict in judged(agreement, history):
            versions[verdict.version].add(str(verdict.outcome))
    assert versions == {first: {"met", "breached", "pending"} for first in firsts}


def test_a_beginning_of_any_length_touches_every_policy():
    intercall = BUILT_IN["intercall"]
    first = {history.policy for history in islice(directed(intercall), len(intercall.policies))}
    assert first == set(intercall.policies)


@settings(max_examples=40)
@given(said=agreements())
def test_the_calendar_s_own_arithmetic_puts_stops_on_the_right_side_of_every_limit(said):
    agreement = sla.load(said)
    only = narrowed(agreement)
    for history in directed(agreement):
        side = re.search(r"stopped at the limit( [-+] 1 µs)?$", history.name)
        if side is None or "published" in history.name:
            continue
        verdicts = [each for each in judged(only[history.policy], history) if each.subject == "S1"]
        assert str(verdicts[0].outcome) == ("breached" if side[1] == " + 1 µs" else "met"), history.name


# --- random histories and agreements ---------------------------------------------------------------------------------


@settings(max_examples=80)
@given(data=st.data(), said=agreements())
def test_every_agreement_loads_and_judges_whatever_happens(data, said):
    agreement = sla.load(said)
    for _ in range(3):
        judged(agreement, data.draw(histories(agreement)))


@settings(max_examples=30)
@given(said=agreements())
def test_every_directed_history_of_every_agreement_is_judged(said):
    agreement = sla.load(said)
    only = narrowed(agreement)
    for history in islice(directed(agreement), 150):
        judged(only[history.policy], history)


@settings(max_examples=100)
@given(event=events(BUILT_IN["intercall"]))
def test_events_are_of_declared_types_and_mostly_of_declared_fields(event):
    declared = BUILT_IN["intercall"].events
    assert event.type in declared
    assert event.data.keys() <= declared[event.type].fields.keys()


def test_free_histories_reach_most_outcomes_too():
    found = set()

    @settings(max_examples=150)
    @given(some=st.lists(events(BUILT_IN["helpdesk"]), min_size=1, max_size=10))
    def look(some):
        found.update(str(verdict.outcome) for verdict in sla.judge(BUILT_IN["helpdesk"], some))

    look()
    assert {"met", "breached", "pending"} <= found


@settings(max_examples=60)
@given(broken=broken_agreements())
def test_every_broken_agreement_is_refused(broken):
    said, what = broken
    assert what in BREAKS
    with pytest.raises(AgreementError):
        sla.load(said)


@pytest.mark.parametrize("what", BREAKS)
def test_each_break_is_refused(what):
    broken = 0
    for said in samples():
        if BREAKS[what](said):
            broken += 1
            with pytest.raises(AgreementError):
                sla.load(said)
    assert broken


SAMPLES = []


def samples():
    """Copies of a few valid agreements that have everything between them."""
    if not SAMPLES:

        @settings(max_examples=40)
        @given(said=agreements())
        def collect(said):
            SAMPLES.append(said)

        collect()
    return deepcopy(SAMPLES)
