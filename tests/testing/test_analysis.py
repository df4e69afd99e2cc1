"""Gaps, overlaps and what can never come into play: each kind of remark, its counterexample, and no false alarm."""

from pathlib import Path
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.testing.analysis import Remark, analyse, space
from sla_rules.testing.analysis.space import Space

EVENTS = {
    "opened": {
        "level": {"kind": "text", "values": ["high", "mid", "low"], "required": True},
        "kind": {"kind": "text", "values": ["incident", "wish"], "required": True},
        "channel": {"kind": "text"}, "sites": {"kind": "integer"}, "vip": {"kind": "boolean"},
        "price": {"kind": "decimal"}, "day": {"kind": "date"}, "month": {"kind": "month"},
        "from": {"kind": "instant"}, "to": {"kind": "instant"}, "lines": {"kind": "list"},
    },
    "closed": {"good": {"kind": "boolean"}},
    "moved": {"channel": {"kind": "text"}},
    "held": {"why": {"kind": "text", "values": ["customer", "vendor"]}}, "resumed": {}, "dropped": {},
    "deferred": {"till": {"kind": "text", "values": ["release", "patch"]}},
    "released": {"what": {"kind": "text", "values": ["release"]}},
    "closure": {"begin": {"kind": "instant"}, "end": {"kind": "instant"}, "service": {"kind": "text"}},
    "stepped": {"step": {"kind": "text", "values": ["A", "B"], "required": True}, "result": {"kind": "text"}},
    "down": {}, "up": {},
}  # fmt: skip
DEADLINE: dict[str, Any] = {"kind": "deadline", "start": "opened", "stop": "closed", "limit": "1 h"}
SORTED: dict[str, Any] = {"kind": "classification", "start": "opened", "value": "level"}
STEPS: dict[str, Any] = {
    "kind": "procedure", "start": "opened", "step": {"event": "stepped", "field": "step"}, "steps": ["A", "B"],
}  # fmt: skip


def remarks(*policies: dict[str, Any], **parts: Any) -> list[Remark]:
    """The remarks about policies `p`, `p2` and so on."""
    return analyse(
        sla.load(
            {
                "agreement": "test", "clauses": [{"id": "c"}], "events": EVENTS, "policies": [
                    {"id": "p" if number == 1 else f"p{number}", "clause": "c", **policy}
                    for number, policy in enumerate(policies, 1)
                ], **parts,
            }
        )
    )  # fmt: skip


def only(*policies: dict[str, Any], **parts: Any) -> tuple[str, dict[str, Any]]:
    """The one remark: what it is, and its counterexample."""
    found = remarks(*policies, **parts)
    assert len(found) == 1, [str(remark) for remark in found]
    return found[0].what, dict(found[0].counterexample)


def exempt(**ground: Any) -> dict[str, Any]:
    return {**DEADLINE, "exemptions": [{"id": "e", **ground}]}


def test_intercall_has_only_the_overlaps_that_first_match_decides() -> None:
    """An outage that also impairs a key feature is SL4: the rows of severity.classification are read from the top."""
    shown = [(remark.policy, remark.what, dict(remark.counterexample)) for remark in analyse(sla.load("intercall"))]
    facts = ("provider_outage", "key_feature_impaired", "feature_degraded")
    assert shown == [
        ("severity.classification", "overlap", {one: True, other: True})
        for one, other in ((facts[0], facts[1]), (facts[0], facts[2]), (facts[1], facts[2]))
    ]


def test_the_help_desk_has_no_remark() -> None:
    assert analyse(sla.load("helpdesk")) == []


@pytest.mark.parametrize(
    "policy",
    [
        DEADLINE,
        {**DEADLINE, "limit": {"by": "level", "table": {"high": "1 h", "mid": "2 h", "low": "unjudged"}}},
        {**DEADLINE, "applies": {"channel": {"ne": "phone"}}},
        {**DEADLINE, "start": {"type": "opened", "where": {"kind": "wish"}}, "applies": {"vip": True}},
        {**DEADLINE, "applies": {"sites": {"gt": 5, "lt": 7}}},
        {**DEADLINE, "applies": {"price": {"gt": 1, "lt": 2}}},
        {**DEADLINE, "applies": {"from": {"lt": {"field": "to"}}}},
        {**DEADLINE, "applies": {"lines": {"any_item": {"amount": {"gt": 3}, "name": "x"}}}},
        {**DEADLINE, "applies": {"all": [{"lines": {"any_item": {"x": 1}}}, {"lines": {"any_item": {"x": 2}}}]}},
        {**DEADLINE, "applies": {"lines": {"any_item": {"x": 1}}, "not": {"lines": {"any_item": {"x": 2}}}}},
        {**DEADLINE, "applies": {"sites": {"gt": {"field": "price"}}, "price": {"gt": 1.5}}},
        {**DEADLINE, "applies": {"month": {"gt": "2026-03"}, "day": {"le": "2026-03-02"}}},
        {**DEADLINE, "pause": {"while": {"channel": "phone"}}},
        {**DEADLINE, "stop": {"type": "closed", "where": {"good": True}, "when": {"vip": True}}},
        {**DEADLINE, "stop": {"type": "closed", "where": {"time": {"ge": {"field": "to"}}}}},
        {**DEADLINE, "limit": "none"},
        {**DEADLINE, "warn_at": ["100 %", "60 min before", "9 h after"]},
        {**DEADLINE, "objective": {"at_least": "100 %", "per": "month"}},
        {**DEADLINE, "objective": {"breached_at_most": "0 %", "per": "month"}},
        {**DEADLINE, "match": ["channel"], "stop": "moved"},
        {**STEPS, "asks": {"result": {"x": ["A"]}}, "complete": True, "end": {"closed": "closed"}},
        exempt(when={"vip": True}),
        exempt(preceded_by={"type": "held", "where": {"why": "customer"}}),
        exempt(backlog={"by": "channel", "members": "opened", "more_than": 1, "until": "closed"}),
        {**SORTED, "table": [{"when": {"vip": True}, "value": "high"}, {"value": "low"}]},
        {**SORTED, "table": [{"when": {"vip": True}, "value": "low"}, {"when": {"sites": 1}, "value": "low"},
                             {"value": "mid"}]},
        {"kind": "required_fields", "record": "opened", "fields": [{"name": "channel", "when": {"vip": True}}]},
        {"kind": "required_fields", "record": "opened", "each": "lines",
         "each_fields": [{"name": "x", "when": {"y": 1}}]},
        {"kind": "availability", "service": "S", "down": "down", "up": "up", "at_least": "100 %"},
    ],
)  # fmt: skip
def test_no_false_alarm(policy: dict[str, Any]) -> None:
    assert remarks(policy) == []


# --- gaps ---


@pytest.mark.parametrize(
    ("table", "by", "shown"),
    [
        ({"phone": "1 h", "mail": "2 h"}, "channel", {"channel": "something else"}),
        ({1: "1 h", 2: "2 h"}, "sites", {"sites": 0}),
        ({"high": {"phone": "1 h"}, "mid": {"phone": "1 h"}, "low": {"phone": "1 h"}}, ["level", "channel"],
         {"level": "high", "channel": "something else"}),
    ],
)  # fmt: skip
def test_a_value_that_no_row_of_a_table_covers(table: dict[Any, Any], by: Any, shown: dict[str, Any]) -> None:
    assert only({**DEADLINE, "limit": {"by": by, "table": table}}) == ("gap", shown)


def test_a_value_that_no_row_of_a_calendar_table_covers() -> None:
    calendar = {"by": "sites", "table": {1: "always"}}
    assert only({**DEADLINE, "calendar": calendar}) == ("gap", {"sites": 2})


def test_a_table_need_not_cover_what_the_policy_does_not_concern() -> None:
    table = {"by": "sites", "table": {1: "1 h", 2: "2 h"}}
    assert remarks({**DEADLINE, "applies": {"sites": {"in": [1, 2]}}, "limit": table}) == []
    assert only({**DEADLINE, "applies": {"sites": {"ge": 1}}, "limit": table}) == ("gap", {"sites": 3})


def test_a_table_must_cover_what_another_event_can_change() -> None:
    table = {"by": "channel", "table": {"phone": "1 h"}}
    limited = {**DEADLINE, "applies": {"channel": "phone"}, "limit": table}
    assert only(limited) == ("gap", {"channel": "something else"})


def test_facts_that_no_row_of_a_decision_table_covers() -> None:
    rows = [{"when": {"sites": {"lt": 5}}, "value": "low"}, {"when": {"sites": {"gt": 5}}, "value": "high"}]
    assert only({**SORTED, "table": rows}) == ("gap", {"sites": 5})


def test_policies_that_share_out_the_cases_of_a_start_and_leave_some_out() -> None:
    wish, incident = ({**DEADLINE, "applies": {"kind": kind}} for kind in ("wish", "incident"))
    few, many = ({**DEADLINE, "applies": {"sites": size}} for size in ({"lt": 5}, {"gt": 5}))
    assert remarks(wish, incident) == []
    assert only(few, many) == ("gap", {"sites": 5})
    assert remarks(few, many)[0].policy == "p, p2"
    phone, others = ({**wish, "applies": {"channel": test}} for test in ("phone", {"not_in": ["phone", "mail"]}))
    assert only(phone, others) == ("gap", {"channel": "mail"})


def test_a_missing_value_that_none_of_the_policies_concerns_is_a_gap_unless_the_field_is_required() -> None:
    vip, other = ({**DEADLINE, "applies": {"vip": value}} for value in (True, False))
    assert only(vip, other) == ("gap", {"vip": None})


def test_policies_that_share_out_cases_by_where() -> None:
    high, low = ({**DEADLINE, "start": {"type": "opened", "where": {"level": level}}} for level in ("high", "low"))
    assert only(high, low) == ("gap", {"level": "mid"})
    both = remarks(high, {**DEADLINE, "start": {"type": "opened", "where": {"level": {"ne": "low"}}}})
    assert [(each.what, dict(each.counterexample)) for each in both] == [
        ("gap", {"level": "low"}),
        ("overlap", {"level": "high"}),
    ]


@pytest.mark.parametrize("other", [{"stop": "dropped"}, {"match": ["channel"], "stop": "moved"}, {"start": "moved"}])
def test_policies_of_another_start_stop_or_match_share_nothing_out(other: dict[str, Any]) -> None:
    assert remarks({**DEADLINE, "applies": {"vip": True}}, {**DEADLINE, "applies": {"vip": False}, **other}) == []


def test_a_policy_for_all_cases_shares_nothing_out() -> None:
    assert remarks(DEADLINE, {**DEADLINE, "applies": {"vip": True}, "limit": "30 min"}) == []


# --- overlaps ---


def test_rows_of_a_decision_table_that_cover_the_same_facts() -> None:
    rows = [{"when": {"sites": {"ge": 5}}, "value": "low"}, {"when": {"vip": True}, "value": "high"}, {"value": "mid"}]
    assert only({**SORTED, "table": rows}) == ("overlap", {"sites": 5, "vip": True})


def test_policies_that_concern_the_same_cases() -> None:
    few, many = ({**DEADLINE, "applies": {"not": {"sites": size}}} for size in ({"gt": 5}, {"lt": 5}))
    assert only(few, many) == ("overlap", {"sites": 5})


def test_a_cancel_that_is_sometimes_a_stop() -> None:
    good = {"type": "closed", "where": {"good": True}}
    assert only({**DEADLINE, "stop": good, "cancel": "closed"}) == ("overlap", {"good": True})
    assert remarks({**DEADLINE, "stop": good, "cancel": {"type": "closed", "where": {"good": False}}}) == []


# --- what can never come into play ---


def test_rows_of_a_decision_table_that_are_never_reached() -> None:
    rows = [
        {"when": {"sites": {"lt": 5}}, "value": "low"},
        {"when": {"sites": {"ge": 5}}, "value": "high"},
        {"when": {"sites": 7}, "value": "mid"},
        {"value": "low"},
    ]
    assert only({**SORTED, "table": rows}) == ("unreachable", {"sites": 7})
    impossible = [{"when": {"sites": {"lt": 5, "gt": 5}}, "value": "low"}, {"value": "mid"}]
    assert only({**SORTED, "table": impossible}) == ("unreachable", {})


def test_rows_of_a_limit_that_no_case_reaches() -> None:
    table = {"by": "level", "table": {"high": "1 h", "mid": "2 h", "low": "3 h"}}
    limited = {**DEADLINE, "limit": table, "applies": {"level": {"ne": "low"}}}
    assert only(limited) == ("unreachable", {"level": "low"})
    table["table"] = {"high": "1 h", "mid": "2 h", "low": "unjudged"}
    assert remarks(limited) == []
    by_channel = {"by": "channel", "table": {"phone": "1 h", "mail": "2 h"}}
    found = remarks({**DEADLINE, "limit": by_channel, "applies": {"channel": "phone"}})
    assert [remark.what for remark in found] == ["gap"], "`moved` can change the channel to `mail`"


@pytest.mark.parametrize(
    ("policy", "what"),
    [
        ({"applies": {"sites": {"gt": 5, "lt": 6}}}, "never holds"),
        ({"applies": {"price": {"gt": 5, "lt": 5}}}, "never holds"),
        ({"applies": {"all": [{"vip": True}, {"vip": False}]}}, "never holds"),
        ({"applies": {"from": {"lt": {"field": "to"}, "gt": {"field": "to"}}}}, "never holds"),
        ({"applies": {"lines": {"any_item": {"x": 1, "all": [{"x": 2}]}}}}, "never holds"),
        ({"applies": {"level": {"exists": False}}}, "never holds"),
        ({"applies": {"level": {"in": ["high", "mid", "low"]}}}, "always holds"),
        ({"applies": {"any": [{"sites": {"lt": 5}}, {"not": {"sites": {"lt": 5}}}]}}, "always holds"),
        ({"start": {"type": "opened", "where": {"kind": "wish"}}, "applies": {"kind": "incident"}}, "never holds"),
        ({"start": {"type": "opened", "where": {"kind": "wish"}}, "applies": {"kind": "wish"}}, "always holds"),
        ({"stop": {"type": "closed", "where": {"good": {"exists": True}, "not": {"good": {"exists": True}}}}},
         "never holds"),
        ({"stop": {"type": "closed", "when": {"kind": {"not_in": ["incident", "wish"]}}}}, "never holds"),
        ({"pause": {"while": {"any": [{"vip": {"exists": True}}, {"vip": {"exists": False}}]}}}, "always holds"),
        ({"pause": {"while": {"month": {"lt": "2026-03", "gt": "2026-03"}}}}, "never holds"),
        ({"pause": {"while": {"day": {"lt": "2026-03-02", "ge": "2026-03-02"}}}}, "never holds"),
    ],
)  # fmt: skip
def test_conditions_that_never_or_always_hold(policy: dict[str, Any], what: str) -> None:
    assert only({**DEADLINE, **policy})[0] == what


def test_conditions_of_other_kinds_of_policy() -> None:
    never = {"vip": True, "all": [{"vip": False}]}
    assert only({**STEPS, "steps": ["A", {"name": "B", "when": never}]})[0] == "never holds"
    record = {"kind": "required_fields", "record": "opened"}
    assert only({**record, "fields": [{"name": "channel", "when": never}]})[0] == "never holds"
    item = {"name": "x", "when": {"y": 1, "all": [{"y": 2}]}}
    assert only({**record, "each": "lines", "each_fields": [item]})[0] == "never holds"
    assert only({"kind": "never", "violated_by": {"type": "opened", "where": never}})[0] == "never holds"


@pytest.mark.parametrize(
    "ground",
    [
        {"when": {"sites": {"gt": 5, "lt": 6}}},
        {"when": {"kind": "incident"}},
        {"preceded_by": {"type": "held", "where": {"why": {"in": []}}}},
        {"backlog": {"by": "channel", "members": {"type": "opened", "where": {"level": {"exists": False}}},
                     "more_than": 1, "until": "closed"}},
    ],
)  # fmt: skip
def test_exemptions_that_can_never_apply(ground: dict[str, Any]) -> None:
    found = remarks({**exempt(**ground), "applies": {"kind": "wish"}})
    assert [remark.what for remark in found] == ["dead exemption"]
    assert "exemption `e` can never apply" in str(found[0])


def test_an_exemption_by_an_event_that_belongs_to_no_case() -> None:
    by_channel = {**exempt(preceded_by="held"), "match": ["channel"], "stop": "moved"}
    assert only(by_channel)[0] == "dead exemption"
    assert remarks({**by_channel, "match": ["subject", "channel"]}) == []


def test_an_exemption_that_always_applies() -> None:
    assert only({**exempt(when={"kind": "wish"}), "applies": {"kind": "wish"}})[0] == "always holds"


def test_an_exemption_by_the_start_itself_always_applies() -> None:
    assert only(exempt(preceded_by=["held", "opened"]))[0] == "always holds"
    assert remarks(exempt(preceded_by={"type": "opened", "where": {"vip": True}})) == []


def test_an_exemption_that_stands_there_twice() -> None:
    twice = [{"id": "one", "when": {"vip": True}}, {"id": "two", "clause": "c", "when": {"vip": True}}]
    assert only({**DEADLINE, "exemptions": twice})[0] == "duplicate exemption"


@pytest.mark.parametrize(
    ("policy", "what", "shown"),
    [
        ({"warn_at": ["61 min before"]}, "unreachable", {}),
        ({"limit": {"by": "level", "table": {"high": "10 min", "mid": "1 h", "low": "1 h"}},
          "warn_at": ["15 min before"]}, "unreachable", {"level": "high"}),
        ({"limit": "none", "warn_at": ["50 %"]}, "unreachable", {}),
        ({"limit": "0 min", "strict": True}, "empty promise", {}),
        ({"limit": {"by": "level", "table": {"high": "none", "mid": "none", "low": "unjudged"}}}, "empty promise", {}),
        ({"limit": {"by": "level", "table": {"high": "unjudged", "mid": "unjudged", "low": "unjudged"}}},
         "empty promise", {}),
        ({"objective": {"at_least": "0 %", "per": "month"}}, "empty promise", {}),
        ({"objective": {"breached_at_most": "100 %", "per": "month"}}, "empty promise", {}),
        ({"objective": {"breached_less_than": "0 %", "per": "month"}}, "empty promise", {}),
        ({"cancel": "closed"}, "unreachable", {}),
        ({"cancel": {"type": "closed", "where": {"good": True}}}, "unreachable", {}),
        ({"pause": {"from": "held", "to": ["held", "resumed"]}}, "unreachable", {}),
        ({"match": ["channel"], "stop": ["moved", "closed"]}, "unreachable", {}),
        ({"calendar": "once"}, "unreachable", {}),
        ({"exclude": ["closure"]}, "unreachable", {}),
        ({"deferral": {"by": "level", "table": {"low": ["release", "patch"]}, "event": "deferred", "field": "till",
                       "until": "released", "kind": "what"}}, "unreachable", {"level": "low", "till": "patch"}),
    ],
)  # fmt: skip
def test_promises_that_can_never_come_into_play(policy: dict[str, Any], what: str, shown: dict[str, Any]) -> None:
    parts = {
        "calendars": {"once": {"week": {}, "extra": ["2026-03-02 09:00-09:30"]}},
        "windows": {"closure": {"event": "closure", "start": "begin", "end": "end", "scope": "service"}},
    }
    assert only({**DEADLINE, **policy}, **parts) == (what, shown)


def test_a_deferral_to_what_another_publication_carries() -> None:
    rule = {
        "by": "level", "table": {"low": ["patch"]}, "event": "deferred", "field": "till",
        "until": "published", "kind": "what", "carries": {"release": ["patch"]},
    }  # fmt: skip
    published = {"what": {"kind": "text", "values": ["release", "patch"]}}
    assert remarks({**DEADLINE, "deferral": rule}, events={**EVENTS, "published": published}) == []


def test_availabilities() -> None:
    uptime = {"kind": "availability", "service": "S", "down": "down", "up": "up", "at_least": "0 %"}
    assert only(uptime)[0] == "empty promise"
    scoped = {"service": {"kind": "text", "values": ["T"], "required": True}, "begin": {"kind": "instant"}}
    events = {**EVENTS, "closure": {**scoped, "end": {"kind": "instant"}}}
    windows = {"closure": {"event": "closure", "start": "begin", "end": "end", "scope": "service"}}
    excluding = {**uptime, "at_least": "99 %", "exclude": ["closure"]}
    assert only(excluding, events=events, windows=windows)[0] == "unreachable"
    assert remarks({**excluding, "service": "T"}, events=events, windows=windows) == []


def test_procedures() -> None:
    assert only({**STEPS, "complete": True})[0] == "unreachable"
    asking = {**STEPS, "asks": {"result": {"x": ["A", "C"]}}}
    assert only(asking) == ("unreachable", {"result": "x"})


# --- the solver and the remarks ---


def test_too_many_combinations_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "MOST", 5)
    fields = {"sites": 1, "vip": True, "channel": "x", "price": 2, "kind": "wish"}
    found = remarks({**DEADLINE, "applies": {**fields, "all": [{"sites": 2}]}})
    assert [remark.what for remark in found] == ["cut off"]


def test_a_table_of_all_combinations_that_fits_is_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = sla.load({"agreement": "test", "events": EVENTS})
    asked = Space(agreement, [], "opened", {"vip": [True]})
    size = len(list(asked))
    for most, cut in ((size, False), (size - 1, True)):
        monkeypatch.setattr(space, "MOST", most)
        answer = asked.find(lambda facts: False)
        assert (answer.found, answer.cut) == (None, cut)


def test_a_remark_reads_as_a_sentence() -> None:
    remark = Remark("p", "gap", "no row covers these facts", {"vip": True, "channel": None, "sites": 5})
    assert str(remark) == "p: gap: no row covers these facts (vip: true, channel missing, sites: 5)"
    assert str(Remark("p", "overlap", "both")) == "p: overlap: both"


def test_every_version_of_an_amended_agreement_is_analysed_and_each_thing_said_once(tmp_path: Path) -> None:
    for day, limit in (("2025-01-01", "1 h"), ("2026-01-01", "1 min"), ("2027-01-01", "1 min")):
        (tmp_path / f"{day}.yaml").write_text(
            "agreement: test\nclauses: [{id: c}]\nevents: {opened: {}, closed: {}}\npolicies:\n"
            "  - {id: p, clause: c, kind: deadline, start: opened, stop: closed, warn_at: [5 min before],"
            f" limit: {limit}}}\n",
            encoding="utf-8",
        )
    assert [remark.what for remark in analyse(sla.load(tmp_path))] == ["unreachable"]
