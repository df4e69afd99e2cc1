"""`CONTRIBUTING.md` says all that a new kind of policy takes: what it says is done in a copy, and the kind is there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sla_rules as sla
from tests.new_kind.steps import Copy, follow

ROOT = Path(__file__).parents[1]
LIBRARY = Path(str(sla.__file__)).parent
TRIED = Path(__file__).parent / "new_kind" / "tried.py"
AGREEMENT = """\
agreement: acme
clauses: [{id: c}, {id: duties}]
events:
  reopened: {channel: {kind: text}, asked: {kind: boolean}}
policies:
  - id: reopenings
    clause: c
    kind: at_most
    counted: reopened
    most: 2
    applies: {channel: {ne: test}}
    exemptions: [{id: asked-for, clause: duties, when: {asked: true}}]
"""
MADE_BY_COMMANDS = {"schema.json"}
SAID_IN_DOCS = {"reason/findings.py", "counting/causes.py", "testing/strategies/agreements.py"}
"""Only for kinds that find, or cannot know, something new; and a strategy is drawn by the suite, not by a user."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the library with the kind in it."""
    copy = Copy(LIBRARY, tmp_path_factory.mktemp("copy"))
    follow(copy)
    return copy


@pytest.fixture(scope="module")
def found(copy: Copy) -> dict[str, Any]:
    """What came of trying it."""
    (copy.root / "acme.yaml").write_text(AGREEMENT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, TRIED],
        cwd=copy.root,
        env={**os.environ, "PYTHONPATH": str(copy.root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert Path(told["library"]).is_relative_to(copy.root)
    return told


def test_all_evaluators_judge_it_alike(found: dict[str, Any]) -> None:
    by_evaluator = found["verdicts"]
    assert set(by_evaluator) == {"reference", "columnar", "live"}
    assert by_evaluator["columnar"] == by_evaluator["reference"]
    assert by_evaluator["live"] == by_evaluator["reference"]
    told = [(each["subject"], each["outcome"], each["stop"]) for each in by_evaluator["reference"]]
    assert told == [
        ("kept", "met", None),
        ("broken", "breached", "2026-03-02T14:05:00Z"),
        ("exempt", "exempt", "2026-03-02T14:09:00Z"),
    ]


def test_its_reason_is_told_in_both_languages(found: dict[str, Any]) -> None:
    reasons = [each["reason"] for each in found["verdicts"]["reference"]]
    assert reasons[1] == "`reopened` came 4 times, at most 2 are allowed."
    assert reasons[2].startswith("Exempt by `asked-for`; ")
    assert found["french"][0] == "«\u202freopened\u202f» a eu lieu 2 fois, au plus 2 sont permis."


def test_a_wrong_name_in_it_is_refused_with_its_line(found: dict[str, Any]) -> None:
    assert re.search(r"wrong\.yaml:9\b.*`reopend`.*`reopened`", found["refused"]), found["refused"]


def test_the_monitor_tells_when_it_begins_and_breaks(found: dict[str, Any]) -> None:
    assert found["alerts"] == [["started", "broken"], ["breached", "broken"]]


def test_it_is_certified_and_its_numbers_are_changed(found: dict[str, Any]) -> None:
    assert found["failures"] == []
    assert found["certified"] > 10
    assert any("most = 3" in each for each in found["mutants"])
    assert found["remarks"] == []


def test_it_is_in_the_schema(found: dict[str, Any]) -> None:
    assert found["schema"]


def test_contributing_names_each_file_and_no_other(copy: Copy) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("\n## Adding a kind of policy\n")[2].partition("\n## ")[0]
    named = {name for name in re.findall(r"`([\w/]+(?:/|\.py))`", section) if not name.startswith(("docs/", "tests/"))}
    assert not [name for name in named if not (LIBRARY / name).exists()]
    by_hand = copy.changed - MADE_BY_COMMANDS
    assert not [file for file in by_hand if not any(file == name or file.startswith(name) for name in named)]
    unused = [name for name in named if not any(file.startswith(name) for file in by_hand)]
    assert set(unused) <= SAID_IN_DOCS
