"""Certificates: what they hold, that they are reproducible, and that they notice what is wrong."""

import json
from pathlib import Path
from random import Random

import jsonschema
import pytest

import sla_rules as sla
from sla_rules.cli import main
from sla_rules.testing import certification, laws
from sla_rules.testing.certification import certificate_schema, certify
from sla_rules.testing.directed import History, directed
from sla_rules.verdict import Verdicts

LITTLE = """
agreement: little
timezone: Europe/Paris
clauses: [{id: answer}, {id: idle, status: descriptive, why: nothing to measure}]
events:
  asked: {urgency: {kind: text, values: [high, low], required: true}}
  answered: {}
calendars: {office: {week: {mon-fri: ["09:00-17:00"]}}}
policies:
  - id: answer
    clause: answer
    kind: deadline
    start: asked
    stop: answered
    limit: {by: urgency, table: {high: 1 h, low: 8 h}}
    calendar: {by: urgency, table: {high: always, low: office}}
"""
SCENARIOS = """
start: 2026-03-02T09:00:00Z
scenarios:
  - name: An urgent question answered within its hour
    clause: answer
    events:
      - {type: asked, subject: Q, data: {urgency: high}}
      - {type: answered, subject: Q, after: LIMIT}
    expect: [{policy: answer, subject: Q, outcome: met}]
"""


@pytest.fixture(name="little")
def little_agreement(tmp_path: Path) -> Path:
    path = tmp_path / "little.yaml"
    path.write_text(LITTLE, encoding="utf-8")
    (tmp_path / "little.scenarios.yaml").write_text(SCENARIOS.replace("LIMIT", "1 h"), encoding="utf-8")
    return path


def test_a_certificate_says_what_was_tried_by_clause(little: Path) -> None:
    certificate = certify(sla.load(little), examples=20)
    assert certificate.holds, certificate.to_text()
    assert list(certificate.by_clause()) == ["answer"]
    means = {check.means: check.tried for check in certificate.checks}
    assert means["scenarios"] == 1
    assert means["boundary cases"] > 10
    assert means["random histories"] == 20
    assert set(laws.LAWS) <= set(means)
    # Every twentieth boundary case and all random ones, by the two evaluators.
    assert means["evaluators agree"] == -(-means["boundary cases"] // 20) + 20
    assert "good  answer:" in certificate.to_text()
    assert "| `answer` | scenarios | 1 | 0 |" in certificate.to_markdown()


def test_the_same_examples_and_seed_give_the_same_certificate(little: Path) -> None:
    one, other = (certify(sla.load(little), examples=15, seed=7) for _ in range(2))
    assert one.to_json() == other.to_json()


def test_json_follows_its_schema(little: Path) -> None:
    certificate = certify(sla.load(little), examples=5)
    jsonschema.validate(json.loads(certificate.to_json()), certificate_schema())
    assert certificate.to_dict()["format"] == 1


def test_a_scenario_that_fails_and_a_policy_without_one_fail_the_certificate(little: Path) -> None:
    beside = little.with_name("little.scenarios.yaml")
    beside.write_text(SCENARIOS.replace("LIMIT", "1 h 1 µs"), encoding="utf-8")
    certificate = certify(sla.load(little), examples=0)
    assert not certificate.holds
    assert "FAIL  answer:" in certificate.to_text()
    assert "An urgent question answered within its hour" in certificate.to_text()
    beside.unlink()
    assert certify(sla.load(little), examples=0).silent == ("answer",)


def late_by_one(agreement: sla.Agreement, events: list[sla.Event], **options: object) -> Verdicts:
    """A wrong evaluator: it drops the first event that it is given."""
    return sla.judge(agreement, list(events)[1:], **options)


def test_an_evaluator_that_depends_on_order_is_noticed(little: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certification, "EVALUATORS", {"reference": sla.judge, "wrong": late_by_one})
    certificate = certify(sla.load(little), examples=10)
    failed = {check.means for check in certificate.checks if check.failed}
    assert "evaluators agree" in failed
    assert "the order of events and repeated ones do not matter" in failed


def test_the_command_prints_and_writes_it(little: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, text = tmp_path / "c.json", tmp_path / "c.md"
    arguments = ["certify", str(little), "--examples", "5", "--seed", "3", "--json", str(out), "--markdown", str(text)]
    assert main(arguments) == 0
    assert "good  answer:" in capsys.readouterr().out
    assert json.loads(out.read_text(encoding="utf-8"))["seed"] == 3
    assert text.read_text(encoding="utf-8").startswith("# Certificate of little")
    little.with_name("little.scenarios.yaml").unlink()
    assert main(["certify", str(little), "--examples", "0"]) == 1


def nothing(agreement: sla.Agreement, events: list[sla.Event], **options: object) -> Verdicts:
    """A wrong evaluator: it judges nothing."""
    return sla.judge(agreement, [], **{**options, "as_of": None})


def test_a_certificate_that_fails_is_as_reproducible(little: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certification, "EVALUATORS", {"reference": sla.judge, "wrong": nothing})
    made = sla.load(little)
    history = next(iter(directed(made)))
    told = list(laws.differences(laws.judged(made, history, sla.judge), [], "apart"))
    assert told == [("answer", told[0][1])]
    one, other = (certify(made, examples=5).to_json() for _ in range(2))
    assert one == other


def test_a_history_of_which_nothing_is_known_yet_breaks_no_law(little: Path) -> None:
    made = sla.load(little)
    asked = sla.Event(id="1", type="asked", subject="Q", time="2026-03-02T09:00:00Z", data={"urgency": "high"})
    answered = sla.Event(id="2", type="answered", subject="Q", time="2026-03-02T09:00:00Z")
    history = History("too early", "answer", (asked, answered), asked.at - 1)
    for law in laws.LAWS.values():
        assert list(law(made, history, sla.judge, Random(0))) == []


def test_some_policies_of_an_agreement_are_certified_by_their_own_scenarios() -> None:
    certificate = certify(sla.load("helpdesk").only("helpdesk.next_reply"), examples=0)
    assert certificate.holds, certificate.to_text()
    assert {check.clause for check in certificate.checks if check.means == "boundary cases"} == {"helpdesk.next_reply"}


def test_what_cannot_be_certified_is_refused(little: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(sla.SlaError, match="`intercall` is not an Agreement"):
        certify("intercall")  # type: ignore[arg-type]
    assert main(["certify", str(little), "--examples", "-1"]) == 2
    assert "-1 random histories cannot be tried" in capsys.readouterr().err
    assert main(["certify", str(little), "--mutants", "--json", "x.json"]) == 2
    assert "leave out `--json`" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["intercall", "helpdesk"])
def test_the_built_in_agreements_are_certified(name: str) -> None:
    certificate = certify(sla.load(name), examples=3)
    assert certificate.holds, certificate.to_text()
