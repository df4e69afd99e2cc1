"""What a source states of its cases, against the verdicts on them."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import MINUTE, micros, moment
from sla_rules.report import Report
from sla_rules.report.against import Comparison, standing
from sla_rules.report.stated import stated_in
from tests.conftest import History
from tests.report.making import AS_OF, DESK, desk, judged, through

START = micros("2026-03-02T10:00:00Z")
ONE = [DESK["policies"][0]]
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "uci_incidents" / "incident_event_log.parquet"


def history(*cases: tuple[int | None, Any]) -> History:
    """Tickets T-0, T-1, …, each answered after some minutes or never, with what the last event states of it."""
    made = History()
    for number, (after, stated) in enumerate(cases):
        data = {} if stated is None else {"made_sla": stated}
        made.add("opened", "2026-03-02T10:00:00Z", subject=f"T-{number}", site="s", **({} if after else data))
        if after is not None:
            made.add("answered", moment(START + after * MINUTE).isoformat(), subject=f"T-{number}", **data)
    return made


def report(made: History, as_of: str | None = AS_OF, **changes: Any) -> Report:
    agreement = desk(**{"policies": ONE, **changes})
    verdicts = sla.judge(agreement, made.events, as_of=as_of)
    return Report(verdicts, stated=partial(stated_of_list, made, verdicts.as_of))


def stated_of_list(made: History, as_of: int | None, name: str, match: Sequence[str]) -> pl.DataFrame:
    return stated_in(made.events, name, as_of, match)


def counts(comparison: Comparison) -> dict[tuple[str, str], int]:
    """The cells of the table that are not zero."""
    return {
        (row["stated"], outcome): number
        for row in comparison.table.iter_rows(named=True)
        for outcome, number in row.items()
        if outcome != "stated" and number
    }


MIXED = history((30, True), (90, True), (90, False), (30, False), (30, None), (None, True), (61, "?"))


def test_the_table_counts_every_case_once() -> None:
    made = History()
    made.events = [*MIXED.events, sla.Event(type="down", subject="video", time=AS_OF, data={"made_sla": False})]
    found = report(made).against("made_sla")
    assert counts(found) == {
        ("kept", "met"): 1,
        ("kept", "breached"): 2,
        ("broken", "met"): 1,
        ("broken", "breached"): 1,
        ("unknown", "met"): 1,
        ("unknown", "breached"): 1,
        ("broken", "none"): 1,
    }
    assert found.table["stated"].to_list() == ["kept", "broken", "unknown"]
    assert found.table.columns == [
        "stated",
        *("met", "breached", "pending", "exempt", "void", "undetermined", "none"),
    ]
    assert (found.decided, found.differing, found.agreement) == (5, 3, Fraction(2, 5))
    assert found.meanings == {"true": "kept", "false": "broken", "?": "unknown"}
    assert found.headline == "`made_sla` and `answer` agree on 2 of 5 decided cases (40 %), 3 not decided by both."


def test_the_misfits_come_first_each_with_its_reason() -> None:
    found = report(MIXED).against("made_sla")
    assert found.cases.columns == [
        *("subject", "key", "stated", "outcome", "agrees", "policy", "due", "stop", "margin", "reason"),
    ]
    assert found.cases["key"].to_list() == [[subject] for subject in found.cases["subject"]]
    assert found.cases.select("subject", "stated", "outcome", "agrees").rows() == [
        ("T-1", "kept", "breached", False),
        ("T-3", "broken", "met", False),
        ("T-5", "kept", "breached", False),
        ("T-4", "unknown", "met", None),
        ("T-6", "unknown", "breached", None),
        ("T-0", "kept", "met", True),
        ("T-2", "broken", "breached", True),
    ]
    verdicts = {each.subject: each for each in found.report.of(found.report.verdicts)}
    for row in found.cases.iter_rows(named=True):
        verdict = verdicts[row["subject"]]
        assert (row["due"], row["stop"], row["margin"]) == (verdict.due, verdict.stop, verdict.margin)
        assert (row["policy"], row["reason"]) == (verdict.policy, verdict.reason)
    assert found.misfits.equals(found.cases.head(3))
    assert found.first_misfits(1).equals(found.cases.head(1))


def test_only_the_sentences_that_are_asked_for_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("sla_rules.verdict.reason", lambda verdict: told.append(verdict.subject) or "because")
    found = report(MIXED).against("made_sla")
    assert (found.table.height, found.agreement) == (3, Fraction(2, 5))
    assert told == []
    assert found.first_misfits(2)["reason"].to_list() == ["because"] * 2
    assert sorted(told) == ["T-1", "T-3"]


def test_a_case_that_only_the_source_knows_has_no_verdict() -> None:
    made = History().add("answered", "2026-03-02T10:00:00Z", subject="T-9", made_sla=True)
    made.events += MIXED.events
    found = report(made).against("made_sla")
    (row,) = found.cases.filter(subject="T-9").rows(named=True)
    assert (row["outcome"], row["agrees"], row["policy"], row["reason"]) == ("none", None, None, None)
    with pytest.raises(sla.InputError, match="`T-9` has no verdict of `answer`"):
        found.verdict("T-9")
    with pytest.raises(sla.InputError, match="`T-99` is no case of `answer`"):
        found.trace("T-99")


def test_the_story_of_a_case_is_that_of_its_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(MIXED).against("made_sla")
    (verdict,) = [each for each in found.report.of(found.report.verdicts) if each.subject == "T-1"]
    assert found.verdict("T-1") == verdict
    assert found.trace("T-1").to_dict() == verdict.trace.to_dict()
    found.story("T-1")
    assert "answer breached" in capsys.readouterr().out


values = st.sampled_from([None, True, False, "yes", "no", "met", "overdue", "?"])
KEPT: list[Any] = [True, "yes", "met"]
BROKEN: list[Any] = [False, "no", "overdue"]


@settings(max_examples=40)
@given(cases=st.lists(st.tuples(st.none() | st.integers(1, 120), values), max_size=12))
def test_law_the_table_is_that_counted_by_hand(cases: list[tuple[int | None, Any]]) -> None:
    made = history(*cases, (1, True))
    found = report(made).against("made_sla")
    by_hand: Counter[tuple[str, str]] = Counter()
    for after, stated in [*cases, (1, True)]:
        said = "kept" if stated in KEPT else "broken" if stated in BROKEN else "unknown"
        by_hand[said, "met" if after is not None and after <= 60 else "breached"] += 1
    assert counts(found) == by_hand
    agree = by_hand["kept", "met"] + by_hand["broken", "breached"]
    assert found.agreement == Fraction(agree, agree + by_hand["kept", "breached"] + by_hand["broken", "met"])
    assert found.cases.height == len(cases) + 1
    assert set(found.misfits["agrees"]) <= {False}


def test_a_case_with_several_verdicts_goes_by_the_worst_and_the_earliest_of_these() -> None:
    each = [{**ONE[0], "occurrence": "each"}]
    made = History("A").add("opened", "2026-03-02T10:00:00Z").add("answered", "2026-03-02T10:10:00Z")
    for day, minutes in ((3, 30), (4, 40), (5, 10)):
        made.add("opened", f"2026-03-0{day}T10:00:00Z").add("answered", f"2026-03-0{day}T1{day % 2}:{minutes}:00Z")
    made.add("opened", "2026-04-04T23:59:00Z", made_sla=False)
    found = report(made, policies=each).against("made_sla")
    assert counts(found) == {("broken", "breached"): 1}
    assert found.verdict("A").start == moment(micros("2026-03-03T10:00:00Z"))
    assert (
        report(made, "2026-03-02T12:00:00Z", policies=each).against("made_sla", kept=True).cases["outcome"][0] == "met"
    )


@pytest.mark.parametrize(
    ("better", "worse"), list(pairwise(["void", "exempt", "met", "pending", "undetermined", "breached"]))
)
def test_the_worst_is_what_is_broken_then_what_is_open_then_what_was_kept(better: str, worse: str) -> None:
    made = report(history((30, None)))
    (row,) = made.verdicts.rows(named=True)
    both = pl.DataFrame([{**row, "outcome": better}, {**row, "outcome": worse}], schema=made.verdicts.schema)
    for rows in (both, both.reverse()):
        assert standing(rows.lazy()).collect()["outcome"].to_list() == [worse]


def test_what_is_pending_exempt_void_or_undetermined_is_not_decided() -> None:
    made = History().add("opened", "2026-03-02T10:00:00Z", subject="spam", spam=True, made_sla=True)
    made.add("opened", "2026-03-02T10:00:00Z", subject="void").add("withdrawn", "2026-03-02T10:01:00Z", subject="void")
    made.add("opened", "2026-03-02T10:30:00Z", subject="open", made_sla=False)
    made.add("answered", "2026-03-02T10:00:00Z", subject="x")
    found = report(made, "2026-03-02T11:00:00Z").against("made_sla")
    assert counts(found) == {("kept", "exempt"): 1, ("unknown", "void"): 1, ("broken", "pending"): 1}
    assert (found.decided, found.agreement) == (0, None)
    assert found.headline == "`made_sla` and `answer` agree on 0 of 0 decided cases, 3 not decided by both."
    assert found.misfits.is_empty()


def test_only_what_was_stated_by_as_of_is_known_and_the_last_counts() -> None:
    made = history((30, None)).add("noted", "2026-03-02T11:00:00Z", subject="T-0", made_sla=True)
    made.add("noted", "2026-03-02T12:00:00Z", subject="T-0", made_sla=False)
    made.add("noted", "2026-03-02T12:00:00.000001Z", subject="T-0", made_sla=None)
    made.add("noted", "2026-03-02T12:00:00.000002Z", subject="T-0", made_sla="")
    for as_of, stated in (("T10:59", "unknown"), ("T11:00", "kept"), ("T12:00", "broken"), ("T13:00", "broken")):
        found = report(made, f"2026-03-02{as_of}:00Z").against("made_sla")
        assert found.cases["stated"].to_list() == [stated]


def test_a_declared_field_is_known_as_it_was_judged() -> None:
    events = {**DESK["events"], "answered": {"made_sla": {"kind": "boolean"}}}
    made = history((30, True), (90, "maybe"), (90, True))
    verdicts = judged(made, desk(events=events, policies=ONE))
    for each in (Report(verdicts), Report(through(verdicts))):
        assert counts(each.against("made_sla")) == {
            ("kept", "met"): 1,
            ("unknown", "breached"): 1,
            ("kept", "breached"): 1,
        }


def test_policies_that_judge_the_same_case_must_be_chosen_from() -> None:
    made = report(MIXED, policies=DESK["policies"])
    with pytest.raises(sla.InputError, match=r"several policies judge the same case; .*`policy=`: `answer`, `share`$"):
        made.against("made_sla")
    assert made.against("made_sla", policy="share").policies == ("share",)
    both = made.against("made_sla", policy=["answer", "share"])
    assert both.verdict("T-1").policy == "answer"
    assert both.verdict("T-0").policy == "answer"
    assert both.headline.startswith("`made_sla` and `answer` and `share` agree on 2 of 5")


def test_policies_that_divide_the_cases_are_compared_together() -> None:
    divided = [{**ONE[0], "id": site, "applies": {"site": site}, "exemptions": []} for site in ("s", "t")]
    made = history((30, True), (90, True))
    made.add("opened", "2026-03-02T10:00:00Z", subject="U", site="t", made_sla=False)
    found = report(made, policies=divided).against("made_sla")
    assert found.policies == ("s", "t")
    assert found.cases.select("subject", pl.col("policy").cast(pl.String), "agrees").rows() == [
        ("T-1", "s", False),
        ("T-0", "s", True),
        ("U", "t", True),
    ]


def test_periods_are_no_cases() -> None:
    found = report(MIXED, policies=[DESK["policies"][1]]).against("made_sla")
    assert found.report.verdicts["subject"].to_list().count("") == 1
    assert found.cases["subject"].sort().to_list() == [f"T-{number}" for number in range(7)]


@pytest.mark.parametrize(
    ("column", "options", "message"),
    [
        ("made_sl", {}, "no event has a field `made_sl`, did you mean `made_sla`?; fields: `made_sla`, `site`"),
        (7, {}, "`7` is not the name of a field"),
        ("made_sla", {"policy": "anser"}, "no policy `anser`, did you mean `answer`?"),
        ("made_sla", {"policy": 7}, "policy must be the id of a policy or a list of them, found `7`"),
        ("made_sla", {"kept": []}, "kept must be the values that mean kept"),
        ("site", {}, "`site`: nobody says whether `s` means kept; say so with `kept=`; values: `s`"),
    ],
)
def test_what_cannot_be_compared_is_refused(column: Any, options: Any, message: str) -> None:
    with pytest.raises(sla.InputError) as refused:
        report(MIXED).against(column, **options)
    assert message in str(refused.value)


def test_without_a_source_only_declared_fields_are_known() -> None:
    with pytest.raises(sla.InputError, match="no event has a field `teem`, did you mean `team`"):
        Report(judged(MIXED, desk(policies=ONE))).against("teem")


def test_what_the_mapping_puts_in_doubt_is_not_compared() -> None:
    made = history((None, True))
    with pytest.raises(
        sla.InputError, match="no policy has a verdict to compare with; check the mapping: no `answered`"
    ):
        report(made).against("made_sla")
    with pytest.raises(
        sla.InputError, match=r"nothing to compare; check the mapping; no `answered` in this source \(answer\)"
    ):
        report(made).against("made_sla", policy="answer")


def test_markdown_and_terminal_show_table_meanings_and_misfits(capsys: pytest.CaptureFixture[str]) -> None:
    made = history((90, True), (90, True), (30, True), (30, "[b]|?"))
    found = report(made).against("made_sla", kept=[True, "[b]|?"])
    text = found.to_markdown(most=1)
    assert "| kept | 2 | 2 | 0 |" in text
    assert "| [b]\\|? | kept |" in text
    assert "| T-0 | kept | breached | `answered` came 1 h 30 min" in text
    assert "T-1" not in text
    assert "and 1 more" in text
    found.show(most=1)
    printed = capsys.readouterr().out
    assert "agree on 2 of 4 decided cases (50 %)." in printed
    assert "[b]|? means kept" in printed
    assert "T-0" in printed
    assert "T-1" not in printed
    assert repr(found) == f"<Comparison: {found.headline}>"


def test_of_many_values_the_first_are_listed() -> None:
    text = (
        report(history(*((30, f"v{number:02}") for number in range(25)))).against("made_sla", kept="v00").to_markdown()
    )
    assert "| v19 | broken |\n| each of 5 more | kept, broken or unknown |" in text


def test_where_nothing_differs_no_misfits_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    found = report(history((30, True))).against("made_sla")
    assert "differ" not in found.to_markdown()
    found.show()
    assert "why" not in capsys.readouterr().out


@pytest.mark.parametrize("form", ["list", "frame", "pandas", "file"])
def test_evaluate_reads_undeclared_fields_from_its_source(form: str, tmp_path: Path) -> None:
    frame = pl.DataFrame(
        [
            {"id": each.id, "type": each.type, "case": each.subject, "at": each.time.isoformat()[:-6], **each.data}
            for each in history((30, "yes"), (90, "yes"), (90, None)).events
        ],
        infer_schema_length=None,
    )
    names: dict[str, Any] = {"columns": {"subject": "case", "time": "at", "ok_met": "made_sla"}, "timezone": "UTC"}
    source: Any = {"frame": frame, "pandas": frame.to_pandas(), "file": tmp_path / "events.csv"}.get(form)
    frame.write_csv(tmp_path / "events.csv")
    column = "made_sla" if form == "list" else "ok_met"
    if form == "list":
        source, names = history((30, "yes"), (90, "yes"), (90, None)).events, {}
    found = sla.evaluate(desk(policies=ONE), source, as_of=AS_OF, **names).against(column, kept="yes")
    assert counts(found) == {("kept", "met"): 1, ("kept", "breached"): 1, ("unknown", "breached"): 1}
    assert sla.evaluate(desk(policies=ONE), source, as_of=AS_OF, **names).stated is not None


PER_SLA = sla.load(
    {
        "agreement": "per sla",
        "clauses": [{"id": "c"}],
        "events": {type: {"sla": {"kind": "text"}} for type in ("sla.started", "sla.ended")},
        "policies": [
            {
                "id": "s",
                "clause": "c",
                "kind": "deadline",
                "match": ["subject", "sla"],
                "start": "sla.started",
                "stop": "sla.ended",
                "limit": "1 h",
            }
        ],
    }
)
TASK_SLA = (
    "task,sla,has_breached,start_time,end_time\n"
    "INC1,Resp,{0},2026-03-02 08:00:00,2026-03-02 09:30:00\n"
    "INC1,Reso,{1},2026-03-02 09:00:00,2026-03-02 09:45:00\n"
)


@pytest.mark.parametrize(("stated", "same"), [(("true", "false"), 2), (("false", "false"), 1), (("false", "true"), 0)])
def test_what_is_stated_of_each_of_a_subjects_cases_is_compared_with_that_case(
    stated: tuple[str, str], same: int, tmp_path: Path
) -> None:
    (tmp_path / "sla.csv").write_text(TASK_SLA.format(*stated), "utf-8")
    read = {"preset": "servicenow-task-sla", "timezone": "UTC"}
    found = sla.evaluate(PER_SLA, tmp_path / "sla.csv", **read).against("has_breached")
    assert (found.decided, found.decided - found.differing) == (2, same)
    assert sorted(found.cases.select("subject", "key", "outcome").rows()) == [
        ("INC1", ["INC1", "Reso"], "met"),
        ("INC1", ["INC1", "Resp"], "breached"),
    ]
    assert ("| INC1, Resp |" in found.to_markdown()) == (stated[0] == "false")
    assert [found.verdict(["INC1", each]).outcome for each in ("Resp", "Reso")] == ["breached", "met"]
    assert found.verdict("INC1").key == ("INC1", "Resp")
    with pytest.raises(sla.InputError, match="`INC1, Rest` is no case of `s`"):
        found.verdict(["INC1", "Rest"])


def test_policies_that_divide_the_cases_of_a_subject_are_compared_together(tmp_path: Path) -> None:
    (tmp_path / "sla.csv").write_text(TASK_SLA.format("true", "false"), "utf-8")
    (policy,) = PER_SLA.raw["policies"]
    divided = [{**policy, "id": each, "applies": {"sla": each}} for each in ("Resp", "Reso")]
    agreement = sla.load({**PER_SLA.raw, "policies": divided})
    read = {"preset": "servicenow-task-sla", "timezone": "UTC"}
    found = sla.evaluate(agreement, tmp_path / "sla.csv", **read).against("has_breached")
    assert (found.policies, found.agreement) == (("Resp", "Reso"), 1)
    again = [*divided, {**policy, "id": "all"}]
    doubled = sla.evaluate(sla.load({**PER_SLA.raw, "policies": again}), tmp_path / "sla.csv", **read)
    with pytest.raises(sla.InputError, match="several policies judge the same case"):
        doubled.against("has_breached")


def test_an_availability_has_no_cases_and_changes_nothing_about_those_of_others(tmp_path: Path) -> None:
    (tmp_path / "sla.csv").write_text(TASK_SLA.format("true", "false"), "utf-8")
    up = {**DESK["policies"][2], "clause": "c", "down": "sla.started", "up": "sla.ended", "service": "INC1"}
    agreement = sla.load({**PER_SLA.raw, "policies": [up, *PER_SLA.raw["policies"]]})
    report = sla.evaluate(agreement, tmp_path / "sla.csv", preset="servicenow-task-sla", timezone="UTC")
    assert "INC1" in report.verdicts.filter(pl.col("policy") == "up")["subject"]
    found = report.against("has_breached")
    assert (found.decided, found.agreement) == (2, 1)


def test_a_declared_statement_of_each_case_is_read_from_the_source(tmp_path: Path) -> None:
    (tmp_path / "sla.csv").write_text(TASK_SLA.format("true", "false"), "utf-8")
    fields = {"sla": {"kind": "text"}, "has_breached": {"kind": "boolean"}}
    agreement = sla.load({**PER_SLA.raw, "events": dict.fromkeys(PER_SLA.raw["events"], fields)})
    report = sla.evaluate(agreement, tmp_path / "sla.csv", preset="servicenow-task-sla", timezone="UTC")
    assert report.against("has_breached").agreement == 1
    with pytest.raises(sla.InputError, match=r"`has_breached` says by `subject` and `sla` is read .* use `evaluate`"):
        Report(report.judged).against("has_breached")


@pytest.mark.parametrize("form", ["list", "frame"])
def test_what_a_dropped_event_states_does_not_count(form: str) -> None:
    made = History("T").add("opened", "2026-03-02T10:00:00Z")
    made.add("answered", "2026-03-02T10:30:00Z", id="a", made_sla=True)
    made.add("answered", "2026-03-02T10:40:00Z", id="a", made_sla=False)
    frame = pl.DataFrame(
        [{"id": e.id, "type": e.type, "subject": e.subject, "time": e.time, **e.data} for e in made.events],
        infer_schema_length=None,
    )
    report = sla.evaluate(desk(policies=ONE), made.events if form == "list" else frame)
    assert "conflicting_id" in {each.kind for each in report.findings}
    assert counts(report.against("made_sla")) == {("kept", "met"): 1}


@pytest.mark.skipif(not DATA.exists(), reason="the data lie beside the project, in ../shared")
def test_one_limit_a_priority_reproduces_what_the_product_stated() -> None:
    from sla_rules.evaluators.columnar import judge_frames
    from sla_rules.report.stated import stated_of
    from sla_rules.sources import batches

    limits = {"1 - Critical": "6 h", "2 - High": "6 h", "3 - Moderate": "81 h", "4 - Low": "176 h"}
    fields = {"priority": {"kind": "text", "values": list(limits)}}
    agreement = sla.load(
        {
            "agreement": "incidents",
            "clauses": [{"id": "c"}],
            "events": {"opened": fields, "closed": {}},
            "calendars": {"office": {"week": {"mon-fri": ["12:00-24:00"]}}},
            "policies": [
                {
                    "id": "closing",
                    "clause": "c",
                    "kind": "deadline",
                    "start": "opened",
                    "stop": "closed",
                    "limit": {"by": "priority", "table": limits},
                    "calendar": "office",
                }
            ],
        }
    )
    log = pl.read_parquet(DATA).sort("sys_updated_at", "sys_mod_count").unique("number", keep="last")
    events = pl.concat(
        log.select(
            *(pl.lit(type).alias("type"), pl.col("number").alias("subject")),
            *(pl.col(f"{type}_at").dt.replace_time_zone("UTC").alias("time"), "priority", "made_sla"),
        )
        for type in ("opened", "closed")
    )

    def incoming(*wanted: str) -> Any:
        return batches(events, agreement, wanted=wanted)

    found = judge_frames(agreement, incoming("priority"))
    made = Report(found, stated=lambda name, match: stated_of(incoming(name), name, found.as_of, match))
    against = made.against("made_sla")
    assert against.cases.height == against.decided == log.height
    assert against.agreement is not None
    assert Fraction(998, 1000) < against.agreement < 1
    kept = against.table.filter(stated="kept").select(pl.sum_horizontal(pl.exclude("stated"))).item()
    assert kept == log["made_sla"].sum()
