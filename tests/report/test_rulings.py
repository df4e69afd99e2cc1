"""Rulings: what people decided stands beside the verdicts, changes none of them, and is never dropped in silence."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pendulum
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import HOUR, moment
from sla_rules.instants import micros as at_micros
from sla_rules.report import Report
from sla_rules.report.rulable import rows_of
from sla_rules.report.shape import json_schema
from sla_rules.rulings import FIELDS
from sla_rules.verdict import Outcome, Verdict, Verdicts
from tests.columnar.tools import as_rows, with_columns
from tests.conftest import History, agreement
from tests.report.making import AS_OF, desk, judged, month, through
from tests.report.test_exports import sheets

DECIDED = {"by": "J. Roy", "why": "the client's network was down"}
AMBIGUOUS, CONFLICTING, NO_VERDICT = "ambiguous_ruling", "conflicting_ruling", "ruling_without_verdict"
EARLY, KEPT, LATE = "early_ruling", "ruling_on_kept", "ruling_after_as_of"


def waived(policy: str, **about: Any) -> sla.Ruling:
    return sla.Ruling(policy=policy, **{"decision": "waived", **DECIDED, **about})


def kinds(report: Report) -> list[str]:
    return [finding.kind for finding in report.findings if "ruling" in finding.kind]


def line(report: Report, policy: str) -> Any:
    return next(each for each in report.after if each.policy.id == policy)


def verdict(report: Report, policy: str, **fields: Any) -> Verdict:
    all = report.of(report.verdicts.filter(pl.col("policy") == policy))
    (found,) = (each for each in all if all_equal(each, fields))
    return found


def all_equal(each: Verdict, fields: dict[str, Any]) -> bool:
    return all(getattr(each, name) == value for name, value in fields.items())


@pytest.fixture(scope="module")
def report() -> Report:
    return Report(judged())


# --- what a ruling is --------------------------------------------------------------------------------------------

WHOLE = {"policy": "answer", "subject": "T-02", "decision": "waived", **DECIDED}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"policy": ""}, r"ruling: policy must be text, found ``"),
        ({"by": " "}, r"ruling: by must be text"),
        ({"why": None}, r"ruling: why must be text, found `None`"),
        ({"why": "\ud800"}, r"ruling: why must be text"),
        ({"subject": 7}, r"ruling on `answer`: subject must be text, found `7`"),
        ({"key": "T-02"}, r"ruling on `answer`: key must be a list of values, found `T-02`"),
        ({"key": []}, r"ruling on `answer`: key must be a list of values"),
        ({"key": ["a", None]}, r"ruling on `answer`: key must be a list of values, found `None`"),
        ({"period": ""}, r"ruling on `answer`: period must be text"),
        ({"agreement": ""}, r"ruling on `answer`: agreement must be text"),
        ({"decision": "waive"}, r"decision must be `waived` or `upheld`, found `waive`, did you mean `waived`\?"),
        ({"subject": ""}, r"ruling on `answer`: say on which verdict, by `subject`, `key` or `period`"),
        ({"start": "2026-03-02T10:00:00"}, r"ruling on `answer`: start .* has no offset or zone"),
        ({"at": "yesterday"}, r"ruling on `answer`: at `yesterday` is not an instant"),
    ],
)
def test_what_is_no_ruling_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(sla.InputError, match=message):
        sla.Ruling(**{**WHOLE, **changes})


def test_a_ruling_holds_its_parts() -> None:
    at = "2026-03-02T10:00:00+01:00"
    made = sla.Ruling(**WHOLE, key=["T-02", 7, True], start=at, at=at, place="r.yaml:1")
    assert (made.key, made.start, made.at) == (("T-02", "7", "true"), made.at, moment(made.decided_at or 0))
    assert made == sla.Ruling(**WHOLE, key=["T-02", 7, True], start=at, at=at)
    assert list(made.to_dict()) == list(FIELDS)
    assert sla.Ruling(**{name: part for name, part in made.to_dict().items() if part is not None}) == made
    with pytest.raises(AttributeError):
        made.why = "another"  # type: ignore[misc]


# --- where rulings come from -------------------------------------------------------------------------------------

ROWS: list[dict[str, Any]] = [
    {**WHOLE, "key": ["T-02"], "start": "2026-03-03T20:00:00Z", "at": "2026-04-01T10:00:00Z", "agreement": "desk"},
    {"policy": "share", "period": "2026-W12", "decision": "upheld", **DECIDED, "at": "2026-04-02T10:00:00Z"},
]
EXPECTED = [sla.Ruling(**row) for row in ROWS]


def as_yaml(path: Path) -> Path:
    # JSON is YAML; an unquoted date and number are what people write.
    text = "\n".join(f"- {json.dumps(row)}" for row in ROWS).replace('"2026-W12"', "2026-W12")
    path.with_suffix(".yaml").write_text(text, encoding="utf-8")
    return path.with_suffix(".yaml")


def as_json(path: Path) -> Path:
    path.with_suffix(".json").write_text(json.dumps(ROWS), encoding="utf-8-sig")
    return path.with_suffix(".json")


def as_json_lines(path: Path) -> Path:
    path.with_suffix(".jsonl").write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    return path.with_suffix(".jsonl")


def as_csv(path: Path) -> Path:
    text = StringIO()
    table = csv.DictWriter(text, FIELDS)
    table.writeheader()
    table.writerows({**row, **({"key": json.dumps(row["key"])} if "key" in row else {})} for row in ROWS)
    path.with_suffix(".csv").write_text(text.getvalue(), encoding="utf-8")
    return path.with_suffix(".csv")


def events() -> list[sla.Event]:
    """The rulings as events among others; a period has the policy for a subject."""
    history = History().add("opened", "2026-03-02T14:00:00Z", policy="no ruling")
    for row in ROWS:
        data = {name: value for name, value in row.items() if name not in ("subject", "at")}
        history.add("ruling", row["at"], subject=row.get("subject") or row["policy"], **data, customer="acme")
    return history.add("answered", "2026-04-02T14:00:00Z").events


def as_log(path: Path) -> Path:
    own = [{"id": each.id, "type": each.type, "subject": each.subject, "time": str(each.time)} for each in events()]
    rows = [{**each, "data": event.data} for each, event in zip(own, events(), strict=True)]
    path.with_suffix(".jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path.with_suffix(".jsonl")


@pytest.mark.parametrize("write", [as_yaml, as_json, as_json_lines, as_csv, as_log])
def test_every_file_gives_the_same_rulings(write: Callable[[Path], Path], tmp_path: Path) -> None:
    path = write(tmp_path / "rulings")
    for named in (path, str(path)):
        found = sla.rulings_of(named)
        assert found == EXPECTED
        assert all(each.place.startswith(path.name) for each in found)


@pytest.mark.parametrize("rows", [ROWS, EXPECTED, events(), [ROWS[0], EXPECTED[1]]])
def test_every_list_gives_the_same_rulings(rows: list[Any]) -> None:
    assert sla.rulings_of(rows) == EXPECTED
    assert sla.rulings_of(iter(rows)) == EXPECTED


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**WHOLE, "decison": "waived"}, "rulings:2: unknown key `decison`, did you mean `decision`"),
        ({"policy": "answer", "subject": "T", "by": "A", "why": "x"}, "rulings:2: `decision` is missing"),
        ({**WHOLE, "by": ""}, "rulings:2: `by` is missing"),
        ({**WHOLE, "at": "2026-04-01"}, "rulings:2: ruling on `answer`: at"),
        ({**WHOLE, "key": "[1"}, "rulings:2: key is not JSON"),
        ({"type": "ruling", "subject": "T", "time": "2026-04-01T10:00:00Z"}, "rulings:2: `policy` is missing"),
        ({"type": "ruling", "subject": "T", "data": "["}, "rulings:2: data is not JSON"),
        ("waived", "rulings:2: `waived` is no ruling"),
    ],
)
def test_a_row_that_is_no_ruling_is_refused_with_its_place(row: Any, message: str) -> None:
    with pytest.raises(sla.InputError) as refused:
        sla.rulings_of([WHOLE, row])
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("r.yaml", "policy: answer", "a file of rulings is a list of them"),
        ("r.yaml", "- policy: [", "r.yaml:"),
        ("r.yaml", "- {policy: a}\n\n- {policy: b}", "r.yaml:1: `decision` is missing"),
        ("r.json", "{", "r.json: not JSON"),
        ("r.jsonl", '{"policy": "a"}\n{', "r.jsonl:1: `decision` is missing"),
        ("r.csv", "policy;subject\na;b", "separated by `;`"),
        ("r.csv", "policy,subjct\na,b", "r.csv:2: unknown key `subjct`, did you mean `subject`"),
        ("r.txt", "", "a file of rulings is one of .yaml, .yml, .json, .jsonl"),
        ("gone.yaml", None, "cannot be read"),
        ("gone.json", None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(name: str, text: str | None, message: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(sla.InputError) as refused:
        sla.rulings_of(tmp_path / name)
    assert message in str(refused.value)


@pytest.mark.parametrize("source", [None, 7, b"r.yaml", WHOLE])
def test_what_is_no_source_is_refused(source: Any, report: Report) -> None:
    for take in (sla.rulings_of, report.ruled):
        with pytest.raises(sla.InputError, match="neither a list of rulings nor the path"):
            take(source)


def test_dates_and_numbers_of_yaml_are_names(tmp_path: Path) -> None:
    rest = "decision: waived, by: A, why: x"
    text = f"- {{policy: p, subject: 12, {rest}}}\n- {{policy: p, period: 2026, {rest}}}\n"
    (tmp_path / "r.yaml").write_text(f"{text}- {{policy: p, period: 2026-03-10, {rest}}}\n", encoding="utf-8")
    found = sla.rulings_of(tmp_path / "r.yaml")
    assert [each.subject or each.period for each in found] == ["12", "2026", "2026-03-10"]
    assert [each.place for each in found] == ["r.yaml:1", "r.yaml:2", "r.yaml:3"]


# --- events of type `ruling` are known ---------------------------------------------------------------------------


def test_no_agreement_needs_to_declare_rulings(judge: Callable[..., Verdicts]) -> None:
    history = month().add("ruling", "2026-04-01T10:00:00Z", subject="T-02", policy="answer", decision="waived")
    with_rulings, without = judge(desk(), history.events, as_of=AS_OF), judge(desk(), month().events, as_of=AS_OF)
    assert with_rulings.findings == without.findings
    assert list(with_rulings) == list(without)


def test_frames_may_hold_rulings() -> None:
    """The same of columns as of lists, which are read apart; another type is found there."""
    for type, found in (("ruling", []), ("rulling", ["unknown_type"])):
        history = month().add(type, "2026-04-01T10:00:00Z", subject="T-02", policy="answer", decision="waived")
        frame = with_columns(as_rows(history.events), desk())
        assert [each.kind for each in sla.evaluate(desk(), frame, as_of=AS_OF).findings] == found


def test_a_misspelt_ruling_is_a_finding(judge: Callable[..., Verdicts]) -> None:
    history = month().add("rulling", "2026-04-01T10:00:00Z", subject="T-02")
    (found,) = judge(desk(), history.events, as_of=AS_OF).findings
    assert (found.kind, found.message) == ("unknown_type", "unknown event type `rulling`, did you mean `ruling`?")


def test_rulings_that_an_agreement_declares_are_events_like_others(judge: Callable[..., Verdicts]) -> None:
    made = agreement({"start": "ruling", "stop": "closed", "limit": "1 h"}, events={"ruling": {}, "closed": {}})
    (found,) = judge(made, History().add("ruling", "2026-03-02T10:00:00Z").events)
    assert found.outcome == Outcome.PENDING


# --- rulings stand beside the verdicts ---------------------------------------------------------------------------


def test_nothing_but_the_findings_and_what_is_after_changes(report: Report) -> None:
    ruled = report.ruled(
        [waived("answer", subject="T-02"), waived("up", period="2026-03"), waived("nothing", key=["x"])]
    )
    assert ruled.verdicts.equals(report.verdicts)
    assert ruled.breaches.equals(report.breaches)
    assert ruled.attainment().equals(report.attainment())
    assert (ruled.summary, ruled.exit_code) == (report.summary, report.exit_code)
    assert [each for each in ruled.findings if each.kind != NO_VERDICT] == report.findings
    assert (report.rulings, report.after) == ([], report.summary)
    assert all(each.waived == 0 for each in (*report.after, *ruled.summary))
    assert ruled.ruled([]).after == report.summary


def test_a_ruling_is_on_its_verdict_and_no_other(report: Report) -> None:
    instance, period = waived("share", subject="T-03"), waived("share", period="2026-W10")
    up = waived("up", subject="video", period="2026-03", decision="upheld")
    ruled = report.ruled([instance, period, up])
    found = {each: ruled.ruling_on(each) for each in ruled.of(ruled.verdicts)}
    assert {each: ruling for each, ruling in found.items() if ruling is not None} == {
        verdict(ruled, "share", subject="T-03"): instance,
        verdict(ruled, "share", subject="", period="2026-W10"): period,
        verdict(ruled, "up", period="2026-03"): up,
    }
    assert ruled.holding == [instance, period, up]
    with pytest.raises(sla.SlaError, match="a ruling is on a verdict, found `T-03`"):
        ruled.ruling_on("T-03")  # type: ignore[arg-type]


def test_what_is_waived_is_left_out_and_what_is_upheld_is_not(report: Report) -> None:
    ruled = report.ruled(
        [
            waived("answer", subject="T-02"),
            waived("answer", subject="T-03"),
            waived("answer", subject="T-06", decision="upheld"),
        ]
    )
    before, after = report.summary[0], line(ruled, "answer")
    assert after.counts == before.counts - Counter({Outcome.BREACHED: 2})
    assert (after.waived, after.status, before.waived) == (2, "broken", 0)
    assert ruled.after[1:] == report.summary[1:]


def test_a_promise_whose_every_breach_is_waived_is_broken_no_more(report: Report) -> None:
    own = report.breaches.filter(pl.col("policy") == "answer")["subject"]
    assert line(report.ruled([waived("answer", subject=each) for each in own]), "answer").status == "kept"
    one = History().add("opened", "2026-03-02T10:00:00Z").add("answered", "2026-03-02T12:00:00Z")
    alone = Report(sla.judge(desk(), one.events, as_of=AS_OF)).ruled([waived("answer", subject="S")])
    assert (line(alone, "answer").status, line(alone, "answer").counts.total()) == ("not judged", 0)


def test_months_of_an_availability_are_waived_by_their_label(report: Report) -> None:
    for about in (
        {"period": "2026-03"},
        {"subject": "video", "period": "2026-03"},
        {"key": ["video"], "period": "2026-03"},
    ):
        after = line(report.ruled([waived("up", **about)]), "up")
        assert (dict(after.counts), after.status, after.waived) == ({Outcome.PENDING: 1}, "open", 1)


def test_a_waived_period_is_left_out_whatever_became_of_its_instances(report: Report) -> None:
    whole = waived("share", period="2026-W12")
    every = [
        waived("share", subject=each.subject)
        for each in report.of(report.verdicts)
        if (each.policy, each.period, each.outcome) == ("share", "2026-W12", "breached") and each.subject
    ]
    assert (line(report.ruled([whole]), "share").counts, len(every)) == (report.summary[1].counts, 3)
    after = line(report.ruled([whole, *every]), "share")
    assert (after.periods[Outcome.BREACHED], after.periods[Outcome.MET], after.waived) == (4, 0, 4)


def test_a_period_with_nothing_left_in_it_is_gone() -> None:
    only = History().add("opened", "2026-03-02T10:00:00Z", site="s").add("answered", "2026-03-02T14:00:00Z", site="s")
    made = Report(sla.judge(desk(), only.events, as_of=AS_OF)).ruled([waived("share", subject="S")])
    assert made.findings == made.ruled([]).findings
    assert (made.summary[1].periods, line(made, "share").periods.total()) == ({Outcome.BREACHED: 1}, 0)


# --- the law: to waive is to exempt ------------------------------------------------------------------------------

SHARES = [{"at_least": "50 %"}, {"at_least": "80 %"}, {"breached_less_than": "30 %"}, {"breached_at_most": "20 %"}]
FIRST = pendulum.datetime(2026, 2, 24)
HALF_DAYS = st.integers(0, 10)
"""From `FIRST` on: days before the end of a month, by which some tickets are late and others may still be."""
TICKETS = st.lists(
    st.tuples(HALF_DAYS, st.sampled_from(["met", "late", "open"]), st.booleans()), min_size=1, max_size=8
)


def told(lines: list[Any]) -> list[Any]:
    outcomes = (Outcome.MET, Outcome.BREACHED, Outcome.PENDING)
    return [([line.counts[each] for each in outcomes], +line.periods, line.status) for line in lines]


@settings(max_examples=100)
@example([(0, "open", True), (9, "open", False)], SHARES[0], "month", None, "2026-02-28T12:00:00Z")
@given(
    tickets=TICKETS,
    share=st.sampled_from(SHARES),
    per=st.sampled_from(["week", "month", "whole"]),
    end=st.sampled_from([None, "2026-02-28", "2026-06-01"]),
    as_of=st.sampled_from(["2026-02-28T12:00:00Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"]),
)
def test_counts_and_periods_are_those_that_there_would_be_if_what_is_waived_were_exempt(
    tickets: list[tuple[int, str, bool]], share: dict[str, str], per: str, end: str | None, as_of: str
) -> None:
    made = agreement(
        {
            "start": "opened",
            "stop": "closed",
            "limit": "48 h",
            "objective": {**share, "per": per},
            "exemptions": [{"id": "waived", "when": {"waived": True}}],
        },
        events={"opened": {"waived": {"kind": "boolean"}}, "closed": {}},
        in_force={"from": "2026-01-01", **({"to": end} if end else {})},
    )

    def history(exempt: set[str]) -> list[sla.Event]:
        written = History()
        for number, (half_days, outcome, _) in enumerate(tickets):
            subject, start = f"T-{number}", FIRST.add(hours=12 * half_days)
            data = {"waived": True} if subject in exempt else {}
            written.add("opened", start.isoformat(), subject=subject, **data)
            if outcome != "open":
                written.add("closed", start.add(hours=1 if outcome == "met" else 49).isoformat(), subject=subject)
        return written.events

    before = Report(sla.judge(made, history(set()), as_of=as_of), assume_complete=True)
    broken = {each.subject for each in before.of(before.verdicts) if each.outcome == "breached" and each.subject}
    chosen = {f"T-{number}" for number, (_, _, is_waived) in enumerate(tickets) if is_waived} & broken
    ruled = before.ruled([waived("p", subject=subject) for subject in sorted(chosen)])
    exempted = Report(sla.judge(made, history(chosen), as_of=as_of), assume_complete=True)
    assert told(ruled.after) == told(exempted.summary)
    assert ruled.after[0].waived == exempted.summary[0].counts[Outcome.EXEMPT] == len(chosen)


# --- what is odd is a finding ------------------------------------------------------------------------------------


def after(instant: str, micros: int = 0) -> str:
    return moment(at_micros(instant) + micros).isoformat()


DUE = "2026-03-03T21:00:00Z"


@pytest.mark.parametrize(
    ("rulings", "expected", "holds"),
    [
        ([waived("answer", subject="T-99")], [NO_VERDICT], 0),
        ([waived("anser", subject="T-02")], [NO_VERDICT], 0),
        ([waived("answer", subject="T-02", start="2026-03-03T20:00:00.000001Z")], [NO_VERDICT], 0),
        ([waived("answer", subject="T-02", start="2026-03-03T20:00:00Z")], [], 1),
        ([waived("answer", subject="T-02", key=["T-03"])], [NO_VERDICT], 0),
        ([waived("answer", period="2026-03")], [NO_VERDICT], 0),
        ([waived("share", subject="T-03", period="2026-W10")], [], 1),
        ([waived("share", subject="T-03", period="2026-W11")], [NO_VERDICT], 0),
        ([waived("share", key=["T-03", "s1"])], [], 1),
        ([waived("share", key=["T-03"])], [NO_VERDICT], 0),
        ([waived("up", subject="video")], [AMBIGUOUS], 0),
        ([waived("answer", subject="T-01")], [KEPT], 0),
        ([waived("answer", subject="T-07", decision="upheld")], [KEPT], 0),
        ([waived("up", period="2026-04")], [KEPT], 0),
        ([waived("answer", subject="T-02", at=DUE)], [EARLY], 1),
        ([waived("answer", subject="T-02", at=after(DUE, 1))], [], 1),
        ([waived("share", period="2026-W10", at="2026-03-09T03:59:59.999999Z")], [EARLY], 1),
        ([waived("share", period="2026-W10", at="2026-03-09T04:00:00Z")], [], 1),
        ([waived("up", period="2026-03", at="2026-03-01T05:00:00Z")], [EARLY], 1),
        ([waived("answer", subject="T-02", at=AS_OF)], [], 1),
        ([waived("answer", subject="T-02", at=after(AS_OF, 1))], [LATE], 1),
    ],
)
def test_findings(rulings: list[sla.Ruling], expected: list[str], holds: int, report: Report) -> None:
    ruled = report.ruled(rulings)
    assert kinds(ruled) == expected
    assert sum(each.waived for each in ruled.after) == holds


@pytest.mark.parametrize(
    ("first", "second", "expected", "counts"),
    [
        ({"at": "2026-04-01T10:00:00Z"}, {"at": "2026-04-01T10:00:00.000001Z", "decision": "upheld"}, [], 0),
        ({"at": "2026-04-01T10:00:00.000001Z"}, {"at": "2026-04-01T10:00:00Z", "decision": "upheld"}, [], 1),
        ({"at": "2026-04-01T10:00:00Z"}, {"at": "2026-04-01T10:00:00Z", "decision": "upheld"}, [CONFLICTING], 0),
        ({"at": "2026-04-01T10:00:00Z"}, {"decision": "upheld"}, [CONFLICTING], 0),
        ({}, {"decision": "upheld"}, [CONFLICTING], 0),
        ({}, {"by": "another"}, [], 1),
        ({"at": "2026-04-01T10:00:00Z"}, {"at": "2026-04-01T10:00:00Z"}, [], 1),
    ],
)
def test_of_two_rulings_the_later_holds(
    first: dict[str, Any], second: dict[str, Any], expected: list[str], counts: int, report: Report
) -> None:
    both = [waived("answer", subject="T-02", **each) for each in (first, second)]
    for some in (both, both[::-1]):
        ruled = report.ruled(some)
        assert (kinds(ruled), line(ruled, "answer").waived) == (expected, counts)
        on = ruled.ruling_on(verdict(ruled, "answer", subject="T-02"))
        assert (on is None) == bool(expected)
        assert len(ruled.rulings) == 2


def test_findings_say_where_and_what_would_be_right(report: Report) -> None:
    place = {"place": "r.yaml:4"}
    ruled = report.ruled(
        [
            waived("anser", subject="T-02", **place),
            waived("answer", subject="T-02", start="2026-03-03T20:00:01Z", **place),
            waived("up", subject="video", **place),
        ]
    )
    assert [(each.message, each.place) for each in ruled.findings] == [
        ("no policy `anser`, did you mean `answer`?", "r.yaml:4"),
        (
            "no verdict on `answer` of `T-02` is as the ruling says; there is T-02 from 2026-03-03 15:00:00 EST",
            "r.yaml:4",
        ),
        (
            "2 verdicts on `up` of `video`, name one by `start`, `key` or `period`; it counts for none; there are "
            "video from 2026-03-01 00:00:00 EST in 2026-03; video from 2026-04-01 00:00:00 EDT in 2026-04",
            "r.yaml:4",
        ),
    ]


def test_a_subject_that_begins_again_needs_its_start() -> None:
    made = agreement(
        {"start": "opened", "stop": "closed", "limit": "1 h", "occurrence": "each"}, events={"opened": {}, "closed": {}}
    )
    history = History()
    for day in (2, 3):
        history.add("opened", f"2026-03-0{day}T10:00:00Z").add("closed", f"2026-03-0{day}T12:00:00Z")
    report = Report(sla.judge(made, history.events))
    assert kinds(report.ruled([waived("p", subject="S")])) == [AMBIGUOUS]
    ruled = report.ruled([waived("p", subject="S", start="2026-03-03T11:00:00+01:00")])
    assert (kinds(ruled), dict(ruled.after[0].counts)) == ([], {Outcome.BREACHED: 1})


def test_each_version_of_an_agreement_has_a_line_and_a_share_of_its_own(tmp_path: Path) -> None:
    for year, share in (("2025", "80 %"), ("2026", "50 %")):
        made = {
            "agreement": "t",
            "in_force": {"from": f"{year}-01-01"},
            "clauses": [{"id": "c"}],
            "events": {"opened": {}, "closed": {}},
            "policies": [
                {"id": "p", "clause": "c", "kind": "deadline", "start": "opened", "stop": "closed", "limit": "1 h"}
                | {"objective": {"at_least": share, "per": "month"}}
            ],
        }
        (tmp_path / f"{year}-01-01.yaml").write_text(json.dumps(made), encoding="utf-8")
    history = History()
    for label in ("2025-12", "2026-01"):
        for day, hours in ((10, 1), (11, 2), (12, 2)):
            start, subject = f"{label}-{day}T10:00:00Z", f"{label}-{day}"
            history.add("opened", start, subject=subject).add("closed", after(start, hours * HOUR), subject=subject)
    report = Report(sla.judge(sla.load(tmp_path), history.events, as_of="2026-02-01T00:00:00Z"))
    ruled = report.ruled([waived("p", subject=f"{label}-11") for label in ("2025-12", "2026-01")])
    assert kinds(ruled) == []
    assert [(each.version, each.counts[Outcome.BREACHED], each.status) for each in ruled.after] == [
        ("2025-01-01", 1, "broken"),
        ("2026-01-01", 1, "kept"),
    ]
    gone = report.ruled([waived("p", period="2025-12")])
    assert [(each.waived, each.periods.total()) for each in gone.after] == [(1, 0), (0, 1)]


def test_a_ruling_on_another_agreement_is_refused(report: Report) -> None:
    assert report.ruled([waived("answer", subject="T-02", agreement="desk")]).after[0].waived == 1
    with pytest.raises(sla.InputError, match=r"r\.yaml:2: agreement is `acme`, the report is of `desk`"):
        report.ruled([waived("answer", subject="T-02", agreement="acme", place="r.yaml:2")])


def test_only_what_may_be_ruled_on_is_looked_up(report: Report) -> None:
    few = rows_of(report.judged, [waived("answer", subject="T-02"), waived("share", key=["T-03", "s1"])])
    assert {(row.policy, row.subject) for row in few} == {
        ("answer", "T-02"),
        ("share", "T-02"),
        ("share", "T-03"),
        ("share", ""),
    }
    frame = Report(through(judged())).ruled([waived("answer", subject="T-02"), waived("share", period="2026-W12")])
    assert frame.after == report.ruled(frame.rulings).after


# --- what people see ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ruled(report: Report) -> Report:
    own = {"by": "J. <Roy>", "why": "flood | fire\nand more"}
    return report.ruled(
        [
            waived("answer", subject="T-02", **own),
            waived("share", period="2026-W12", at="2026-04-01T10:00:00Z"),
            waived("up", period="2026-03"),
            waived("answer", subject="T-99", decision="upheld"),
        ]
    )


def test_reports_say_it_before_and_after(ruled: Report) -> None:
    text = ruled.to_markdown()
    assert "3 broken. After rulings: 2 broken, 1 open." in text
    assert "| waived | answer | T-02 | J. &lt;Roy> |  | flood \\| fire and more |" in text
    assert "| waived | share | 2026-W12 | J. Roy | 2026-04-01 06:00 |" in text
    assert "| upheld, does not count | answer | T-99 |" in text
    assert "| share | 11, 5 periods | 1 | 11, 4 periods | broken | broken |" in text
    assert "| up | 1 | 1 | 0 | broken | open |" in text
    assert "16:00:00 EST). Waived by J. &lt;Roy>: flood \\| fire and more |" in text


def test_the_terminal_says_it_before_and_after(ruled: Report, capsys: pytest.CaptureFixture[str]) -> None:
    ruled.show()
    text = capsys.readouterr().out
    assert "After rulings: 2 broken, 1 open." in text
    assert "share\t11, 5 periods\t1\t11, 4 periods\tbroken\tbroken" in text


def test_where_there_are_no_rulings_nothing_is_said_of_them(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    report.show()
    for text in (report.to_markdown(), report.to_json(), capsys.readouterr().out):
        assert "ruling" not in text.lower()


def test_the_json_has_rulings_and_both_summaries(ruled: Report) -> None:
    told = json.loads(ruled.to_json())
    jsonschema.validate(told, json_schema())
    assert [each["holds"] for each in told["rulings"]] == [True, True, True, False]
    assert (
        sla.rulings_of([{k: v for k, v in each.items() if k != "holds"} for each in told["rulings"]]) == ruled.rulings
    )
    assert [(each["waived"], each["status"]) for each in told["after_rulings"]] == [
        (1, "broken"),
        (1, "broken"),
        (1, "open"),
    ]
    assert [each["breached"] for each in told["summary"]] == [12, 11, 1]
    assert [each["breached"] for each in told["after_rulings"]] == [11, 11, 0]


def test_the_workbook_has_rulings_and_both_summaries(ruled: Report, report: Report, tmp_path: Path) -> None:
    for each in (report, ruled):
        each.to_excel(tmp_path / f"{len(each.rulings)}.xlsx")
    book = sheets(tmp_path / "4.xlsx")
    assert [(row["waived"], row["breached"], row["status"]) for row in book["after rulings"]] == [
        (1, 11, "broken"),
        (1, 11, "broken"),
        (1, 0, "open"),
    ]
    assert [row["case"] for row in book["rulings"]] == ["T-02", "2026-W12", "2026-03", "T-99"]
    assert set(book) - set(sheets(tmp_path / "0.xlsx")) == {"rulings", "after rulings"}


# --- many agreements ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two() -> Any:
    made = {
        "clauses": [{"id": "c"}],
        "events": {"opened": {"customer": {"kind": "text"}}, "closed": {}},
        "policies": [
            {"id": "p", "clause": "c", "kind": "deadline", "start": "opened", "stop": "closed", "limit": "1 h"},
            {"id": "share", "clause": "c", "kind": "deadline", "start": "opened", "stop": "closed", "limit": "1 h"}
            | {"objective": {"at_least": "80 %", "per": "month"}},
        ],
    }
    agreements = {name: sla.load({"agreement": f"of-{name}", **made}) for name in ("acme", "globex")}
    history = History()
    for subject, customer in (("A", "acme"), ("G", "globex")):
        history.add("opened", "2026-03-02T10:00:00Z", subject=subject, customer=customer)
        history.add("closed", "2026-03-02T12:00:00Z", subject=subject)
    return sla.evaluate(sla.Portfolio(agreements, by="customer"), history.events, as_of="2026-04-02T00:00:00Z")


def test_a_ruling_goes_to_the_agreement_that_has_the_verdict(two: Any) -> None:
    ruled = two.ruled([waived("p", subject="G"), waived("share", period="2026-03", agreement="acme")])
    assert [(each.agreement, each.policy.id, each.waived) for each in ruled.after] == [
        ("acme", "p", 0),
        ("acme", "share", 1),
        ("globex", "p", 1),
        ("globex", "share", 0),
    ]
    assert (ruled.findings, ruled.exit_code, len(ruled.rulings)) == (two.findings, two.exit_code, 2)
    assert ruled.verdicts.equals(two.verdicts)


@pytest.mark.parametrize(
    ("ruling", "kind", "message"),
    [
        (
            waived("share", period="2026-03"),
            AMBIGUOUS,
            "`share` in `2026-03`: acme, globex have such a verdict, name one by `agreement`; it counts for none",
        ),
        (waived("p", subject="X"), NO_VERDICT, "no agreement has a verdict on `p` of `X`"),
        (waived("p", subject="G", agreement="globx"), NO_VERDICT, "no agreement `globx`, did you mean `globex`?"),
    ],
)
def test_a_ruling_that_belongs_to_no_agreement_is_a_finding(two: Any, ruling: Any, kind: str, message: str) -> None:
    ruled = two.ruled([ruling])
    (found,) = ruled.findings
    assert (found.kind, found.message, found.agreement) == (kind, message, None)
    assert sum(each.waived for each in ruled.after) == 0
    assert message.replace("`", "") in ruled.to_markdown().replace("`", "")


def test_a_ruling_that_belongs_to_no_agreement_stays_and_everything_shows_it(two: Any, capsys: Any) -> None:
    fitting, lost = waived("p", subject="G"), waived("p", subject="X", at="2026-04-01T10:00:00Z", why="it was us")
    ruled = two.ruled([lost, fitting])
    assert (ruled.rulings, ruled.unowned) == ([fitting, lost], [lost])
    assert json.loads(ruled.to_json())["rulings"] == [{**lost.to_dict(), "holds": False}]
    row = ["waived, does not count", "p", "X", lost.by, "2026-04-01 10:00", "it was us"]
    assert f"| {' | '.join(row)} |" in ruled.to_markdown()
    ruled.show()
    shown = capsys.readouterr().out.splitlines()
    assert "\t".join(row) in shown
    assert any(line.startswith("finding ruling_without_verdict, 1: ") for line in shown)
    assert "rulings" not in json.loads(two.ruled([fitting]).to_json())


def test_a_ruling_that_does_not_fit_the_agreement_it_names_is_a_finding_there(two: Any) -> None:
    (found,) = two.ruled([waived("p", subject="G", agreement="acme")]).findings
    assert (found.kind, found.agreement) == (NO_VERDICT, "acme")
