"""Scenario files: what they may say, every refusal with its line, and how verdicts are matched."""

from pathlib import Path

import pytest

import sla_rules as sla
from sla_rules.testing.scenarios import read_scenarios, run

HEAD = "start: 2026-03-02T14:00:00Z\nscenarios:\n"
OPENED = "{type: ticket.opened, subject: T-1, data: {severity: SL4}}"
EXPECT = "    expect: [{policy: support.response, outcome: pending}]\n"


def scenario(events: str, rest: str = EXPECT, name: str = "one") -> str:
    return f"  - name: {name}\n    clause: support.response\n    events: [{events}]\n{rest}"


def problems(tmp_path: Path, intercall: sla.Agreement, text: str) -> str:
    file = tmp_path / "x.scenarios.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(sla.AgreementError) as caught:
        read_scenarios(file, intercall)
    return str(caught.value).replace(str(file), "FILE")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            HEAD + scenario(OPENED, "    policies: [support.respons]\n"),
            "FILE:3: scenarios[0]: unknown policy `support.respons`",
        ),
        (
            HEAD + scenario("{type: ticket.opend, subject: T}"),
            "unknown event type `ticket.opend`, did you mean `ticket.opened`?",
        ),
        (HEAD + scenario(OPENED) + scenario(OPENED), "FILE:7: scenarios[1].name: `one` stands there twice"),
        (HEAD + scenario(OPENED, ""), "nothing is judged"),
        (HEAD + scenario(OPENED, EXPECT.replace("pending", "mett")), "`mett` is not"),
        (
            HEAD + scenario(OPENED, "    windows: [{kind: maint, start: 2026-03-02T14:00:00Z}]\n" + EXPECT),
            "unknown window `maint`",
        ),
        (
            HEAD + scenario("{type: ticket.opened, subject: T, time: 2026-03-02T14:00:00Z, after: 1 h}"),
            "an event has `time` or `after`, not both",
        ),
        (
            HEAD.replace("start: 2026-03-02T14:00:00Z\n", "")
            + scenario(
                "{type: ticket.opened, subject: T, time: 2026-03-02T14:00:00Z}", "    as_of_after: 1 h\n" + EXPECT
            ),
            "`as_of_after` and `due_after` need the scenario's `start`",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, intercall: sla.Agreement, text: str, said: str) -> None:
    assert said in problems(tmp_path, intercall, text)


def judged(tmp_path: Path, intercall: sla.Agreement, text: str) -> tuple[str, ...]:
    file = tmp_path / "x.scenarios.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    (only,) = read_scenarios(file, intercall)
    return run(only, intercall, sla.judge).differences


def test_the_most_exactly_said_verdict_is_matched_first(tmp_path: Path, intercall: sla.Agreement) -> None:
    both = f"{OPENED}, {OPENED.replace('T-1', 'T-2')}"
    expect = "{policy: support.response, outcome: pending}, {policy: support.response, subject: T-1, outcome: pending}"
    assert judged(tmp_path, intercall, scenario(both, f"    expect: [{expect}]\n")) == ()


def test_a_verdict_too_few_and_one_too_many_are_said(tmp_path: Path, intercall: sla.Agreement) -> None:
    wrong = EXPECT.replace("outcome: pending", "subject: T-2, outcome: pending")
    assert judged(tmp_path, intercall, scenario(OPENED, wrong)) == (
        "no verdict `support.response` of T-2 pending; there is `support.response` of T-1 pending, margin 10 min",
        "not expected: `support.response` of T-1 pending, margin 10 min",
    )


def test_an_instant_that_no_calendar_knows_is_refused(tmp_path: Path, intercall: sla.Agreement) -> None:
    late = scenario(OPENED.replace("T-1", "T-1, after: 80000000 h"))
    with pytest.raises(sla.InputError, match="outside the years 1 to 9999"):
        judged(tmp_path, intercall, late)
