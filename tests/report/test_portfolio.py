"""Reports on many agreements over one log: from any source what `judge` says, agreement by agreement and together."""

import json
import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import moment
from sla_rules.report import evaluating
from sla_rules.report.portfolio import PortfolioReport
from tests.columnar.ties import SLOTS, at
from tests.columnar.tools import WRITERS, as_rows, in_parts, with_columns, with_json
from tests.comparing import apart, told, without_nulls
from tests.conftest import History
from tests.evaluators.test_portfolio import LAWFUL, TWO, desk, logs, maintenance, small, ticket

SHARE = {"at_least": "50 %", "per": "month"}
SHARED = sla.load(
    {
        **small().raw,
        "agreement": "shared",
        "clauses": [{"id": "c", "strength": "target"}],
        "events": {**small().raw["events"], "opened": {"customer": {"kind": "text"}, "team": {"kind": "text"}}},
        "policies": [{**small().raw["policies"][0], "id": "first", "objective": SHARE}],
    }
)
THREE = sla.Portfolio({"acme": desk(), "globex": desk("3 h"), "umbrella": SHARED}, by="customer")


def log() -> History:
    """Tickets of three customers, of one whom nobody knows, of one who changes, and maintenance for all."""
    history = maintenance(History())
    for number, customer in enumerate(("acme", "globex", "umbrella", "acmee", None)):
        ticket(history, f"T-{number}", 3, **({"customer": customer, "team": "red"} if customer else {}))
        ticket(history, f"U-{number}", 1, **({"customer": customer} if customer else {}))
    return history.add("moved", "2026-03-03T10:00:00Z", subject="T-0", customer="globex")


@pytest.fixture(scope="module")
def report() -> PortfolioReport:
    return sla.evaluate(THREE, log().events)


# --- from any source ---------------------------------------------------------------------------------------------


def differences(events: list[sla.Event], found: PortfolioReport, as_of: Any) -> list[str]:
    """Every difference between what `judge` says and a report."""
    expected = sla.judge(found.portfolio, events, as_of=as_of)
    said = []
    for name, verdicts in expected.by_agreement.items():
        judged = found.reports[name].judged
        given = {type: count for type, count in judged.given.items() if count}
        types = {event.type for event in events}
        assert judged.given.keys() == types
        verdicts.given = {**dict.fromkeys(types, 0), **verdicts.given}
        assert given == {type: count for type, count in verdicts.given.items() if count}
        said += apart(verdicts, found.reports[name])
    said += [] if expected.as_of == found.as_of else ["as_of"]
    own = [each for each in expected.findings if each.agreement is None]
    both = Counter(map(told, own)), Counter(map(told, found.left))
    return said + [f"{each}" for each in ((both[0] - both[1]) + (both[1] - both[0])).elements()]


@settings(max_examples=15)
@given(events=logs(), slot=st.none() | st.sampled_from(SLOTS))
def test_lists_of_events(events: list[sla.Event], slot: int | None) -> None:
    as_of = None if slot is None else moment(at(slot))
    assert differences(events, sla.evaluate(LAWFUL, events, as_of=as_of), as_of) == []


@settings(max_examples=25)
@given(events=logs(), slot=st.none() | st.sampled_from(SLOTS), seed=st.integers(0, 2**32))
def test_frames(events: list[sla.Event], slot: int | None, seed: int) -> None:
    as_of = None if slot is None else moment(at(slot))
    rows = as_rows(random.Random(seed).sample(without_nulls(events), len(events)))
    agreement = LAWFUL.agreements["acme"]
    for source in (with_json(rows), with_columns(rows, agreement).lazy()):
        assert differences(events, sla.evaluate(LAWFUL, source, as_of=as_of), as_of) == []


@settings(max_examples=4)
@given(events=logs(), slot=st.none() | st.sampled_from(SLOTS), most=st.sampled_from((0, 1, 4)))
def test_files_that_memory_does_not_hold(events: list[sla.Event], slot: int | None, most: int) -> None:
    as_of = None if slot is None else moment(at(slot))
    rows = as_rows(without_nulls(events))
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluating, "IN_MEMORY", most)
        folder = Path(name) / "scratch"
        folder.mkdir()
        paths = [
            WRITERS["jsonl"](part, LAWFUL.agreements["acme"], Path(name) / f"{number}.jsonl")
            for number, part in enumerate(in_parts(rows, 3))
        ]
        steps: list[tuple[int, int, str]] = []
        found = sla.evaluate(LAWFUL, paths, as_of=as_of, scratch=folder, progress=lambda *step: steps.append(step))
        laid_down = [step for step in steps if step[1] == 0]
        assert (len(rows), 0, "laying down events") in laid_down or len(rows) <= most
        assert differences(events, found, as_of) == []
        del found
        assert list(folder.iterdir()) == []


def test_a_source_that_fails_leaves_nothing_behind(tmp_path):
    (tmp_path / "bad.jsonl").write_text("{}\n", encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(sla.InputError, match="no row is an event"):
        sla.evaluate(THREE, tmp_path / "bad.jsonl", scratch=scratch)
    assert list(scratch.iterdir()) == []


def test_places_of_findings(tmp_path):
    path = WRITERS["jsonl"](as_rows(log().events), desk(), tmp_path / "log.jsonl")
    path.write_text(path.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    found = [(each.kind, each.subject, each.place) for each in sla.evaluate(THREE, path).findings]
    assert found[0] == ("unreadable", None, "log.jsonl:23")
    assert ("no_agreement", "T-3", "log.jsonl:14") in found
    assert found[-1] == ("contract_changed", "T-0", "log.jsonl:22")


@pytest.mark.parametrize("values", [[1, 2, None], [1.0, 2.0, None], ["1", "2", ""], [True, False, None]])
def test_columns_of_any_type_name_agreements(values):
    names = {"1": desk(), "2": desk("3 h"), "true": small()}
    frame = pl.DataFrame(
        {"type": "opened", "subject": ["a", "b", "c"], "time": "2026-03-02T10:00:00Z", "contract": values}
    )
    found = sla.evaluate(sla.Portfolio(names, by="contract"), frame)
    named = [(each, row) for each, row in found.verdicts.select("agreement", "subject").iter_rows()]
    assert named == ([("true", "a")] if values[0] is True else [("1", "a"), ("2", "b")])
    assert [each.subject for each in found.left] == (["b", "c"] if values[0] is True else ["c"])


def test_lists_and_records_name_none():
    frame = pl.DataFrame(
        {"type": "opened", "subject": ["a"], "time": "2026-03-02T10:00:00Z", "customer": [["acme"]]},
    )
    (left,) = sla.evaluate(TWO, frame).left
    assert left.message.startswith("no agreement for `customer` `['acme']`")


def test_text_is_read_as_each_agreement_declares_it(tmp_path):
    """Of a CSV file, in which all is text: two agreements may mean different things by one column."""
    events = {**small().raw["events"], "opened": {"customer": {"kind": "text"}}}

    def by_level(kind: str, level: Any) -> sla.Agreement:
        declared = {**events, "opened": {**events["opened"], "level": {"kind": kind}}}
        return small(events=declared, policies=[{**small().raw["policies"][0], "applies": {"level": level}}])

    path = tmp_path / "log.csv"
    rows = ("acme,a,1", "acme,b,01", "globex,c,1", "globex,d,01")
    path.write_text(
        "customer,subject,level,type,time\n" + "".join(f"{row},opened,2026-03-02T10:00:00Z\n" for row in rows),
        encoding="utf-8",
    )
    portfolio = sla.Portfolio({"acme": by_level("integer", 1), "globex": by_level("text", "1")}, by="customer")
    assert len(portfolio.readers()) == 2
    found = sla.evaluate(portfolio, path)
    assert found.verdicts["subject"].to_list() == ["a", "b", "c"]
    assert found.findings == []


def test_arguments_are_those_of_one_agreement(tmp_path):
    frame = pl.DataFrame(
        {"kind": "opened", "case": ["a"], "at": ["2026-03-02T10:00:00"], "owner": "acme", "type": "nothing"}
    )
    columns = {"type": "kind", "subject": "case", "time": "at", "customer": "owner"}
    found = sla.evaluate(TWO, frame, columns=columns, timezone="America/Toronto")
    assert found.verdicts["start"].to_list() == [moment(1_772_463_600_000_000)]
    with pytest.raises(sla.InputError, match="neither `columns`"):
        sla.evaluate(TWO, log().events, columns=columns)
    with pytest.raises(sla.InputError, match="unknown kind `freez`"):
        sla.evaluate(TWO, frame, windows=[sla.Window(kind="freez", start="2026-03-02T10:00:00Z")])


@pytest.mark.parametrize("form", ["csv", "frame", "reader"])
def test_windows_are_what_they_are_for_an_agreement(form, tmp_path):
    """A source is read once, whichever agreements know its kinds, and also one that can be read only once."""
    windows = pl.DataFrame({"kind": ["freeze"], "start": ["2026-03-02 10:00:00"], "end": ["2026-03-02 11:30:00"]})
    windows.write_csv(tmp_path / "w.csv")
    portfolio = sla.Portfolio({"acme": desk(), "globex": desk(), "small": small()}, by="customer")
    history = History()
    for name in portfolio.agreements:
        ticket(history, name, 2, customer=name)
    frame = with_columns(as_rows(history.events), desk())
    source = {"csv": tmp_path / "w.csv", "frame": windows, "reader": windows.to_arrow().to_reader()}[form]
    found = sla.evaluate(portfolio, frame, windows=source, timezone="UTC")
    assert found.breaches["agreement"].to_list() == ["small"]
    windows.with_columns(pl.col("start", "end") + "Z").write_csv(tmp_path / "z.csv")
    judged = sla.judge(portfolio, history.events, windows=[tmp_path / "z.csv"])
    assert [each.agreement for each in judged if each.outcome == "breached"] == ["small"]
    only = sla.Portfolio({"acme": desk(), "shared": SHARED}, by="customer").only("first")
    assert sla.evaluate(only, history.events, windows=tmp_path / "z.csv").exit_code == 0


def stating(portfolio, form, tmp_path):
    """What each of three tickets states: of acme that it was kept, of globex that not, of umbrella nothing."""
    history = maintenance(History())
    for name, hours, said in (("acme", 1, True), ("globex", 5, True), ("umbrella", 5, None), ("nobody", 1, True)):
        ticket(history, name, hours, customer=name)
        if said is not None:
            history.add("moved", "2026-03-02T16:00:00Z", subject=name, made_sla=said)
    rows = as_rows(history.events)
    if form == "list":
        return sla.evaluate(portfolio, history.events)
    if form == "columns":
        plain = [{**row["data"], **{name: row[name] for name in ("id", "type", "subject", "time")}} for row in rows]
        return sla.evaluate(portfolio, pl.DataFrame(plain, infer_schema_length=None))
    return sla.evaluate(portfolio, with_json(rows))


@pytest.mark.parametrize("form", ["list", "columns", "json"])
def test_against_what_the_source_says_agreement_by_agreement(form, tmp_path):
    three = sla.Portfolio({"acme": small(), "globex": small(), "umbrella": SHARED, "empty": small()}, by="customer")
    report = stating(three, form, tmp_path)
    found = report.against("made_sla")
    assert list(found) == ["acme", "globex", "umbrella"]
    cases = {name: each.cases.select("subject", "stated", "outcome").rows() for name, each in found.items()}
    assert cases == {
        "acme": [("acme", "kept", "met")],
        "globex": [("globex", "kept", "breached")],
        "umbrella": [("umbrella", "unknown", "breached")],
    }
    assert list(report.against("made_sla", policy="first")) == ["umbrella"]
    with pytest.raises(sla.InputError, match=r"^acme: no event has a field `made_sl`, did you mean `made_sla`"):
        report.against("made_sl")
    with pytest.raises(sla.InputError, match="no policy `frist`, did you mean `first`"):
        report.against("made_sla", policy="frist")
    with pytest.raises(sla.InputError, match="no agreement has a verdict to compare with"):
        sla.evaluate(three, []).against("made_sla")


def test_the_headline_is_in_the_zone_that_all_share():
    for zones, said in ((["Europe/Paris"] * 2, "12:00:00 CET"), (["Europe/Paris", "UTC"], "11:00:00 UTC")):
        own = {name: small(timezone=zone) for name, zone in zip(("a", "b"), zones, strict=True)}
        report = sla.evaluate(sla.Portfolio(own, by="customer"), ticket(History(), "T", 1, customer="a").events)
        assert f"as of 2026-03-02 {said}: " in report.headline


# --- what the report says ----------------------------------------------------------------------------------------


def test_frames_with_the_agreement_first(report):
    assert report.verdicts.columns[:2] == report.breaches.columns[:2] == ["agreement", "policy"]
    assert report.verdicts.select("agreement", "subject").filter(pl.col("subject").str.starts_with("T")).rows() == [
        ("acme", "T-0"),
        ("globex", "T-1"),
        ("umbrella", "T-2"),
    ]
    broken = report.breaches.select("agreement", "policy", "subject", "reason").rows()
    assert [row[:3] for row in broken] == [("acme", "answer", "T-0")]
    assert broken[0][3] == report.reports["acme"].breaches["reason"][0]
    assert report.lazy.collect().sort(pl.all()).equals(report.verdicts.sort(pl.all()))


def test_attainment_by_agreement_and_field(report):
    counted = report.attainment().filter(pl.col("policy") != "up")
    assert counted.select("agreement", "policy", "met", "breached").rows() == [
        ("acme", "answer", 1, 1),
        ("globex", "answer", 2, 0),
        ("umbrella", "first", 1, 1),
    ]
    by_team = report.attainment(by="team")
    assert by_team.columns[:4] == ["agreement", "policy", "period", "team"]
    assert by_team.filter(pl.col("agreement") == "acme")["team"].to_list() == [None]
    assert by_team.filter(pl.col("policy") == "first").select("team", "met").rows() == [(None, 1), ("red", 0)]
    with pytest.raises(sla.InputError, match="no event has a field `tem`, did you mean `team`"):
        report.attainment(by="tem")
    with pytest.raises(sla.InputError, match="column `agreement` already"):
        report.attainment(by="agreement")


def test_attainment_where_one_agreement_has_versions(tmp_path):
    for day, limit in (("2025-01-01", "1 h"), ("2026-01-01", "3 h")):
        said = {**small().raw, "agreement": "amended"}
        said["policies"] = [{**said["policies"][0], "limit": limit}]
        (tmp_path / f"{day}.yaml").write_text(json.dumps(said), encoding="utf-8")
    portfolio = sla.Portfolio({"acme": small(), "globex": sla.load(tmp_path)}, by="customer")
    found = sla.evaluate(portfolio, log().events).attainment()
    assert found.select("agreement", "policy", "version").rows() == [
        ("acme", "answer", None),
        ("globex", "answer", "2026-01-01"),
    ]


def test_summary_and_exit_code(report):
    assert [(line.agreement, line.policy.id, line.status) for line in report.summary if line.policy.id != "up"] == [
        ("acme", "answer", "broken"),
        ("globex", "answer", "kept"),
        ("umbrella", "first", "open"),
    ]
    assert (report.exit_code, [each.exit_code for each in report.reports.values()]) == (1, [1, 0, 0])
    in_time = ticket(ticket(History(), "T-1", 1, customer="acme"), "T-2", 3, customer="globex")
    assert sla.evaluate(TWO, in_time.events).exit_code == 0
    assert report.overview.row(0, named=True) == {
        "agreement": "acme",
        "kept": 0,
        "broken": 1,
        "open": 0,
        "not judged": 0,
        "no data": 1,
        "breaches": 1,
    }


def test_findings_tell_their_agreement(report):
    history = log().add("opend", "2026-03-02T10:00:00Z", subject="T-1")
    found = [(each.kind, each.agreement) for each in sla.evaluate(THREE, history.events).findings]
    assert found == [*[("no_agreement", None)] * 4, ("contract_changed", None), ("unknown_type", "globex")]
    assert report.findings == list(sla.judge(THREE, log().events).findings)


def test_a_type_that_occurs_anywhere_in_the_log_is_mapped():
    """That one customer has no answers is no sign of a wrong mapping where another one has."""
    history = ticket(History(), "T-1", 1, customer="acme")
    history.add("opened", "2026-03-02T10:00:00Z", subject="T-2", customer="umbrella")
    history.add("moved", "2026-03-09T10:00:00Z", subject="T-2")
    portfolio = sla.Portfolio({"acme": small(), "umbrella": small()}, by="customer")
    report = sla.evaluate(portfolio, history.events)
    assert report.check_the_mapping == []
    assert report.breaches["agreement"].to_list() == ["umbrella"]
    none = sla.evaluate(portfolio, [event for event in history.events if event.type != "answered"])
    assert none.check_the_mapping == [
        f"{name}: check the mapping: no `answered` in this source (answer)" for name in portfolio.agreements
    ]
    assert none.exit_code == 0


def test_a_log_that_never_names_an_agreement_is_not_mapped():
    history = ticket(History(), "T-1", 1)
    for source in (history.events, with_json(as_rows(history.events))):
        report = sla.evaluate(TWO, source)
        assert report.check_the_mapping[0] == "check the mapping: no event says its `customer`"
        assert "> check the mapping" in report.to_markdown()
    assert sla.evaluate(TWO, []).check_the_mapping[0].startswith("acme: ")


# --- for other tools ---------------------------------------------------------------------------------------------


def test_json(report, tmp_path):
    text = report.to_json(tmp_path / "report.json")
    assert (tmp_path / "report.json").read_text(encoding="utf-8") == text
    said = json.loads(text)
    assert (said["format"], said["by"], list(said["agreements"])) == (1, "customer", ["acme", "globex", "umbrella"])
    assert said["agreements"]["acme"] == json.loads(report.reports["acme"].to_json())
    assert [each["kind"] for each in said["findings"]] == [*["no_agreement"] * 4, "contract_changed"]
    with pytest.raises(sla.SlaError, match="cannot be written"):
        report.to_json(tmp_path)


def test_tables(report, tmp_path):
    report.to_csv(tmp_path / "report.csv")
    lines = (tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(report.verdicts) + 1
    assert lines[0].startswith("agreement,policy,subject,")
    assert report.to_csv().splitlines()[0] == lines[0]
    report.to_parquet(tmp_path / "report.parquet")
    again = pl.read_parquet(tmp_path / "report.parquet")
    assert again.sort(pl.all()).equals(report.verdicts.sort(pl.all()))
    told = json.loads(pl.read_parquet_metadata(tmp_path / "report.parquet")["sla_rules"])
    assert told["agreements"]["globex"]["events"] == 5
    assert report.to_arrow().column_names == report.to_pandas().columns.to_list() == report.verdicts.columns


def test_markdown(report):
    text = report.to_markdown()
    assert text.startswith("# Portfolio by customer\n\n3 agreements by `customer` as of ")
    assert "| acme | 0 | 1 | 0 | 0 | 1 | 1 |" in text
    assert [line for line in text.splitlines() if line.startswith(("# ", "## "))] == [
        "# Portfolio by customer",
        "## Findings",
        "## desk (acme)",
        "## desk (globex)",
        "## shared (umbrella)",
    ]
    assert "\n### Promises\n" in text


def test_names_cannot_break_the_markdown():
    portfolio = sla.Portfolio({"a|b\n# <b>": desk()}, by="customer")
    text = sla.evaluate(portfolio, ticket(History(), "T", 2, customer="a|b\n# <b>").events).to_markdown()
    assert "| a\\|b # &lt;b> |" in text
    assert "## desk (a|b # &lt;b>)" in text


def test_the_terminal(report, capsys):
    report.show()
    text = capsys.readouterr().out
    for said in ("3 agreements by `customer`", "no_agreement, 8", "acme", "umbrella", "1 x c"):
        assert said in text
