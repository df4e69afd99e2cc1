"""Reports: which promises were kept, which were not, and what is said beside it."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import sla_rules as sla
from sla_rules.events import Finding
from sla_rules.judged import frame_of, of_outcome
from sla_rules.reason import reason
from sla_rules.report import Report
from sla_rules.report.tables import finding_rows, headline
from tests.conftest import History, agreement
from tests.report.making import judged, through

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
    assert made.breaches.is_empty()
    assert made.exit_code == 0


def test_a_broken_target_is_a_breach_and_no_failure() -> None:
    made = report(calls(3, 1))
    assert made.breaches.select("policy", "period").rows() == [("share", "2026-03")]
    assert (statuses(made)["share"], made.exit_code) == ("broken", 0)


def test_a_broken_commitment_is_a_failure() -> None:
    history = History().add("opened", "2026-03-02T10:00:00Z").add("closed", "2026-03-02T11:00:00.000001Z")
    made = report(history)
    assert made.breaches["subject"].to_list() == ["S"]
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
    assert (made.breaches.is_empty(), made.exit_code, statuses(made)["plain"]) == (True, 0, "no data")


def test_an_event_after_as_of_shows_that_the_mapping_is_right() -> None:
    history = History().add("opened", "2026-03-02T10:00:00Z").add("closed", "2026-03-05T10:00:00Z")
    made = report(history, as_of="2026-03-03T10:00:00Z")
    assert made.breaches["subject"].to_list() == ["S"]
    assert made.exit_code == 1


def test_assume_complete_takes_silence_for_an_answer() -> None:
    made = report(History().add("opened", "2026-03-02T10:00:00Z"), assume_complete=True)
    assert made.check_the_mapping == []
    assert made.breaches["subject"].to_list() == ["S"]


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


def test_the_report_of_a_frame_is_that_of_its_verdicts_whatever_its_order() -> None:
    verdicts = judged()
    text = Report(verdicts).to_json()
    for change in (lambda frame: frame, pl.LazyFrame.reverse):
        again = Report(through(verdicts, change))
        assert again.to_json() == text
        assert again.to_markdown() == Report(verdicts).to_markdown()
        assert again.verdicts.equals(frame_of(verdicts))


def test_the_report_of_many_files_is_that_of_their_rows(tmp_path: Path) -> None:
    verdicts = judged()
    for number, part in enumerate(frame_of(verdicts).iter_slices(7)):
        part.write_parquet(tmp_path / f"{number}.parquet")
    files = Report(
        replace(through(verdicts), build=lambda outcome: of_outcome(pl.scan_parquet(tmp_path / "*.parquet"), outcome))
    )
    assert len(list(tmp_path.iterdir())) > 5
    assert files.to_json() == Report(verdicts).to_json()


@pytest.mark.parametrize("wrong", [[], None, frame_of(judged())])
def test_what_is_no_judgement_makes_no_report(wrong: object) -> None:
    with pytest.raises(sla.SlaError, match="is not what `judge` or `evaluate` returns"):
        Report(wrong)  # type: ignore[arg-type]


def test_the_breaches_are_rows_with_their_sentences() -> None:
    verdicts = judged()
    made = Report(verdicts)
    broken = [
        each for each in verdicts if each.outcome == "breached" and (each.tally is not None) == (each.policy == "share")
    ]
    assert {each.policy for each in broken} == {"answer", "share", "up"}
    assert made.breaches["reason"].to_list() == [each.reason for each in broken]
    columns = made.verdicts.columns
    place = columns.index("exempted_by") + 1
    assert made.breaches.columns == [*columns[:place], "reason", *columns[place:]]
    assert made.of(made.breaches) == broken


def test_any_rows_have_their_sentences() -> None:
    made = Report(judged())
    pending = made.verdicts.filter(pl.col("outcome") == "exempt")
    assert made.reasons(pending).name == "reason"
    assert made.reasons(pending).to_list() == [each.reason for each in judged() if each.outcome == "exempt"]
    assert made.reasons(pending.clear()).to_list() == []
    with pytest.raises(sla.InputError, match="no column `basis`"):
        made.reasons(pending.drop("basis"))


@pytest.mark.parametrize("wrong", [None, [{}], judged(), Report(judged()).lazy, Report(judged()).to_pandas()])
def test_what_is_no_frame_of_verdicts_is_refused(wrong: Any) -> None:
    for ask in (Report(judged()).of, Report(judged()).reasons):
        with pytest.raises(sla.SlaError, match="a verdict is made of a row of `verdicts`, a Polars frame; found `"):
            ask(wrong)


@pytest.mark.parametrize(("column", "dtype"), [("start", pl.String), ("margin", pl.Int64), ("counted", pl.Float64)])
def test_a_column_of_another_type_is_refused(column: str, dtype: type[pl.DataType]) -> None:
    made = Report(judged())
    with pytest.raises(sla.InputError, match=f"column `{column}` holds {dtype()!r}, not .* as in `verdicts`"):
        made.of(made.verdicts.with_columns(pl.col(column).cast(dtype)))


def test_columns_without_any_value_are_of_no_type() -> None:
    made = Report(judged())
    rows = made.verdicts.filter(pl.col("outcome") == "met", pl.col("policy") == "answer")
    assert made.of(rows.with_columns(pl.lit(None).alias("cause"), pl.lit(None).alias("counted"))) == made.of(rows)


def test_only_the_breaches_that_are_shown_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[sla.Verdict] = []

    def counting(verdict: sla.Verdict) -> str:
        told.append(verdict)
        return reason(verdict)

    monkeypatch.setattr("sla_rules.verdict.reason", counting)
    made = Report(judged())
    groups = made.breaches_by_clause(1)
    assert [(name, len(group.verdicts)) for name, group in groups.items()] == [("answer", 1), ("share", 1), ("up", 1)]
    assert sum(group.count for group in groups.values()) == len(made.breaches)
    told.clear()
    made.to_markdown(most=1)
    assert len(told) == 3
    told.clear()
    assert (made.exit_code, made.summary[0].status, len(made.check_the_mapping)) == (1, "broken", 0)
    assert made.attainment().height > 0
    assert told == []


def test_all_breaches_of_a_clause_are_there_unless_fewer_are_wanted() -> None:
    made = Report(judged())
    for group in made.breaches_by_clause().values():
        assert len(group.verdicts) == group.count
    assert sum(group.count for group in made.breaches_by_clause(0).values()) == len(made.breaches)


def test_the_summary_counts_instances_and_periods_apart() -> None:
    verdicts = judged()
    for line in Report(verdicts).summary:
        instances = [each.outcome for each in verdicts if each.policy == line.policy.id and each.tally is None]
        periods = [each.outcome for each in verdicts if each.policy == line.policy.id and each.tally is not None]
        assert (line.counts, line.periods) == (Counter(instances), Counter(periods))
        assert instances


def test_nothing_at_all_is_a_report_too() -> None:
    made = Report(judged(History(), as_of=None))
    assert (made.verdicts.is_empty(), made.breaches.is_empty(), made.attainment().is_empty()) == (True, True, True)
    assert [line.status for line in made.summary] == ["no data"] * 3
    assert json.loads(made.to_json())["as_of"] is None
    assert "# Desk" in made.to_markdown()


def test_what_is_said_of_many_events_is_shown_once_with_their_number(capsys: pytest.CaptureFixture[str]) -> None:
    history = calls(0, 0)
    for number in range(1_200):
        history.add("opened", "2026-03-02T10:00:00Z", subject=f"T-{number}", vip="yes")
    made = report(history)
    assert len(made.findings) == 1_200
    said = "the first at event e001: opened: vip: `yes` is not true or false; taken as missing"
    made.show()
    assert f"finding wrong_value, 1,200: {said}" in " ".join(capsys.readouterr().out.split())
    assert f"| wrong_value | 1,200 | {said} |" in made.to_markdown()


def test_different_messages_of_a_kind_are_shown_apart_the_most_frequent_first() -> None:
    found = [
        *(Finding("odd", f"message {number}", event=f"e{number}") for number in range(4)),
        *(Finding("odd", "often", place=f"log.csv:{line}") for line in (7, 9)),
        Finding("odd", "2 more like these", count=2),
        Finding("rare", "once", place="log.csv:3"),
        Finding("rare", "nowhere"),
    ]
    assert list(finding_rows(found)) == [
        (
            "odd",
            "8",
            "2 times, the first at log.csv:7: often; event e0: message 0; event e1: message 1; and 3 other messages",
        ),
        ("rare", "2", "log.csv:3: once; nowhere"),
    ]
    assert [row[2] for row in finding_rows(found[4:7])] == ["2 times, the first at log.csv:7: often; 2 more like these"]
    assert [row[2] for row in finding_rows([found[6], found[0]])] == ["event e0: message 0; 2 more like these"]
    assert [row[2] for row in finding_rows(found[:4])] == [
        "event e0: message 0; event e1: message 1; event e2: message 2; and 1 other message"
    ]


def test_the_headline_has_the_time_of_the_agreement() -> None:
    parts = {"clauses": CLAUSES, "events": EVENTS, "policies": [PLAIN], "timezone": "America/Toronto"}
    made = Report(sla.judge(sla.load({"agreement": "t", **parts}), calls(1, 0).events, as_of=APRIL))
    assert headline(made).startswith("1 promise of `t` as of 2026-04-01 20:00:00 EDT: ")
    assert made.provenance["as_of"] == "2026-04-02T00:00:00+00:00"
