"""Each preset of a document, from the file that its product gives to verdicts, in one call."""

from pathlib import Path
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.adapters.documents import DOCUMENTS
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
