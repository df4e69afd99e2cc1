"""How a source is read: what `columns=` takes, what is said where nothing is, and what of a preset is of use."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import sla_rules as sla
from sla_rules.adapters.choosing import chosen
from sla_rules.adapters.incoming import mapped_events
from sla_rules.adapters.looking import fitting
from sla_rules.adapters.presets import PRESETS
from tests.conftest import agreement

EVENTS: dict[str, Any] = {"ticket.opened": {}, "ticket.closed": {}}
TERMS = agreement({"start": "ticket.opened", "stop": "ticket.closed", "limit": "8 h"}, events=EVENTS)
TABLES = [preset for preset in PRESETS.values() if preset.rows is None]
MAP = {
    "shape": "milestones",
    "columns": {"subject": "number"},
    "milestones": {"begun": "ticket.opened", "ended": "ticket.closed"},
}
WIDE = pl.DataFrame({"number": ["A"], "begun": ["2026-03-02T12:00Z"], "ended": ["2026-03-02T13:00Z"]})
INCIDENTS = {
    "number": ["INC1", "INC2"],
    "opened_at": ["2026-03-02 12:00:00"] * 2,
    "sys_updated_on": ["2026-03-02 15:00:00"] * 2,
    "resolved_at": ["2026-03-02 14:00:00", ""],
    "closed_at": ["2026-03-02 15:00:00", ""],
}
OTHERS = {f"u_{number:02}": ["x", "y"] for number in range(30)}


def kinds(report: sla.Report) -> list[str]:
    return sorted(finding.kind for finding in report.findings)


class TestWhatSaysAMap:
    def test_a_mapping_is_taken_as_the_map_that_it_says(self) -> None:
        report = sla.evaluate(TERMS, WIDE, columns=MAP)
        assert report.verdicts["outcome"].to_list() == ["met"]
        assert report.verdicts.equals(sla.evaluate(TERMS, WIDE, columns=sla.load_map(MAP)).verdicts)

    @pytest.mark.parametrize(
        "said",
        [
            {"columns": {"subject": "number"}},
            {"milestones": {"begun": "ticket.opened"}, "shape": "milestones"},
            {"values": {"priority": {"1": "P1"}}},
            {"times": ["%d/%m/%Y"]},
            {"shape": "changes"},
            {"shape": "changes", "timezone": "UTC"},
            {"shape": "events", "type": "ticket.opened"},
        ],
    )
    def test_every_key_of_a_map(self, said: dict[str, Any]) -> None:
        how = chosen(said, None)
        assert how is not None
        assert how.map == sla.load_map(said)

    @pytest.mark.parametrize(
        "names",
        [
            {},
            {"subject": "number", "type": "kind"},
            {"type": "kind"},
            {"timezone": "tz"},
            {"subject": "number", "values": "amounts"},
            {"subject": "number", "shape": "form"},
        ],
    )
    def test_names_stay_names(self, names: dict[str, str]) -> None:
        assert chosen(names, None) is None

    @pytest.mark.parametrize(
        ("said", "message"),
        [
            ({**MAP, "milestone": {}}, "unknown key `milestone`, did you mean `milestones`?"),
            ({"milestons": {"begun": "ticket.opened"}}, "did you mean `milestones`?"),
            ({"shape": "changes", "subject": "key"}, "unknown key `subject`"),
            ({"missing": "?"}, "missing"),
        ],
    )
    def test_a_map_that_is_wrong_is_refused_as_one(self, said: dict[str, Any], message: str) -> None:
        with pytest.raises(sla.AgreementError) as refused:
            sla.evaluate(TERMS, WIDE, columns=said)
        assert message in str(refused.value)

    def test_beside_a_preset_it_changes_the_preset(self) -> None:
        frame = pl.DataFrame(INCIDENTS).rename({"opened_at": "reported_at"}).drop("sys_updated_on")
        said: dict[str, Any] = {
            "shape": "milestones",
            "milestones": {"reported_at": "ticket.opened"},
            "timezone": "UTC",
        }
        with pytest.raises(sla.InputError, match="no column `opened_at`"):
            sla.evaluate(TERMS, frame, preset="servicenow-incident", columns=said)
        frame = pl.DataFrame(INCIDENTS)
        said = {"values": {"priority": {"1": "P1"}}, "timezone": "UTC"}
        assert sla.evaluate(TERMS, frame, preset="servicenow-incident", columns=said).verdicts.height == 2

    def test_they_are_public(self) -> None:
        assert {"SourceMap", "load_map", "PRESETS"} <= set(sla.__all__)
        assert isinstance(sla.PRESETS["pm4py"].map, sla.SourceMap)


class TestWithoutPresetOrMap:
    @pytest.mark.parametrize("sort", ["csv", "parquet", "polars", "lazy", "pandas", "arrow"])
    def test_the_preset_that_it_looks_like_is_named(self, sort: str, tmp_path: Path) -> None:
        frame, where = pl.DataFrame({**INCIDENTS, **OTHERS}), ""
        source: Any = {"lazy": frame.lazy, "pandas": frame.to_pandas, "arrow": frame.to_arrow}.get(
            sort, lambda: frame
        )()
        if sort in ("csv", "parquet"):
            source = tmp_path / f"export.{sort}"
            where = f"{source}: "
            frame.write_csv(source) if sort == "csv" else frame.write_parquet(source)
        with pytest.raises(sla.InputError) as refused:
            sla.evaluate(TERMS, source)
        shown = [*INCIDENTS, *OTHERS][:10]
        assert str(refused.value) == (
            f"{where}no column `type`; looks like `servicenow-incident`: give `preset=`; columns: {shown} and 25 more"
        )

    def test_of_a_glob_the_file_that_lacks_it_is_named(self, tmp_path: Path) -> None:
        pl.DataFrame({"type": ["x"], "subject": ["A"], "time": ["2026-03-02T12:00Z"]}).write_csv(tmp_path / "a.csv")
        pl.DataFrame(INCIDENTS).write_csv(tmp_path / "b.csv")
        with pytest.raises(sla.InputError, match=r"b\.csv: no column `type`; looks like `servicenow-incident`"):
            sla.evaluate(TERMS, str(tmp_path / "*.csv"))

    @pytest.mark.parametrize(("more", "counted"), [(0, "]"), (1, "] and 1 more")])
    def test_ten_columns_are_listed(self, more: int, counted: str) -> None:
        frame = pl.DataFrame({f"c{number}": ["x"] for number in range(10 + more)})
        with pytest.raises(sla.InputError) as refused:
            sla.evaluate(TERMS, frame)
        assert (
            str(refused.value)
            == f"no column `type`; columns: {[f'c{n}' for n in range(10)]}{counted.removeprefix(']')}"
        )
        with pytest.raises(sla.InputError) as mapped:
            sla.evaluate(TERMS, frame, columns=MAP)
        assert str(mapped.value).endswith(f"'c9'{counted}")

    def test_of_two_presets_that_with_most_columns(self) -> None:
        both = {"unique_key", "created_date", "closed_date", "number", "opened_at", "resolved_at", "closed_at"}
        best = fitting(both, TABLES)
        assert best is not None
        assert best.name == "servicenow-incident"
        assert fitting({"number", "opened"}, TABLES) is None
        for preset in TABLES:
            assert fitting({*preset.map.named, *preset.needs}, TABLES) is preset

    def test_events_that_look_like_a_preset_stay_events(self) -> None:
        """Nobody is asked for a preset where the columns of events are there."""
        frame = pl.DataFrame({**INCIDENTS, "type": ["ticket.opened"] * 2, "time": ["2026-03-02T12:00Z"] * 2})
        assert sla.evaluate(TERMS, frame, columns={"subject": "number"}).verdicts.height == 2


class TestWhatAPresetOffers:
    HOW: dict[str, Any] = {"preset": "servicenow-incident", "timezone": "UTC"}

    def test_what_the_agreement_does_not_declare_is_left_out(self) -> None:
        report = sla.evaluate(TERMS, pl.DataFrame(INCIDENTS), **self.HOW)
        assert kinds(report) == []
        assert report.judged.given == {"ticket.opened": 2, "ticket.closed": 1}
        events, _ = mapped_events(pl.DataFrame(INCIDENTS), TERMS, **self.HOW)
        assert sorted(event.type for event in events) == ["ticket.closed", "ticket.opened", "ticket.opened"]

    def test_what_it_declares_stays(self) -> None:
        terms = agreement(
            {"start": "ticket.opened", "stop": "ticket.resolved", "limit": "8 h"},
            events={"ticket.opened": {}, "ticket.resolved": {}},
        )
        report = sla.evaluate(terms, pl.DataFrame(INCIDENTS), **self.HOW)
        assert report.judged.given == {"ticket.opened": 2, "ticket.resolved": 1}

    @pytest.mark.parametrize(
        "columns",
        [
            {"shape": "milestones", "milestones": {"resolved_at": "ticket.resolved"}},
            {"shape": "milestones", "milestones": {"resolved_at": "ticket.solved"}},
            {"types": {"ticket.resolved": "ticket.solved"}},
        ],
    )
    def test_what_somebody_names_is_a_finding(self, columns: dict[str, Any]) -> None:
        assert kinds(sla.evaluate(TERMS, pl.DataFrame(INCIDENTS), columns=columns, **self.HOW)) == ["unknown_type"]

    def test_a_map_of_ones_own_is_a_finding(self) -> None:
        own = PRESETS["servicenow-incident"].map
        assert kinds(sla.evaluate(TERMS, pl.DataFrame(INCIDENTS), columns=own, timezone="UTC")) == ["unknown_type"]

    def test_where_nothing_would_be_left_all_are_findings(self) -> None:
        other = agreement({"start": "opened", "stop": "closed", "limit": "8 h"}, events={"opened": {}, "closed": {}})
        report = sla.evaluate(other, pl.DataFrame(INCIDENTS), **self.HOW)
        assert kinds(report) == ["unknown_type"] * 3
        assert report.check_the_mapping == ["check the mapping: no `opened` in this source (p)"]

    def test_of_a_portfolio_what_one_of_its_agreements_declares_stays(self) -> None:
        resolved = agreement(
            {"start": "ticket.opened", "stop": "ticket.resolved", "limit": "1 h"},
            events={"ticket.opened": {"company": {"kind": "text"}}, "ticket.resolved": {}},
        )
        closed = agreement(
            {"start": "ticket.opened", "stop": "ticket.closed", "limit": "1 h"},
            events={"ticket.opened": {"company": {"kind": "text"}}, "ticket.closed": {}},
        )
        frame = pl.DataFrame({**INCIDENTS, "resolved_at": ["2026-03-02 14:00:00"] * 2, "company": ["a", "b"]})
        portfolio = sla.Portfolio({"a": resolved, "b": closed}, by="company")
        report = sla.evaluate(portfolio, frame, as_of="2026-03-03T00:00:00Z", **self.HOW)
        told = {name: each.verdicts["stop"].is_not_null().to_list() for name, each in report.reports.items()}
        assert told == {"a": [True], "b": [False]}

    @pytest.mark.parametrize(("as_of", "outcome"), [("2026-03-03T00:00:00Z", "met"), (None, "breached")])
    def test_a_portfolio_too_knows_no_rows_of_later(self, as_of: str | None, outcome: str) -> None:
        frame = pl.DataFrame(
            {
                "number": ["INC1", "INC1"],
                "opened_at": ["2026-03-02 12:00:00"] * 2,
                "sys_updated_on": ["2026-03-02 14:00:00", "2026-03-04 14:00:00"],
                "closed_at": ["2026-03-02 14:00:00", "2026-03-04 14:00:00"],
                "company": ["a", "a"],
            }
        )
        terms = agreement(
            {"start": "ticket.opened", "stop": "ticket.closed", "limit": "8 h"},
            events={"ticket.opened": {"company": {"kind": "text"}}, "ticket.closed": {}},
        )
        report = sla.evaluate(sla.Portfolio({"a": terms}, by="company"), frame, as_of=as_of, **self.HOW)
        assert report.reports["a"].verdicts["outcome"].to_list() == [outcome]


class TestNearMisses:
    TERMS = agreement(
        {"start": "opened", "stop": "closed", "limit": {"until": "case:enddate"}},
        events={"opened": {"case:enddate": {"kind": "instant"}}, "closed": {}},
    )
    ROWS: dict[str, Any] = {
        "type": ["opened", "closed"],
        "subject": ["A", "A"],
        "time": ["2026-03-02T12:00:00Z", "2026-03-02T13:00:00Z"],
        "case:startdate": ["2026-03-01T00:00:00Z"] * 2,
    }
    NULL: dict[str, Any] = {"case:enddate": pl.Series([None, None], dtype=pl.String)}

    def sources(self, rows: dict[str, Any], tmp_path: Path) -> list[tuple[Any, dict[str, Any]]]:
        frame = pl.DataFrame(rows)
        frame.write_csv(tmp_path / "log.csv")
        frame.write_parquet(tmp_path / "log.parquet")
        renamed = frame.rename({"subject": "case"})
        named: list[tuple[Any, dict[str, Any]]] = [
            (each, {"columns": sla.load_map({"columns": {"subject": "case"}})}) for each in (renamed, renamed.lazy())
        ]
        return [(each, {}) for each in (frame, frame.lazy(), tmp_path / "log.csv", tmp_path / "log.parquet")] + named

    def test_a_column_beside_the_declared_one_is_no_misspelling(self, tmp_path: Path) -> None:
        for source, how in self.sources({**self.ROWS, **self.NULL}, tmp_path):
            assert kinds(sla.evaluate(self.TERMS, source, **how)) == []

    def test_a_column_in_its_place_is_one(self, tmp_path: Path) -> None:
        for source, how in self.sources(self.ROWS, tmp_path):
            (found,) = sla.evaluate(self.TERMS, source, **how).findings
            assert (found.kind, found.message) == (
                "unknown_field",
                "opened: unknown field `case:startdate`, did you mean `case:enddate`?",
            )

    def test_lines_of_json_have_each_their_own_fields(self, tmp_path: Path) -> None:
        """There a misspelling in one line is one, whatever the others have."""
        path = tmp_path / "log.jsonl"
        path.write_text(
            '{"type": "opened", "subject": "A", "time": "2026-03-02T12:00Z", "case:enddate": "2026-03-03T00:00Z"}\n'
            '{"type": "opened", "subject": "B", "time": "2026-03-02T12:00Z", "case:endate": "2026-03-03T00:00Z"}\n'
        )
        assert kinds(sla.evaluate(self.TERMS, path)) == ["unknown_field"]
