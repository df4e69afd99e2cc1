"""Comparing two agreements: every direction for every kind of change, each witness replayed with `judge`."""

from pathlib import Path
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.cli import main
from sla_rules.instants import moment
from sla_rules.testing.compare import Change, Comparison, Witness, compare
from sla_rules.testing.compare.shares import thresholds
from sla_rules.testing.scenarios import read_scenarios, run
from sla_rules.verdict import Verdict

EVENTS = {
    "opened": {"level": {"kind": "text", "values": ["high", "low"], "required": True}, "vip": {"kind": "boolean"},
               "kind": {"kind": "text", "values": ["a", "b", "c"]}},
    "closed": {}, "held": {}, "resumed": {}, "dropped": {}, "excused": {}, "reopened": {},
    "down": {}, "up": {},
    "booked": {"room": {"kind": "text"}, "from": {"kind": "instant"}, "to": {"kind": "instant"}}, "freed": {},
    "stepped": {"step": {"kind": "text"}},
    "billed": {"name": {"kind": "text"}, "sum": {"kind": "integer"}},
    "sorted": {"outage": {"kind": "boolean"}, "slow": {"kind": "boolean"},
               "level": {"kind": "text", "values": ["high", "low"], "required": True},
               "rank": {"kind": "text", "values": ["high", "mid", "low"]}},
    "closure": {"begin": {"kind": "instant", "required": True}, "end": {"kind": "instant", "required": True}},
}  # fmt: skip
CALENDARS = {
    "office": {"week": {"mon-fri": "09:00-17:00"}},
    "long": {"week": {"mon-fri": "09:00-19:00"}},
    "late": {"week": {"mon-fri": "10:00-18:00"}},
    "closing": {"week": {"mon-fri": "09:00-17:00"}, "exhausted_at": "closing"},
    "festive": {"week": {"mon-fri": "09:00-17:00"}, "holidays": {"dates": ["2026-12-25"]}},
}
WINDOWS = {"closure": {"event": "closure", "start": "begin", "end": "end"}}
DEADLINE: dict[str, Any] = {"kind": "deadline", "start": "opened", "stop": "closed", "limit": "1 h"}
NEVER: dict[str, Any] = {"kind": "never", "for_each": "opened", "violated_by": "dropped"}
ROOMS: dict[str, Any] = {"kind": "no_overlap", "booked": "booked", "resource": "room", "from": "from", "to": "to"}
STEPS: dict[str, Any] = {
    "kind": "procedure", "start": "opened", "step": {"event": "stepped", "field": "step"}, "steps": ["A", "B"],
    "end": {"closed": "closed"},
}  # fmt: skip
REACHED = {"closed": "closed", "reached": "resumed"}
FIELDS: dict[str, Any] = {"kind": "required_fields", "record": "billed", "fields": ["name"]}
SORTED: dict[str, Any] = {
    "kind": "classification", "start": "sorted", "value": "level",
    "table": [{"when": {"outage": True}, "value": "high"}, {"value": "low"}],
}  # fmt: skip
RANKED: dict[str, Any] = {
    **SORTED, "value": "rank", "table": [
        {"when": {"outage": True}, "value": "high"}, {"when": {"slow": True}, "value": "mid"}, {"value": "low"},
    ],
}  # fmt: skip
UPTIME: dict[str, Any] = {"kind": "availability", "service": "S", "down": "down", "up": "up", "at_least": "99 %"}
MONTHLY: dict[str, Any] = {**DEADLINE, "objective": {"at_least": "90 %", "per": "month"}}
BY_LEVEL: dict[str, Any] = {**MONTHLY, "calendar": {"by": "level", "table": {"high": "always", "low": "office"}}}
ROWS: dict[str, Any] = {**DEADLINE, "limit": {"by": "level", "table": {"high": "1 h", "low": "2 h"}}}
VIP = {"id": "vip", "when": {"vip": True}}
EXCUSED = {"id": "excused", "preceded_by": "excused"}


def agreement(*policies: dict[str, Any], **parts: Any) -> sla.Agreement:
    """An agreement with these policies, `p`, `p2` and so on."""
    return sla.load(
        {
            "agreement": "test", "clauses": [{"id": "c"}, {"id": "d"}], "events": EVENTS, "calendars": CALENDARS,
            "windows": WINDOWS, "policies": [
                {"id": "p" if number == 1 else f"p{number}", "clause": "c", **policy}
                for number, policy in enumerate(policies, 1)
            ], **parts,
        }
    )  # fmt: skip


def change(a: dict[str, Any], b: dict[str, Any]) -> Change:
    """What becomes of the only policy, its witnesses replayed."""
    one, other = agreement(a), agreement(b)
    found = compare(one, other).policies["p"]
    if found.stricter is not None:
        assert broken(other, found.stricter) - broken(one, found.stricter)
    if found.looser is not None:
        assert broken(one, found.looser) - broken(other, found.looser)
    return found


def broken(terms: sla.Agreement, witness: Witness) -> set[object]:
    """The promises of the policy that a witness breaks, judged anew."""
    history = witness.history
    verdicts = sla.judge(terms, history.events, as_of=moment(history.as_of), windows=history.windows)
    return {promise(verdict) for verdict in verdicts if verdict.outcome == "breached" and promised(verdict)}


def promised(verdict: Verdict) -> bool:
    return verdict.terms.policy.objective is None or verdict.tally is not None


def promise(verdict: Verdict) -> object:
    return verdict.subject, verdict.start_at, verdict.period


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param(DEADLINE, {**DEADLINE, "limit": "1 h 0.000001 s"}, id="a limit up by a microsecond"),
        pytest.param({**DEADLINE, "strict": True}, DEADLINE, id="no longer strict"),
        pytest.param(ROWS, {**ROWS, "limit": {"by": "level", "table": {"high": "1 h", "low": "3 h"}}}, id="a row up"),
        pytest.param(ROWS, {**ROWS, "limit": {"by": "level", "table": {"high": "1 h", "low": "none"}}}, id="no row"),
        pytest.param({**DEADLINE, "calendar": "long"}, {**DEADLINE, "calendar": "office"}, id="a calendar narrower"),
        pytest.param({**DEADLINE, "calendar": "office"}, {**DEADLINE, "calendar": "festive"}, id="a holiday"),
        pytest.param({**DEADLINE, "calendar": "closing"}, {**DEADLINE, "calendar": "office"}, id="used up at opening"),
        pytest.param(BY_LEVEL, {**BY_LEVEL, "calendar": {"by": "level", "table": {"high": "always", "low": "festive"}}},
                     id="a holiday for some, with an objective"),
        pytest.param(BY_LEVEL, {**BY_LEVEL, "calendar": {"by": "level", "table": {"high": "office", "low": "office"}}},
                     id="office hours for all"),
        pytest.param({**DEADLINE, "stop": {"type": "closed", "when": {"kind": "a"}}},
                     {**DEADLINE, "stop": {"type": "closed", "when": {"kind": {"in": ["a", "b"]}}}}, id="another when"),
        pytest.param({**STEPS, "complete": True}, {**STEPS, "complete": True, "end": REACHED}, id="reaching forgives"),
        pytest.param(DEADLINE, {**DEADLINE, "exemptions": [VIP]}, id="an exemption by condition"),
        pytest.param(DEADLINE, {**DEADLINE, "exemptions": [EXCUSED]}, id="an exemption by event"),
        pytest.param(DEADLINE, {**DEADLINE, "pause": {"from": "held", "to": "resumed"}}, id="a pause"),
        pytest.param(DEADLINE, {**DEADLINE, "stop": ["closed", "resumed"]}, id="another stop"),
        pytest.param(DEADLINE, {**DEADLINE, "cancel": "dropped"}, id="a cancel"),
        pytest.param(DEADLINE, {**DEADLINE, "applies": {"vip": {"ne": True}}}, id="applies to fewer"),
        pytest.param(DEADLINE, {**DEADLINE, "exclude": ["closure"]}, id="an exclusion"),
        pytest.param({**DEADLINE, "occurrence": "each"}, DEADLINE, id="only the first"),
        pytest.param(DEADLINE, {**DEADLINE, "objective": {"at_least": "90 %", "per": "month"}}, id="an objective"),
        pytest.param(MONTHLY, {**MONTHLY, "limit": "2 h"}, id="a limit up, with an objective"),
        pytest.param(MONTHLY, {**MONTHLY, "objective": {"at_least": "89.5 %", "per": "month"}}, id="a lower share"),
        pytest.param(
            {**MONTHLY, "objective": {"breached_less_than": "3 %", "per": "month"}},
            {**MONTHLY, "objective": {"breached_at_most": "3 %", "per": "month"}},
            id="less than or at most",
        ),
        pytest.param(UPTIME, {**UPTIME, "at_least": "98.9 %"}, id="a lower availability"),
        pytest.param(NEVER, {**NEVER, "until": "closed"}, id="never until"),
        pytest.param(NEVER, {**NEVER, "violated_by": {"type": "dropped", "where": {"vip": True}}}, id="less violates"),
        pytest.param(ROOMS, {**ROOMS, "released": "freed"}, id="released rooms"),
        pytest.param({**STEPS, "complete": True}, STEPS, id="a procedure need not be complete"),
        pytest.param({**FIELDS, "fields": ["name", "sum"]}, FIELDS, id="a field less"),
    ],
)  # fmt: skip
def test_looser_one_way_and_stricter_the_other(a: dict[str, Any], b: dict[str, Any]) -> None:
    there, back = change(a, b), change(b, a)
    assert (there.kind, back.kind) == ("looser", "stricter")
    assert there.stricter is None
    assert back.looser is None


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (ROWS, {**ROWS, "limit": {"by": "level", "table": {"high": "30 min", "low": "3 h"}}}),
        (DEADLINE, {**DEADLINE, "limit": "2 h", "strict": True, "stop": "resumed"}),
        ({**DEADLINE, "calendar": "office"}, {**DEADLINE, "calendar": "late"}),
        (MONTHLY, {**MONTHLY, "limit": "30 min", "objective": {"at_least": "50 %", "per": "month"}}),
        (DEADLINE, NEVER),
        (SORTED, {**SORTED, "table": [{"when": {"outage": False}, "value": "high"}, {"value": "low"}]}),
        (RANKED, {**RANKED, "table": [RANKED["table"][1], RANKED["table"][0], RANKED["table"][2]]}),
        (STEPS, {**STEPS, "steps": ["B", "A"]}),
        (DEADLINE, {**DEADLINE, "limit": {"end_of": "day"}}),  # less than 1 h from 23:00 on
        (UPTIME, {**UPTIME, "exclude": ["closure"]}),  # what is excluded leaves the denominator too
    ],
    ids=["row", "stop", "hours", "less time, lower share", "kind", "rows", "rank", "order", "day", "denominator"],
)
def test_incomparable_with_two_witnesses(a: dict[str, Any], b: dict[str, Any]) -> None:
    found = change(a, b)
    assert found.kind == "incomparable"
    assert found.stricter is not None
    assert found.looser is not None


@pytest.mark.parametrize(
    "b",
    [
        {**DEADLINE, "limit": "60 min"},
        {**DEADLINE, "clause": "d"},
        {**DEADLINE, "warn_at": ["50 %"]},
        {**DEADLINE, "limit": "PT1H", "occurrence": "first", "match": ["subject"]},
    ],
)
def test_what_says_the_same_is_the_same_without_a_search(b: dict[str, Any]) -> None:
    assert change(DEADLINE, b) == Change("p", "same")


def test_what_is_only_written_otherwise_is_the_same_after_a_search() -> None:
    found = change({**DEADLINE, "applies": {"level": "low"}}, {**DEADLINE, "applies": {"level": {"ne": "high"}}})
    assert found.kind == "same"
    assert found.histories > 50


def test_what_the_policy_does_not_use_does_not_matter() -> None:
    more = agreement(DEADLINE, events={**EVENTS, "other": {"size": {"kind": "integer"}}}, calendars={}, windows={})
    assert compare(agreement(DEADLINE), more).policies["p"] == Change("p", "same")


def test_another_calendar_of_the_same_name_matters() -> None:
    wider = agreement({**DEADLINE, "calendar": "office"}, calendars={"office": CALENDARS["long"]})
    assert compare(agreement({**DEADLINE, "calendar": "office"}), wider).policies["p"].kind == "stricter"


def test_another_zone_of_the_agreement_matters() -> None:
    daily = {**DEADLINE, "limit": {"end_of": "day"}}
    assert compare(agreement(daily), agreement(daily, timezone="Asia/Tokyo")).policies["p"].kind == "incomparable"


def test_other_verdicts_without_another_breach_are_different() -> None:
    none = {**DEADLINE, "limit": "none"}
    found = change(none, {**none, "cancel": "dropped"})
    assert found.kind == "different"
    assert found.other is not None
    assert {verdict.outcome for verdict in found.other.under_b} == {"void"}


def test_a_shorter_period_is_judged_when_both_periods_are_over() -> None:
    for shorter, longer in (
        ("day", "month"),
        ("week", "month"),
        ("month", "year"),
        ("day", "whole"),
        ("month", "quarter"),
    ):
        a, b = ({**MONTHLY, "objective": {"at_least": "90 %", "per": per}} for per in (longer, shorter))
        assert (change(a, b).kind, change(b, a).kind) == ("stricter", "looser"), (shorter, longer)


def test_policies_added_and_removed_come_with_a_breach() -> None:
    found = compare(agreement(DEADLINE, NEVER), agreement(DEADLINE))
    back = compare(agreement(DEADLINE), agreement(DEADLINE, NEVER))
    assert [each.kind for each in found.policies.values()] == ["same", "removed"]
    assert [each.kind for each in back.policies.values()] == ["same", "added"]
    for witness in (found.policies["p2"].looser, back.policies["p2"].stricter):
        assert witness is not None
        assert sorted(event.type for event in witness.history.events) == ["dropped", "opened"]


def test_witnesses_are_as_small_as_they_can_be() -> None:
    found = change(DEADLINE, {**DEADLINE, "limit": "30 min"})
    assert found.stricter is not None
    [event] = found.stricter.history.events
    assert (event.type, list(event.data)) == ("opened", ["level"])
    assert found.stricter.history.as_of == event.at + 30 * 60_000_000 + 1
    assert [verdict.outcome for verdict in found.stricter.under_a] == ["pending"]
    assert [verdict.outcome for verdict in found.stricter.under_b] == ["breached"]


def test_a_share_has_a_witness_with_as_few_obligations_as_possible() -> None:
    found = change(MONTHLY, {**MONTHLY, "objective": {"at_least": "80 %", "per": "month"}})
    assert found.looser is not None
    [period] = [verdict for verdict in found.looser.under_a if verdict.tally is not None]
    assert (period.met, period.breached) == (4, 1)


def test_data_that_contradict_both_declarations_are_no_witness() -> None:
    """Without its required level a ticket would be undetermined in the one and breached in the other."""
    assert change(DEADLINE, {**ROWS, "limit": {"by": "level", "table": {"high": "30 min", "low": "45 min"}}}).kind == (
        "stricter"
    )


def test_a_value_that_only_one_of_them_allows_is_a_witness_where_there_is_no_other() -> None:
    wider = {**EVENTS, "opened": {**EVENTS["opened"], "level": {"kind": "text", "values": ["high", "low", "mid"]}}}
    three = {**ROWS, "limit": {"by": "level", "table": {"high": "1 h", "low": "2 h", "mid": "90 min"}}}
    witness = compare(agreement(ROWS), agreement(three, events=wider)).policies["p"].stricter
    assert witness is not None
    assert witness.history.events[0].data == {"level": "mid"}


def test_windows_of_a_kind_that_one_does_not_know_are_left_out() -> None:
    one, other = agreement({**DEADLINE, "exclude": ["closure"]}), agreement(DEADLINE, windows={})
    assert compare(one, other).policies["p"].kind == "stricter"


def folder(path: Path, **versions: str) -> sla.Agreement:
    for name, limit in versions.items():
        (path / f"{name[1:].replace('_', '-')}.yaml").write_text(
            f"agreement: test\nclauses: [{{id: c}}]\nevents: {{opened: {{}}, closed: {{}}}}\npolicies:\n"
            f"  - {{id: 'p[1]', clause: c, kind: deadline, start: opened, stop: closed, limit: {limit}}}\n",
            encoding="utf-8",
        )
    return sla.load(path)


def test_versions_of_an_amended_agreement(tmp_path: Path) -> None:
    amended = folder(tmp_path, d2025_01_01="8 h", d2026_01_01="4 h", d2027_01_01="6 h")
    first, second, third = amended.versions
    assert compare(first, second).policies["p[1]"].kind == "stricter"
    assert compare(second, third).policies["p[1]"].kind == "looser"
    assert compare(first, first).policies["p[1]"].kind == "same"
    whole = compare(first, amended)
    assert whole.policies["p[1]"].kind == "stricter"
    assert whole.names == ("test 2025-01-01", "test 2027-01-01")


@pytest.fixture(name="mixed", scope="module")
def mixed_comparison() -> Comparison:
    later = {**ROWS, "limit": {"by": "level", "table": {"high": "30 min", "low": "3 h"}}}
    return compare(agreement(ROWS, NEVER, UPTIME), agreement(later, NEVER, {**UPTIME, "at_least": "99.5 %"}, FIELDS))


def test_the_text_has_a_line_for_each_policy_and_every_witness(mixed: Comparison) -> None:
    text = mixed.to_text()
    lines = [line for line in text.splitlines() if not line.startswith(" ")]
    assert [line.split(",")[0] for line in lines] == ["p: incomparable", "p2: same", "p3: stricter", "p4: added"]
    assert lines[1] == "p2: same, it says the same in both"
    assert text.count("- name:") == 4
    assert "# under test (a): pending: " in text


def test_the_markdown_has_a_table_and_every_witness(mixed: Comparison) -> None:
    text = mixed.to_markdown()
    assert text.startswith("# From test (a) to test (b)\n\n| policy | change | found by |")
    assert text.count("```yaml\n") == 4
    assert "## `p`: breached under test (b), not under test (a)" in text


def test_witnesses_are_scenarios_that_the_agreements_fulfil(mixed: Comparison, tmp_path: Path) -> None:
    count = 0
    for found in mixed.policies.values():
        for witness in (found.stricter, found.looser):
            for under, terms in (("a", mixed.a), ("b", mixed.b)):
                if witness is None or not (witness.under_a if under == "a" else witness.under_b):
                    continue
                text = witness.scenario("a" if under == "a" else "b", "a witness")
                file = tmp_path / f"{count}.scenarios.yaml"
                file.write_text(f"scenarios:\n{text}", encoding="utf-8")
                [scenario] = read_scenarios(file, terms)
                assert run(scenario, terms, sla.judge).differences == ()
                count += 1
    assert count == 7


def test_built_in_agreements_are_the_same_as_themselves() -> None:
    for name in ("intercall", "helpdesk"):
        assert {each.kind for each in compare(sla.load(name), sla.load(name)).policies.values()} == {"same"}


@pytest.mark.parametrize("wrong", ["intercall", None])
def test_only_agreements_are_compared(wrong: Any) -> None:
    with pytest.raises(sla.SlaError, match="is not an Agreement"):
        compare(agreement(DEADLINE), wrong)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({"at_least": "95 %"}, {"at_least": "90 %"}, {(9, 1)}),
        ({"breached_less_than": "3 %"}, {"breached_at_most": "3 %"}, {(97, 3)}),
        ({"at_least": "50 %"}, {"breached_less_than": "50 %"}, {(1, 1)}),
        ({"at_least": "90 %"}, {"at_least": "90 %"}, set()),
    ],
)
def test_thresholds(a: dict[str, str], b: dict[str, str], expected: set[tuple[int, int]]) -> None:
    one, other = ({**DEADLINE, "objective": {**share, "per": "month"}} for share in (a, b))
    objectives = [agreement(each).policies["p"].objective for each in (one, other)]
    assert thresholds(*objectives) == expected


def test_the_command_compares_and_asks_which_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder(tmp_path, d2025_01_01="8 h", d2026_01_01="4 h")
    first, second = str(tmp_path / "2025-01-01.yaml"), str(tmp_path / "2026-01-01.yaml")
    assert main(["compare", first, second, "--markdown", str(tmp_path / "changes.md")]) == 0
    assert "stricter" in capsys.readouterr().out
    assert (tmp_path / "changes.md").exists()
    assert main(["compare", str(tmp_path), second]) == 2
    assert "has several versions; compare two of them:" in capsys.readouterr().err
