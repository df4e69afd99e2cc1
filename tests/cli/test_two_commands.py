"""From a file to a report in two commands, for every preset, on a file in the form that its product documents."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from sla_rules.adapters.presets import PRESETS
from sla_rules.cli import main
from tests.adapters.documents import SAMPLES
from tests.adapters.tables import TABLES
from tests.adapters.test_document_verdicts import CASES as DOCUMENTS

TEXT = {"kind": "text"}
INSTANT = {"kind": "instant"}
TICKET = {"ticket.opened": {}, "ticket.closed": {}}

Case = tuple[dict[str, Any], dict[str, Any], dict[str, str]]
"""A policy, its events, and the outcome of each case."""

CASES: dict[str, Case] = {
    name: (policy, events, {subject: outcome for subject, outcome, _ in reversed(verdicts)})
    for name, (policy, events, verdicts) in DOCUMENTS.items()
} | {
    "pm4py": (
        {"start": "register", "stop": "decide", "limit": {"until": "case:deadline"}},
        {"register": {"case:deadline": INSTANT}, "decide": {}},
        {"C-1": "met", "C-2": "pending"},
    ),
    "servicenow-incident": (
        {
            "start": "ticket.opened",
            "stop": "ticket.resolved",
            "limit": {"by": "priority", "table": {"P1": "1 h", "P3": "8 h"}},
        },
        {"ticket.opened": {"priority": {**TEXT, "values": ["P1", "P3"]}}, "ticket.resolved": {}},
        {"INC0000060": "breached", "INC0009002": "met"},
    ),
    "servicenow-task-sla": (
        {
            "start": "sla.started",
            "stop": "sla.ended",
            "match": ["subject", "sla"],
            "applies": {"sla": "Response"},
            "limit": {"until": "planned_end_time"},
        },
        {type: {"sla": TEXT, "planned_end_time": INSTANT} for type in ("sla.started", "sla.ended")},
        {"INC1": "met"},
    ),
    "boston-311": (
        {"start": "ticket.opened", "stop": "ticket.closed", "limit": "1000 h"},
        TICKET,
        {"101005": "breached", "101006": "breached"},
    ),
    "nyc-311": (
        {"start": "ticket.opened", "stop": "ticket.closed", "limit": "12 h"},
        TICKET,
        {"59": "met", "60": "pending"},
    ),
}  # fmt: skip


def test_every_preset_is_shown() -> None:
    assert CASES.keys() == PRESETS.keys()


@pytest.mark.parametrize("name", sorted(CASES))
def test_from_inspect_to_a_report(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy, events, expected = CASES[name]
    whole = {
        "agreement": "test",
        "clauses": [{"id": "c"}],
        "events": events,
        "policies": [{"id": "p", "clause": "c", "kind": "deadline", **policy}],
    }
    terms, map, out = tmp_path / "terms.yaml", tmp_path / "map.yaml", tmp_path / "report.json"
    terms.write_text(json.dumps(whole), "utf-8")
    zone = ["--source-timezone", "UTC"] if name.startswith("servicenow") else []
    path = {**SAMPLES, **TABLES}[name]
    assert main(["inspect", str(path), "--agreement", str(terms), *zone, "--write", str(map)]) == 0
    told = capsys.readouterr().out
    assert f"`{name}`" in told
    # The second command is the one that the first tells.
    program, *command = shlex.split(told.rpartition("next: ")[2])
    assert program == "sla-rules"
    assert main([*command, "--json", str(out)]) == int("breached" in expected.values())
    verdicts = json.loads(out.read_text("utf-8"))["verdicts"]
    assert {each["subject"]: each["outcome"] for each in reversed(verdicts)} == expected


def test_a_guessed_type_keeps_no_promise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # `ticket.noted` is no `ticket.resolved`, and nothing but that type is left for it to be.
    rows = (
        "ticket.opened,A,2026-03-02T08:00:00Z\nticket.noted,A,2026-03-02T08:10:00Z\nticket.noted,A,2026-03-09T08:00:00Z"
    )
    path, terms, map, out = (tmp_path / name for name in ("log.csv", "terms.yaml", "map.yaml", "report.json"))
    path.write_text(f"type,subject,time\n{rows}\n", "utf-8")
    promise = {"id": "p", "clause": "c", "kind": "deadline", "start": "ticket.opened", "stop": "ticket.resolved"}
    whole = {
        "agreement": "test",
        "clauses": [{"id": "c"}],
        "events": {"ticket.opened": {}, "ticket.resolved": {}},
        "policies": [{**promise, "limit": "1 h"}],
    }
    terms.write_text(json.dumps(whole), "utf-8")
    assert main(["inspect", str(path), "--agreement", str(terms), "--write", str(map)]) == 0
    command = shlex.split(capsys.readouterr().out.rpartition("next: sla-rules ")[2])
    main([*command, "--json", str(out)])
    assert "met" not in {each["outcome"] for each in json.loads(out.read_text("utf-8"))["verdicts"]}
