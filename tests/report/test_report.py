"""Reports: which promises were kept, which were not, and what is said beside it."""

import json

import pytest

import sla_rules as sla
from sla_rules.report import Report
from tests.conftest import History, agreement

EVENTS = {"opened": {"vip": {"kind": "boolean"}}, "closed": {}, "called": {}, "answered": {}}
PLAIN = {"id": "plain", "clause": "c", "kind": "deadline", "start": "opened", "stop": "closed", "limit": "1 h"}
SHARE = {
    "id": "share",
    "clause": "share",
    "kind": "deadline",
    "start": "called",
    "stop": "answered",
    "limit": "1 min",
    "objective": {"at_least": "80 %", "per": "month"},
}
CLAUSES = [
    {"id": "c", "section": "4 | <b>", "summary": "Closed\nin time"},
    {"id": "share", "section": "5", "strength": "target"},
]
APRIL = "2026-04-02T00:00:00Z"


def report(history: History, as_of: str = APRIL, **options: bool) -> Report:
    made = sla.load({"agreement": "t", "title": "T", "clauses": CLAUSES, "events": EVENTS, "policies": [PLAIN, SHARE]})
    return Report(sla.judge(made, history.events, as_of=as_of), **options)


def calls(met: int, late: int, history: History | None = None) -> History:
    history = history or History()
    for number in range(met + late):
        history.add("called", "2026-03-02T10:00:00Z", subject=f"C-{number}")
        history.add("answered", f"2026-03-02T10:0{1 if number < met else 2}:00Z", subject=f"C-{number}")
    return history


def statuses(made: Report) -> dict[str, str]:
    return {line.policy.id: line.status for line in made.summary}


def test_a_late_call_breaks_no_promise_where_the_share_is_kept() -> None:
    made = report(calls(4, 1))
    assert statuses(made)["share"] == "kept"
    assert made.breaches == []
    assert made.exit_code == 0


def test_a_broken_target_is_a_breach_and_no_failure() -> None:
    made = report(calls(3, 1))
    assert [(breach.policy, breach.period) for breach in made.breaches] == [("share", "2026-03")]
    assert (statuses(made)["share"], made.exit_code) == ("broken", 0)


def test_a_broken_commitment_is_a_failure() -> None:
    history = History().add("opened", "2026-03-02T10:00:00Z").add("closed", "2026-03-02T11:00:00.000001Z")
    made = report(history)
    assert [breach.subject for breach in made.breaches] == ["S"]
    assert (statuses(made)["plain"], made.exit_code) == ("broken", 1)


@pytest.mark.parametrize(
    ("history", "missing"),
    [
        (History().add("opened", "2026-03-02T10:00:00Z"), "closed"),
        (History().add("closed", "2026-03-02T10:00:00Z"), "opened"),
    ],
)
def test_what_never_occurs_is_a_question_and_no_breach(history: History, missing: str) -> None:
    made = report(history)
    assert f"check the mapping: no `{missing}` in this source (plain)" in made.check_the_mapping
    assert (made.breaches, made.exit_code, statuses(made)["plain"]) == ([], 0, "no data")


def test_an_event_after_as_of_shows_that_the_mapping_is_right() -> None:
    history = History().add("opened", "2026-03-02T10:00:00Z").add("closed", "2026-03-05T10:00:00Z")
    made = report(history, as_of="2026-03-03T10:00:00Z")
    assert [breach.subject for breach in made.breaches] == ["S"]
    assert made.exit_code == 1


def test_assume_complete_takes_silence_for_an_answer() -> None:
    made = report(History().add("opened", "2026-03-02T10:00:00Z"), assume_complete=True)
    assert made.check_the_mapping == []
    assert [breach.subject for breach in made.breaches] == ["S"]


def test_open_and_not_judged() -> None:
    history = History().add("opened", "2026-03-02T10:00:00Z").add("closed", "2026-03-09T10:00:00Z", subject="other")
    assert statuses(report(history, as_of="2026-03-02T10:30:00Z"))["plain"] == "open"
    exempt = sla.load(
        {
            "agreement": "t",
            "clauses": CLAUSES,
            "events": EVENTS,
            "policies": [{**PLAIN, "exemptions": [{"id": "vip", "when": {"vip": True}}]}],
        }
    )
    history = History().add("opened", "2026-03-02T10:00:00Z", vip=True).add("closed", "2026-03-02T10:10:00Z")
    assert statuses(Report(sla.judge(exempt, history.events))) == {"plain": "not judged"}


def test_markdown_holds_the_reasons_and_nothing_breaks_its_tables() -> None:
    history = History("a|b<script>").add("opened", "2026-03-02T10:00:00Z").add("closed", "2026-03-02T12:00:00Z")
    text = report(history).to_markdown()
    assert "### c (4 \\| &lt;b>), commitment: 1" in text
    assert "Closed in time" in text
    (row,) = [line for line in text.splitlines() if "2 h after `opened`" in line]
    assert row.startswith("| a\\|b&lt;script> |")
    assert "1 h too late" in row


def test_markdown_cuts_long_lists_and_says_so() -> None:
    history = History()
    for number in range(5):
        history.add("opened", "2026-03-02T10:00:00Z", subject=f"T-{number}")
    history.add("closed", "2026-03-02T18:00:00Z", subject="T-0")
    text = report(history).to_markdown(most=2)
    assert "T-1" in text
    assert "T-2" not in text
    assert "and 3 more" in text


def test_json_carries_provenance_verdicts_and_findings() -> None:
    history = calls(4, 1).add("opend", "2026-03-02T10:00:00Z")
    made = report(history)
    whole = json.loads(made.to_json())
    assert (whole["format"], whole["agreement"], whole["hash"]) == (1, "t", made.agreement.hash)
    assert (whole["library"], whole["events"], whole["verdicts_count"]) == (sla.__version__, 11, 6)
    assert [verdict["share"] for verdict in whole["verdicts"] if "share" in verdict] == ["4/5"]
    assert [finding["kind"] for finding in whole["findings"]] == ["unknown_type"]


def test_show_prints_the_breaches_by_clause(capsys: pytest.CaptureFixture[str]) -> None:
    history = History().add("opened", "2026-03-02T10:00:00Z").add("closed", "2026-03-02T12:00:00Z")
    report(history).show()
    printed = " ".join(capsys.readouterr().out.split())
    assert "1 x c commitment, section 4 | <b>" in printed
    assert "1 h too late" in printed
    assert "check the mapping: no `called` in this source (share)" in printed


def test_the_breaches_of_all_versions_stand_by_clause() -> None:
    made = agreement({**PLAIN, "id": "p"}, events=EVENTS)
    history = History().add("opened", "2026-03-02T10:00:00Z").add("closed", "2026-03-02T12:00:00Z")
    assert list(Report(sla.judge(made, history.events)).breaches_by_clause()) == ["c"]
