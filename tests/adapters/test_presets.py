"""The presets of tables, on files in the documented form of their product, and on real data where they are there."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import sla_rules as sla
from sla_rules.adapters.incoming import incoming_of, mapped_events
from sla_rules.adapters.mapping import load_map
from sla_rules.adapters.presets import PRESETS
from sla_rules.report.evaluating import evaluate
from tests.conftest import agreement

DATA = Path(__file__).parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the data lie beside the project, in ../shared")

TICKETS = {"ticket.opened": {"priority": {"kind": "text"}}, "ticket.resolved": {}, "ticket.closed": {}}
TERMS = agreement({"start": "ticket.opened", "stop": "ticket.closed", "limit": "8 h"}, events=TICKETS)


def csv(tmp_path: Path, text: str) -> Path:
    (tmp_path / "export.csv").write_text(text)
    return tmp_path / "export.csv"


def told(source: object, preset: str, **options: Any) -> list[tuple[str, str, str]]:
    """Type, subject and time of the events, of which nothing was refused."""
    events, findings = mapped_events(source, TERMS, preset=preset, **options)
    assert [each for each in findings if each.kind != "ambiguous_time"] == []
    return [(e.type, e.subject, str(e.time)) for e in sorted(events, key=lambda e: (e.subject, e.at))]


def test_every_preset_is_whole() -> None:
    for name, preset in PRESETS.items():
        assert name == preset.name
        assert preset.title
        assert preset.source
        assert preset.needs
        assert load_map(preset.map.to_plain()) == preset.map
        if preset.rows is None:
            events = {*preset.map.milestones.values()} - {None}
            assert all(type in preset.title for type in events), name


INCIDENT = (
    "number,opened_at,sys_updated_on,priority,state,resolved_at,closed_at\n"
    "INC0000060,2016-12-12 15:19:57,2016-12-13 21:43:14,3,6,2016-12-13 21:43:14,\n"
    "INC0000060,2016-12-12 15:19:57,2016-12-14 02:46:44,3,7,2016-12-13 21:43:14,2016-12-14 02:46:44\n"
)


class TestServiceNow:
    def test_incidents(self, tmp_path: Path) -> None:
        assert told(csv(tmp_path, INCIDENT), "servicenow-incident", timezone="UTC") == [
            ("ticket.opened", "INC0000060", "2016-12-12 15:19:57+00:00"),
            ("ticket.resolved", "INC0000060", "2016-12-13 21:43:14+00:00"),
            ("ticket.closed", "INC0000060", "2016-12-14 02:46:44+00:00"),
        ]

    def test_without_a_zone_nothing_is_guessed(self, tmp_path: Path) -> None:
        with pytest.raises(sla.InputError, match=r"no row is an event; the first problem: .*no offset or zone"):
            evaluate(TERMS, csv(tmp_path, INCIDENT), preset="servicenow-incident")

    def test_an_export_may_lack_milestones_but_not_the_number(self, tmp_path: Path) -> None:
        short = csv(tmp_path, "number,opened_at\nINC1,2016-12-12 15:19:57\n")
        assert told(short, "servicenow-incident", timezone="UTC") == [
            ("ticket.opened", "INC1", "2016-12-12 15:19:57+00:00")
        ]
        short.write_text("numbers,opened_at\nINC1,2016-12-12 15:19:57\n")
        with pytest.raises(sla.InputError, match="no column `number`, did you mean `numbers`"):
            told(short, "servicenow-incident", timezone="UTC")
        assert len(told(short, "servicenow-incident", timezone="UTC", columns={"subject": "numbers"})) == 1
        with pytest.raises(sla.InputError, match="no column `numbr`, did you mean `numbers`"):
            told(short, "servicenow-incident", timezone="UTC", columns={"subject": "numbr"})

    def test_of_several_rows_none_counts_by_chance(self, tmp_path: Path) -> None:
        """Without the column that tells them apart nobody knows which row of an incident is its last."""
        path = csv(tmp_path, INCIDENT.replace("sys_updated_on", "updated"))
        with pytest.raises(sla.InputError) as refused:
            told(path, "servicenow-incident", timezone="UTC")
        assert str(refused.value).startswith(
            "no column `sys_updated_on`, and several rows tell of `INC0000060`; say with `last_by` by which column the "
            "latest of them counts; columns: ['number', "
        )
        own = load_map({"shape": "milestones", "milestones": {"opened_at": "ticket.opened"}, "last_by": "updated"})
        assert len(told(path, "servicenow-incident", timezone="UTC", columns=own)) == 3

    def test_american_days(self, tmp_path: Path) -> None:
        path = csv(
            tmp_path,
            "number,opened_at,sys_updated_at,resolved_at\nI1,03/04/2016 01:16,03/04/2016 02:16,03/04/2016 02:16\n"
            "I2,03/25/2016 01:16,03/25/2016 02:16,03/26/2016 02:16\n",
        )
        with pytest.raises(sla.InputError, match=r"^column `sys_updated_at`: `03/25/2016 02:16` is no .* give `times`"):
            evaluate(TERMS, path, preset="servicenow-incident", timezone="UTC")
        american = load_map({"times": ["%m/%d/%Y %H:%M"]})
        report = evaluate(TERMS, path, preset="servicenow-incident", columns=american, timezone="UTC")
        assert [str(each)[:10] for each in report.verdicts["start"]] == ["2016-03-04", "2016-03-25"]

    def test_records_of_its_own_sla(self, tmp_path: Path) -> None:
        path = csv(
            tmp_path,
            "task,sla,stage,has_breached,start_time,planned_end_time,end_time\n"
            "INC1,Response,completed,false,2026-03-02 08:00:00,2026-03-02 09:00:00,2026-03-02 08:30:00\n"
            "INC1,Resolution,in_progress,true,2026-03-02 08:00:00,2026-03-02 16:00:00,\n",
        )
        terms = agreement(
            {
                "start": "sla.started",
                "stop": "sla.ended",
                "match": ["subject", "sla"],
                "limit": {"until": "planned_end_time"},
            },
            events={
                type: {"sla": {"kind": "text"}, "planned_end_time": {"kind": "instant"}}
                for type in ("sla.started", "sla.ended")
            },
        )
        report = evaluate(terms, path, preset="servicenow-task-sla", timezone="UTC", as_of="2026-03-02T17:00:00Z")
        assert dict(
            report.verdicts.select(pl.col("key").list.last(), pl.col("outcome").cast(pl.String)).iter_rows()
        ) == {
            "Response": "met",
            "Resolution": "breached",
        }


class TestRequestsOfCities:
    def test_boston(self, tmp_path: Path) -> None:
        path = csv(
            tmp_path,
            "case_enquiry_id,open_dt,sla_target_dt,closed_dt,on_time,case_status,subject,type\n"
            "101005,2024-01-03 10:12:00,2024-01-05 10:12:00,2024-07-04 09:00:00,OVERDUE,Closed,Public Works,Pothole\n"
            "101006,2024-01-03 10:12:00,,,ONTIME,Open,Parks,Tree\n",
        )
        assert told(path, "boston-311") == [
            ("ticket.opened", "101005", "2024-01-03 15:12:00+00:00"),
            ("ticket.closed", "101005", "2024-07-04 13:00:00+00:00"),
            ("ticket.opened", "101006", "2024-01-03 15:12:00+00:00"),
        ]
        events, _ = mapped_events(path, TERMS, preset="boston-311")
        assert events[0].data["case_type"] == "Pothole"
        assert events[0].data["on_time"] == "OVERDUE"

    @pytest.mark.parametrize("opened", ["01/03/2024 10:12:00 PM", "2024-01-03T22:12:00.000"])
    def test_new_york(self, opened: str, tmp_path: Path) -> None:
        path = csv(tmp_path, f"unique_key,created_date,closed_date,complaint_type,due_date\n59,{opened},,Noise,\n")
        assert told(path, "nyc-311") == [("ticket.opened", "59", "2024-01-04 03:12:00+00:00")]


class TestChoosing:
    FRAME = pl.DataFrame({"case:concept:name": ["A"], "concept:name": ["x"], "time:timestamp": ["2026-03-02T12:00Z"]})

    def test_by_name_in_either_argument(self) -> None:
        assert told(self.FRAME, "pm4py") == [("x", "A", "2026-03-02 12:00:00+00:00")]
        assert len(list(incoming_of(self.FRAME, TERMS, columns="pm4py"))) == 1

    def test_what_is_no_preset(self) -> None:
        with pytest.raises(sla.InputError, match=r"^preset: unknown preset `pm5py`, did you mean `pm4py`\?$"):
            incoming_of(self.FRAME, TERMS, preset="pm5py")
        with pytest.raises(
            sla.InputError, match=r"^columns: unknown preset `pm5py`, .*; a map is a file that ends in \.yaml"
        ):
            incoming_of(self.FRAME, TERMS, columns="pm5py")
        with pytest.raises(sla.InputError, match=r"^columns: `xes` stands beside a preset; give names or a map$"):
            incoming_of(self.FRAME, TERMS, columns="xes", preset="pm4py")
        with pytest.raises(sla.InputError, match=r"is not the path of a document$"):
            incoming_of(self.FRAME, TERMS, preset="xes")
        with pytest.raises(sla.InputError, match=r"^a list of events has neither `columns`"):
            evaluate(TERMS, [sla.Event(type="x", subject="A", time="2026-03-02T12:00Z")], preset="pm4py")

    def test_a_map_changes_a_preset(self, tmp_path: Path) -> None:
        (tmp_path / "map.yaml").write_text("types: {x: ticket.opened}\n")
        assert told(self.FRAME, "pm4py", columns=tmp_path / "map.yaml")[0][0] == "ticket.opened"
        assert told(self.FRAME, "pm4py", columns=str(tmp_path / "map.yaml"))[0][0] == "ticket.opened"

    def test_a_document(self, tmp_path: Path) -> None:
        event = {
            "specversion": "1.0", "id": "1", "source": "/desk", "type": "com.desk.opened", "subject": "T-1",
            "time": "2026-03-02T12:00:00Z", "data": {"priority": "high"},
        }  # fmt: skip
        (tmp_path / "events.json").write_text(
            json.dumps([event, {**event, "id": "2", "subject": "T-2", "time": "soon"}])
        )
        map = load_map({"types": {"com.desk.opened": "ticket.opened"}, "values": {"priority": {"high": "P1"}}})
        events, findings = mapped_events(tmp_path / "events.json", TERMS, preset="cloudevents", columns=map)
        assert [(e.type, e.subject, e.data["priority"]) for e in events] == [("ticket.opened", "T-1", "P1")]
        assert [(each.kind, each.place) for each in findings] == [("unreadable", "events.json:2")]


@needs_data
class TestRealData:
    def test_an_audit_log_of_incidents(self) -> None:
        path = DATA / "uci_incidents" / "incident_event_log.parquet"
        terms = agreement(
            {
                "start": "ticket.opened",
                "stop": "ticket.closed",
                "limit": {"by": "priority", "table": {"P1": "100 h", "P2": "200 h", "P3": "300 h", "P4": "300 h"}},
            },
            events={**TICKETS, "ticket.opened": {"priority": {"kind": "text", "values": ["P1", "P2", "P3", "P4"]}}},
        )
        words = {"1 - Critical": "P1", "2 - High": "P2", "3 - Moderate": "P3", "4 - Low": "P4"}
        report = evaluate(
            terms,
            path,
            preset="servicenow-incident",
            columns=load_map({"values": {"priority": words}}),
            timezone="UTC",
        )
        # The same by hand: of each incident the row updated last, no clock but the wall's.
        last = pl.read_parquet(path).sort("sys_updated_at", maintain_order=True).group_by("number").last()
        hours = pl.col("priority").replace_strict(
            dict(zip(words, (100, 200, 300, 300), strict=True)), return_dtype=pl.Int64
        )
        took = (pl.col("closed_at") - pl.col("opened_at")).dt.total_microseconds()
        met = last.filter(took <= hours * 3_600_000_000).height
        assert report.findings == []
        assert dict(report.verdicts["outcome"].cast(pl.String).value_counts().iter_rows()) == {
            "met": met,
            "breached": last.height - met,
        }
        assert last.height == 24_918

    def test_permits(self) -> None:
        decided = "T10 Determine necessity to stop indication"
        terms = agreement(
            {"start": "Confirmation of receipt", "stop": decided, "limit": {"until": "case:deadline"}},
            events={"Confirmation of receipt": {"case:deadline": {"kind": "instant"}}, decided: {}},
        )
        report = evaluate(terms, DATA / "permits" / "receipt.csv", preset="pm4py")
        assert dict(report.verdicts["outcome"].cast(pl.String).value_counts().iter_rows()) == {
            "met": 1225, "breached": 196, "pending": 13,
        }  # fmt: skip
        assert report.verdicts["due"].null_count() == 0

    def test_an_export_of_incidents(self) -> None:
        path = DATA / "event_log_samples" / "servicenow_incidents_rest.csv"
        incoming = incoming_of(path, TERMS, preset="servicenow-incident", timezone="UTC")
        counted = pl.concat(frame.select("@type") for frame in incoming)["@type"].value_counts()
        assert (incoming.rows, incoming.findings) == (67, [])
        wide = pl.read_csv(path)
        assert dict(counted.iter_rows()) == {
            f"ticket.{name.split('_')[0]}": wide[name].drop_nulls().len()
            for name in ("opened_at", "resolved_at", "closed_at")
        }
