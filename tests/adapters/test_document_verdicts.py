"""Each preset of a document, from the file that its product gives to verdicts, in one call."""

import json
from pathlib import Path
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.adapters.documents import DOCUMENTS
from sla_rules.adapters.incoming import mapped_events
from sla_rules.instants import say_span, span_micros
from tests.adapters.documents import SAMPLES
from tests.conftest import agreement

TEXT = {"kind": "text"}
Verdict = tuple[str, str, str | None]
"""Subject, outcome, and the time that was counted up to the stop."""

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[Verdict]]] = {
    "cloudevents": (
        {
            "start": "ticket.opened",
            "stop": "ticket.responded",
            "limit": {"by": "priority", "table": {"P1": "10 min", "P2": "1 h"}},
        },
        {"ticket.opened": {"priority": {**TEXT, "values": ["P1", "P2"]}}, "ticket.responded": {"by": TEXT}},
        [("T-1", "met", "10 min")],
    ),
    "xes": (
        {"start": "register", "stop": "decide", "limit": "24 h", "applies": {"lifecycle:transition": "complete"}},
        {"register": {"lifecycle:transition": TEXT}, "decide": {}},
        [("C-1", "breached", "25 h 30 min")],
    ),
    "ocel": (
        {
            "start": "place order",
            "stop": "ship order",
            "applies": {"object_type": "order"},
            "limit": {"by": "priority", "table": {"high": "24 h", "low": "72 h"}},
        },
        {
            "place order": {"object_type": TEXT, "priority": {**TEXT, "values": ["high", "low"]}},
            "ship order": {"priority": TEXT},
            "priority.changed": {"priority": TEXT},
        },
        [("o1", "breached", "48 h")],
    ),
    "jira": (
        {
            "start": "issue.created",
            "stop": {"type": "status.changed", "where": {"to": "In Progress"}},
            "limit": {"by": "priority", "table": {"Highest": "15 min", "Medium": "30 min"}},
        },
        {
            "issue.created": {"priority": {**TEXT, "values": ["Highest", "Medium"]}},
            "status.changed": {"to": TEXT},
        },
        [("DESK-1", "met", "30 min"), ("DESK-2", "breached", None)],
    ),
    "jira-sla": (
        {
            "start": "sla.started",
            "stop": "sla.stopped",
            "match": ["subject", "sla"],
            "occurrence": "each",
            "limit": {"by": "sla", "table": {"Time to first response": "2 h", "Time to resolution": "8 h"}},
        },
        {"sla.started": {"sla": {**TEXT, "values": ["Time to first response", "Time to resolution"]}}}
        | {"sla.stopped": {"sla": TEXT}},
        [("10002", "breached", "2 h 29 min 59.875 s"), ("10002", "pending", None)],
    ),
    "zendesk": (
        {"start": "ticket.created", "stop": "ticket.solved", "applies": {"priority": "high"}, "limit": "30 h"},
        {"ticket.created": {"priority": TEXT}, "ticket.solved": {}},
        [("35436", "met", "29 h")],
    ),
    "zendesk-audits": (
        {"start": "ticket.created", "stop": "priority.changed", "limit": "30 min"},
        {"ticket.created": {"priority": TEXT}, "priority.changed": {"priority": TEXT}},
        [("47", "breached", "1 h")],
    ),
    "zendesk-metrics": (
        {"start": "reply_time.activate", "stop": "reply_time.update_status", "limit": "40 min"},
        {"reply_time.activate": {}, "reply_time.update_status": {}},
        [("155", "met", "40 min")],
    ),
    "github-timeline": (
        {"start": {"type": "issue.labeled", "where": {"label": "P1"}}, "stop": "issue.commented", "limit": "20 min"},
        {"issue.labeled": {"label": TEXT}, "issue.commented": {}},
        [("7", "breached", "25 min")],
    ),
}


def test_every_document_is_shown() -> None:
    assert CASES.keys() == SAMPLES.keys() == {preset.name for preset in DOCUMENTS}


@pytest.mark.parametrize("name", sorted(CASES))
def test_from_the_file_to_verdicts(name: str) -> None:
    policy, events, expected = CASES[name]
    report = sla.evaluate(agreement(policy, events=events), SAMPLES[name], preset=name)
    found = report.verdicts.sort("subject", "start", "outcome").select("subject", "outcome", "stop", "elapsed").rows()
    counted = [(*known, say_span(span_micros(elapsed)) if stop else None) for *known, stop, elapsed in found]
    assert counted == expected


def test_places_name_the_file_and_the_record() -> None:
    policy, events, _ = CASES["cloudevents"]
    report = sla.evaluate(agreement(policy, events=events), SAMPLES["cloudevents"], preset="cloudevents")
    unreadable = [(each.place, each.message) for each in report.findings if each.kind == "unreadable"]
    assert unreadable == [("cloudevents.json:5", "`time` is missing")]


def test_lines_under_any_name(tmp_path: Path) -> None:
    policy, events, expected = CASES["zendesk-metrics"]
    path = tmp_path / "export.ndjson"
    text = SAMPLES["zendesk-metrics"].read_text("utf-8").replace("\n", " ")
    path.write_text(text, "utf-8")
    report = sla.evaluate(agreement(policy, events=events), path, preset="zendesk-metrics")
    assert report.verdicts["outcome"].to_list() == [outcome for _, outcome, _ in expected]


WORDS: dict[str, tuple[dict[str, dict[str, str]], str, tuple[str, str]]] = {
    "jira": ({"priority": {"Highest": "P1", "Medium": "P2"}}, "priority", ("P2", "P1")),
    "zendesk-audits": ({"priority": {"normal": "P2", "urgent": "P1"}}, "priority", ("P2", "P1")),
    "ocel": ({"priority": {"low": "P2", "high": "P1"}}, "priority", ("P2", "P1")),
}
"""Values of a field that changes in the sample, theirs and ours, and what it changes from and to."""


@pytest.mark.parametrize("name", sorted(WORDS))
def test_values_translate_both_sides_of_a_change(name: str) -> None:
    values, field, (before, after) = WORDS[name]
    policy, events, _ = CASES[name]
    found, _ = mapped_events(SAMPLES[name], agreement(policy, events=events), preset=name, columns={"values": values})
    changes = [event.data for event in found if event.type == f"{field}.changed"]
    assert [(data["from"], data["to"], data[field]) for data in changes] == [(before, after, after)]


def test_values_translate_the_changes_of_their_field_alone() -> None:
    policy, events, _ = CASES["jira"]
    words = {"values": {"priority": {"In Progress": "wrong", "Done": "wrong"}, "state": {"Done": "closed"}}}
    words |= {"columns": {"state": "status"}}
    found, _ = mapped_events(SAMPLES["jira"], agreement(policy, events=events), preset="jira", columns=words)
    changes = [event.data for event in found if event.type == "status.changed"]
    assert [(data["from"], data["to"], data["state"]) for data in changes] == [
        ("In Progress", "closed", "closed"),
        ("Open", "In Progress", "In Progress"),
    ]


def test_the_zone_reaches_what_an_issue_was_created_with(tmp_path: Path) -> None:
    path = tmp_path / "issues.json"
    path.write_text(SAMPLES["jira"].read_text("utf-8").replace('+0000"', '"').replace('+0100"', '"'), "utf-8")
    policy, events, _ = CASES["jira"]
    report = sla.evaluate(agreement(policy, events=events), path, preset="jira", timezone="Europe/Paris")
    found = report.verdicts.sort("subject").select("subject", "outcome", "limit").rows()
    assert [outcome for _, outcome, _ in found] == ["met", "breached"]


class TestTicketsToldSeveralTimes:
    """An export has those that changed since the one before."""

    EARLY = {"updated_at": "2026-03-02T13:00:00Z", "metric_set": {"solved_at": "2026-03-02T12:00:00Z"}}
    LATE = {"updated_at": "2026-03-03T18:00:00Z", "metric_set": {"solved_at": "2026-03-03T17:00:00Z"}}

    def judged(self, source: object, as_of: str = "2026-03-09T00:00:00Z") -> list[tuple[str, str]]:
        policy = {"start": "ticket.created", "stop": "ticket.solved", "limit": "6 h"}
        events: dict[str, Any] = {"ticket.created": {}, "ticket.solved": {}}
        report = sla.evaluate(agreement(policy, events=events), source, preset="zendesk", as_of=as_of)
        return report.verdicts.sort("subject").select("subject", "outcome").rows()

    @staticmethod
    def ticket(id: int, more: dict[str, Any]) -> dict[str, Any]:
        return {"id": id, "created_at": "2026-03-02T09:00:00Z", "status": "solved", "requester_id": 5, **more}

    @staticmethod
    def page(*tickets: dict[str, Any]) -> str:
        return json.dumps({"tickets": tickets})

    @pytest.mark.parametrize("latest_first", [False, True])
    def test_the_latest_record_counts(self, latest_first: bool, tmp_path: Path) -> None:
        told = [self.ticket(1, self.EARLY), self.ticket(1, self.LATE)]
        told = told[::-1] if latest_first else told
        other = self.ticket(2, self.EARLY)
        pages = [self.page(told[0], other), self.page(told[1])]
        expected = [("1", "breached"), ("2", "met")]
        (tmp_path / "one.json").write_text(self.page(*told, other), "utf-8")
        assert self.judged(tmp_path / "one.json") == expected
        (tmp_path / "list.json").write_text(f"[{', '.join(pages)}]", "utf-8")
        assert self.judged(tmp_path / "list.json") == expected
        (tmp_path / "lines.jsonl").write_text("\n".join(pages), "utf-8")
        assert self.judged(tmp_path / "lines.jsonl") == expected
        paths = [tmp_path / "first.json", tmp_path / "second.jsonl"]
        for path, text in zip(paths, pages, strict=True):
            path.write_text(text, "utf-8")
        assert self.judged(paths) == expected

    def test_it_tells_of_what_was_before_it_too(self, tmp_path: Path) -> None:
        path = tmp_path / "tickets.json"
        path.write_text(self.page(self.ticket(1, self.LATE), self.ticket(2, self.EARLY)), "utf-8")
        assert self.judged(path, "2026-03-02T12:30:00Z") == [("1", "pending"), ("2", "met")]

    def test_what_the_latest_no_longer_says_is_gone(self, tmp_path: Path) -> None:
        path = tmp_path / "tickets.json"
        reopened = self.ticket(1, self.LATE | {"metric_set": {"solved_at": None}})
        path.write_text(self.page(self.ticket(1, self.EARLY), reopened, self.ticket(2, self.EARLY)), "utf-8")
        assert self.judged(path) == [("1", "breached"), ("2", "met")]

    def test_a_map_beside_the_preset_changes_nothing_of_it(self, tmp_path: Path) -> None:
        path = tmp_path / "tickets.json"
        path.write_text(self.page(self.ticket(1, self.EARLY), self.ticket(1, self.LATE)), "utf-8")
        policy, events, _ = CASES["zendesk"]
        terms = agreement(policy, events=events)
        found, findings = mapped_events(path, terms, preset="zendesk", columns={"state": "status"})
        assert [event.type for event in found] == ["ticket.created", "ticket.updated", "ticket.solved"]
        assert {event.data["updated_at"] for event in found} == {self.LATE["updated_at"]}
        assert findings == []
