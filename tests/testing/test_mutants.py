"""Mutants: which there are, which are noticed, and that the scenarios of the built-in agreements notice them all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.agreement import built_in
from sla_rules.testing.mutants import Mutant, MutationReport, mutants, report_text, survivors
from sla_rules.testing.mutants.running import Trial, prepared
from sla_rules.verdict import Verdicts
from tests.conftest import agreement
from tests.language.test_design_example import EXAMPLE
from tests.scenarios import AGREEMENTS, scenarios_beside

Judge = Callable[..., Verdicts]

ACME = """
agreement: acme
clauses: [{id: response}]
events:
  opened: {}
  responded: {}
policies:
  - {id: response, clause: response, kind: deadline, start: opened, stop: responded, limit: 10 min}
"""
HEAD = """
start: 2026-03-02T14:00:00Z
equivalent_mutants:
  - {mutant: timezone = Asia/Kolkata, why: No day of the calendar is counted.}
scenarios:
"""
IN_TIME = """
  - name: Exactly in time
    clause: response
    events: [{type: opened, subject: T}, {type: responded, subject: T, after: 10 min}]
    expect: [{policy: response, outcome: met}]
"""
JUST_LATE = """
  - name: A microsecond late
    clause: response
    events: [{type: opened, subject: T}, {type: responded, subject: T, after: 10 min 1 µs}]
    expect: [{policy: response, outcome: breached}]
"""
LATE = """
  - name: Late
    clause: response
    events: [{type: opened, subject: T}, {type: responded, subject: T, after: 11 min}]
    expect: [{policy: response, outcome: breached}]
"""
TWICE = """
  - name: Opened again
    clause: response
    events:
      - {type: opened, subject: T}
      - {type: responded, subject: T, after: 1 s}
      - {type: opened, subject: T, after: 2 s}
    expect: [{policy: response, outcome: met}]
"""
POLICY = "policies.response."


@pytest.fixture
def acme(tmp_path: Path) -> Callable[..., sla.Agreement]:
    """Writes the agreement with scenarios beside it and loads it."""

    def write(*scenarios: str, head: str = HEAD) -> sla.Agreement:
        (tmp_path / "acme.yaml").write_text(ACME, encoding="utf-8")
        (tmp_path / "acme.scenarios.yaml").write_text(head + "".join(scenarios), encoding="utf-8")
        return sla.load(tmp_path / "acme.yaml")

    return write


def ids(report: MutationReport) -> list[str]:
    return [mutant.id for mutant in report.survivors]


def changed(policy: dict[str, Any], **parts: Any) -> list[str]:
    """The ids of the mutants of an agreement with one policy, the policy's own part of each left out."""
    return [mutant.id.removeprefix("policies.p.") for mutant in mutants(agreement(policy, **parts))]


@pytest.mark.parametrize("name", built_in())
def test_the_scenarios_of_a_built_in_agreement_notice_every_mutant(name: str) -> None:
    whole = AGREEMENTS[name]
    report = survivors(whole, sla.judge, scenarios=[scenario for _, scenario in scenarios_beside(name)])
    assert report.holds, report_text(report)
    assert set(whole.policies) <= set(report.groups)
    assert report.total.noticed > 100


def test_scenarios_on_both_sides_of_the_limit_leave_no_survivor(acme: Callable[..., sla.Agreement]) -> None:
    report = survivors(acme(IN_TIME, JUST_LATE, LATE, TWICE), sla.judge)
    assert ids(report) == []
    assert report.wrong == ()
    assert report.holds
    assert [(mutant.id, why) for mutant, why in report.total.equivalent] == [
        ("timezone = Asia/Kolkata", "No day of the calendar is counted.")
    ]


@pytest.mark.parametrize(
    ("left", "surviving"),
    [
        ((IN_TIME, LATE, TWICE), ["limit = 10 min 0.000001 s"]),
        ((IN_TIME, JUST_LATE, LATE), ["occurrence = each"]),
        ((JUST_LATE, LATE, TWICE), ["strict = true", "stop = opened", "limit = 9 min 59.999999 s"]),
    ],
)
def test_without_a_scenario_the_changes_that_it_alone_notices_survive(
    acme: Callable[..., sla.Agreement], left: tuple[str, ...], surviving: list[str]
) -> None:
    report = survivors(acme(*left), sla.judge)
    assert ids(report) == [POLICY + id for id in surviving]
    assert not report.holds
    assert f"id: {POLICY}{surviving[0]}" in report_text(report)


def test_a_mutant_listed_as_equivalent_that_is_noticed_or_does_not_exist_is_an_error(
    acme: Callable[..., sla.Agreement],
) -> None:
    head = HEAD.replace(
        "scenarios:",
        f"  - {{mutant: {POLICY}strict = true, why: nobody minds}}\n"
        f"  - {{mutant: {POLICY}limit = 7 min, why: it was 6 min once}}\nscenarios:",
    )
    report = survivors(acme(IN_TIME, JUST_LATE, LATE, TWICE, head=head), sla.judge)
    assert ids(report) == []
    assert report.wrong == (
        f"listed as equivalent, but it is noticed: `{POLICY}strict = true`",
        f"listed as equivalent, but there is no such mutant: `{POLICY}limit = 7 min`",
    )
    assert not report.holds
    assert f"FAIL  {report.wrong[0]}" in report_text(report)


def test_a_scenario_that_fails_on_the_agreement_itself_is_refused(acme: Callable[..., sla.Agreement]) -> None:
    with pytest.raises(sla.SlaError, match="1 scenarios fail before anything is changed: `Late`"):
        survivors(acme(IN_TIME, LATE.replace("breached", "met")), sla.judge)


def test_the_versions_of_an_amended_agreement_are_tried_one_at_a_time(tmp_path: Path) -> None:
    for day in ("2025-01-01", "2026-01-01"):
        (tmp_path / f"{day}.yaml").write_text(ACME, encoding="utf-8")
    with pytest.raises(sla.SlaError, match="one version at a time"):
        survivors(sla.load(tmp_path), sla.judge)
    assert survivors(sla.load(tmp_path / "2025-01-01.yaml"), sla.judge).scenarios == 0


def test_progress_is_told_and_a_sample_is_a_part_of_the_whole(acme: Callable[..., sla.Agreement]) -> None:
    calls: list[tuple[int, int]] = []
    whole = acme(head=HEAD + "  []")
    report = survivors(whole, sla.judge, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(number, len(calls)) for number in range(1, report.total.total + 1)]
    sample = survivors(whole, sla.judge, every=3)
    assert sample.total.total == -(-report.total.total // 3)
    assert set(ids(sample)) < set(ids(report))
    assert "(one in 3)" in report_text(sample)


@pytest.mark.parametrize("name", built_in())
def test_mutants_are_the_same_every_time_and_their_ids_are_their_own(name: str) -> None:
    first, second = list(mutants(sla.load(name))), list(mutants(sla.load(name)))
    assert first == second
    assert len({mutant.id for mutant in first}) == len(first)


@pytest.mark.parametrize("name", built_in())
def test_a_mutant_changes_the_agreement_in_one_place(name: str) -> None:
    original = sla.load(name).raw
    for mutant in mutants(sla.load(name)):
        here, there = original, mutant.raw
        for key in mutant.path[:-1]:
            assert here != there, mutant.id
            here, there = here[key], there[key]
        if isinstance(here, dict):
            assert {key for key in here | there if here.get(key) != there.get(key)} == {mutant.path[-1]}, mutant.id
        else:
            assert len(here) - len(there) in (0, 1), mutant.id
    assert sla.load(name).raw == original


@pytest.mark.parametrize("name", built_in())
def test_no_change_is_noticed_by_nobody(name: str) -> None:
    whole = AGREEMENTS[name]
    trial = Trial(whole, sla.judge, [prepared(scenario) for _, scenario in scenarios_beside(name)])
    paths = [("policies", index) for index in range(len(whole.policies))] + [
        ("events", next(iter(whole.events))),
        ("timezone",),
    ]
    for path in paths:
        assert trial.outcome(Mutant("nothing", path, "nothing", whole.raw)) == "surviving", path


def test_the_agreement_itself_is_not_touched() -> None:
    whole = sla.load("helpdesk")
    before = whole.hash
    for mutant in mutants(whole):
        assert mutant.raw != whole.raw
    assert sla.load(whole.raw).hash == before


DEADLINE = {"start": "a", "stop": "b", "limit": "1 h"}
TYPES = {"a": {}, "b": {}, "c": {}}


def test_the_mutants_of_a_deadline() -> None:
    assert changed({**DEADLINE, "cancel": "c", "warn_at": ["50 %"]}, events=TYPES) == [
        "timezone = Asia/Kolkata",
        "strict = true",
        "occurrence = each",
        "start = b",
        "stop = c",
        "limit = 1 h 0.000001 s",
        "limit = 59 min 59.999999 s",
        "limit = 1 min",
        "cancel dropped",
        "cancel = a",
    ]


def test_a_list_of_events_loses_each_and_a_single_one_is_exchanged() -> None:
    found = changed({**DEADLINE, "start": ["a", "c"]}, events=TYPES)
    assert [id for id in found if id.startswith("start")] == [
        "start.a dropped",
        "start.a = b",
        "start.c dropped",
        "start.c = a",
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("PT1H30M", ["1 h 30 min 0.000001 s", "1 h 29 min 59.999999 s", "1 min 30 min", "1 h 30 h"]),
        ("90 seconds", ["1 min 30.000001 s", "1 min 29.999999 s", "90 min"]),
        ("1 µs", ["0.000002 s", "0 s", "1 ms"]),
        ("none", ["24 h"]),
    ],
)
def test_a_limit_by_a_microsecond_and_another_unit(written: str, expected: list[str]) -> None:
    found = changed({**DEADLINE, "limit": written}, events=TYPES)
    assert [id for id in found if id.startswith("limit")] == [f"limit = {each}" for each in expected]


def test_the_end_of_another_day_or_month() -> None:
    found = changed({**DEADLINE, "limit": {"end_of": "day"}}, events=TYPES)
    assert [id for id in found if id.startswith("limit")] == [
        "limit.after = 1",
        "limit.after = -1",
        "limit.end_of = month",
    ]


def test_an_edge_between_tiers_moves_for_both() -> None:
    tiers = [{"from": 0, "to": 1, "limit": "1 h"}, {"from": 2, "limit": "1 h"}]
    whole = agreement(
        {**DEADLINE, "limit": {"lead_days": {"to": "due"}, "tiers": tiers}},
        events={"a": {"due": {"kind": "instant"}}, "b": {}},
    )
    moved = {each.id.rpartition(": ")[2]: each for each in mutants(whole) if "edge" in each.id}
    assert list(moved) == ["edge between 1 and 2 at 2 days", "edge between 1 and 2 at 0 days"]
    for days, mutant in zip((2, 0), moved.values(), strict=True):
        first, second = mutant.raw["policies"][0]["limit"]["tiers"]
        assert (first["to"], second["from"]) == (days, days + 1)
        sla.load(mutant.raw)


CONDITIONS: list[tuple[dict[str, Any], list[str]]] = [
    ({"level": "x"}, ["negated", ": level becomes other", ".level = {ne: x}", ".level = y"]),
    (
        {"count": {"ge": 2}},
        ["negated", ": count becomes total", ".count: ge becomes gt", ".count.ge = 3", ".count.ge = 1"],
    ),
    ({"flag": {"exists": True}}, ["negated", ".flag.exists = false"]),
    (
        {"level": {"in": ["x", "y"]}},
        [
            "negated",
            ": level becomes other",
            ".level: in becomes not_in",
            ".level.in.x dropped",
            ".level.in.x = z",
            ".level.in.y dropped",
            ".level.in.y = z",
        ],
    ),
    (
        {"not": {"flag": True}, "other": "free"},
        [
            "negated",
            ".not dropped",
            ".not.flag = {ne: true}",
            ".not.flag = false",
            ".other dropped",
            ": other becomes level",
            ".other = {ne: free}",
            ".other = free?",
        ],
    ),
    (
        {"any": [{"flag": True}, {"count": {"lt": {"field": "total"}}}]},
        [
            "negated",
            ": any becomes all",
            ".any[1] dropped",
            ".any[1] negated",
            ".any[1].flag = {ne: true}",
            ".any[1].flag = false",
            ".any[2] dropped",
            ".any[2] negated",
            ".any[2]: count becomes total",
            ".any[2].count: lt becomes le",
            ".any[2].count.lt.field = count",
        ],
    ),
    (
        {"items": {"any_item": {"bad": True}}},
        ["negated", ".items.any_item negated", ".items.any_item.bad = {ne: true}", ".items.any_item.bad = false"],
    ),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS)
def test_the_mutants_of_a_condition(condition: dict[str, Any], expected: list[str]) -> None:
    fields = {
        "level": {"kind": "text", "values": ["x", "y", "z"]},
        "other": {"kind": "text"},
        "count": {"kind": "integer"},
        "total": {"kind": "integer"},
        "flag": {"kind": "boolean"},
        "items": {"kind": "list"},
    }
    found = changed({**DEADLINE, "applies": condition}, events={"a": fields, "b": {}})
    mutants_of = [id.removeprefix("applies").strip() for id in found if id.startswith("applies")]
    assert mutants_of == ["dropped", *expected]


def test_the_mutants_of_a_calendar() -> None:
    office = {
        "timezone": "Europe/Paris",
        "week": {"mon-tue": ["00:00-12:00"], "Sunday": "22:30-24:00"},
        "holidays": {"dates": ["2026-05-01"]},
        "extra": ["2026-05-16 09:00-12:00"],
    }
    found = changed({**DEADLINE, "calendar": "office"}, events=TYPES, calendars={"office": office})
    assert [id.removeprefix("calendars.office.") for id in found if id.startswith("calendars")] == [
        "exhausted_at = closing",
        "timezone dropped",
        "timezone = UTC",
        "timezone = Asia/Kolkata",
        "week dropped",
        "week.mon-tue dropped",
        "week: mon-tue becomes tue",
        "week: mon-tue becomes mon",
        "week: mon-tue becomes mon,tue,wed",
        "week: mon-tue becomes mon,tue,thu",
        "week: mon-tue becomes mon,tue,fri",
        "week: mon-tue becomes mon,tue,sat",
        "week: mon-tue becomes mon,tue,sun",
        "week.mon-tue.00:00-12:00 dropped",
        "week.mon-tue.00:00-12:00 = 00:01-12:00",
        "week.mon-tue.00:00-12:00 = 00:00-12:01",
        "week.mon-tue.00:00-12:00 = 00:00-11:59",
        "week.Sunday dropped",
        "week: Sunday becomes mon,sun",
        "week: Sunday becomes tue,sun",
        "week: Sunday becomes wed,sun",
        "week: Sunday becomes thu,sun",
        "week: Sunday becomes fri,sun",
        "week: Sunday becomes sat,sun",
        "week.Sunday = 22:31-24:00",
        "week.Sunday = 22:29-24:00",
        "week.Sunday = 22:30-23:59",
        "holidays dropped",
        "holidays.dates.2026-05-01 dropped",
        "extra dropped",
        "extra.2026-05-16 09:00-12:00 dropped",
        "extra.2026-05-16 09:00-12:00 = 2026-05-16 09:01-12:00",
        "extra.2026-05-16 09:00-12:00 = 2026-05-16 08:59-12:00",
        "extra.2026-05-16 09:00-12:00 = 2026-05-16 09:00-12:01",
        "extra.2026-05-16 09:00-12:00 = 2026-05-16 09:00-11:59",
    ]
    assert [id for id in found if id.startswith("calendar ")] == ["calendar dropped", "calendar = always"]


def test_an_objective_by_a_percentage_point_and_another_measure() -> None:
    found = changed({**DEADLINE, "objective": {"at_least": "99.5 %", "per": "whole"}}, events=TYPES)
    assert [id for id in found if id.startswith("objective")] == [
        "objective dropped",
        "objective: at_least becomes breached_less_than",
        "objective: at_least becomes breached_at_most",
        "objective.at_least = 98.5 %",
        "objective.per = day",
    ]


def test_a_sentence_says_what_was_and_what_is() -> None:
    whole = agreement({**DEADLINE, "match": ["subject", "site"]}, events={**TYPES, "a": {"site": {"kind": "text"}}})
    said = {mutant.id: mutant.what for mutant in mutants(whole)}
    assert said["policies.p.limit = 1 min"] == "policies.p.limit: 1 h -> 1 min"
    assert said["policies.p.strict = true"] == "policies.p.strict: nothing -> true"
    assert said["policies.p.match.site dropped"] == "policies.p.match.site: site dropped"


def test_the_days_of_force_are_moved() -> None:
    found = changed(DEADLINE, events=TYPES, in_force={"from": "2026-01-01"})
    assert [id for id in found if id.startswith("in_force")] == [
        "in_force.from dropped",
        "in_force.from = 2026-01-02",
        "in_force.from = 2025-12-31",
    ]


def test_every_mutant_of_an_agreement_with_all_kinds_of_policies_is_loaded_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(EXAMPLE, encoding="utf-8")
    whole = sla.load(path)
    report = survivors(whole, sla.judge)
    assert set(whole.policies) | {"events", "calendars", "windows", "in_force", "timezone"} == set(report.groups)
    assert report.total.refused < len(report.survivors)
    assert report.total.noticed == 0
