"""What `inspect` says of a file: the convention or a guess, the counts, what is left to say, and a map that works."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import sla_rules as sla
from sla_rules.adapters.incoming import mapped_events
from sla_rules.adapters.inspecting import Inspection, inspect
from sla_rules.adapters.inspecting.clocks import clock_of
from sla_rules.adapters.mapping import load_map
from sla_rules.adapters.presets import PRESETS
from tests.adapters.documents import SAMPLES
from tests.adapters.tables import TABLES
from tests.conftest import agreement

FILES = {**SAMPLES, **TABLES}
TEXT = {"kind": "text"}
DESK = agreement(
    {"start": "ticket.opened", "stop": "ticket.closed", "limit": "8 h"},
    events={
        "ticket.opened": {
            "priority": {**TEXT, "values": ["P1", "P2", "P3"]},
            "level": {"kind": "integer", "values": [1, 2]},
        },
        "ticket.closed": {},
        "ticket.held": {},
    },
)
OFFERED = {type: {} for preset in PRESETS.values() for type in preset.map.milestones.values()}
EVERY_TYPE = agreement({"start": "ticket.opened", "stop": "ticket.closed", "limit": "8 h"}, events=OFFERED)
"""Declares every milestone of a preset, so that none is left out."""


def file(tmp_path: Path, text: str, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def saved(found: Inspection, tmp_path: Path) -> Path:
    """The map of an inspection, as `--write` writes it."""
    (tmp_path / "map.yaml").write_text(found.to_yaml(), "utf-8")
    return tmp_path / "map.yaml"


def read(path: Path, tmp_path: Path, **options: Any) -> list[tuple[str, str, str]]:
    """The events that the map of an inspection gives, of which nothing was refused."""
    found = inspect(path, **options)
    events, findings = mapped_events(path, DESK, columns=saved(found, tmp_path))
    assert findings == []
    return [(e.type, e.subject, str(e.time)) for e in sorted(events, key=lambda e: (e.subject, e.at))]


class TestRecognised:
    def test_there_is_a_file_for_every_preset(self) -> None:
        assert FILES.keys() == PRESETS.keys()

    @pytest.mark.parametrize("name", sorted(FILES))
    def test_each_preset_on_its_file(self, name: str, tmp_path: Path) -> None:
        path = FILES[name]
        found = inspect(path)
        assert (found.preset, found.guessed, found.lacking) == (name, False, ())
        (why,) = found.why
        assert all(f"`{key}`" in why for key in PRESETS[name].needs)
        # What it counts is what the preset reads by itself.
        events, findings = mapped_events(path, EVERY_TYPE, preset=name, timezone="UTC" if found.naive else None)
        assert found.counts.events == len(events)
        assert found.counts.cases == len({event.subject for event in events})
        assert found.types == {
            type: sum(event.type == type for event in events) for type in {event.type for event in events}
        }
        assert (found.first, found.last) == (min(e.time for e in events), max(e.time for e in events))
        assert found.findings == findings
        # And what its map reads, beside the preset where the file is a document.
        preset = name if PRESETS[name].rows is not None else None
        again, _ = mapped_events(
            path, EVERY_TYPE, preset=preset, columns=saved(found, tmp_path), timezone="UTC" if found.naive else None
        )
        assert again == events

    def test_columns_of_our_own(self, tmp_path: Path) -> None:
        path = file(tmp_path, "type,subject,time,priority\nticket.opened,A,2026-03-02T08:00:00Z,P1\n")
        found = inspect(path)
        assert (found.preset, found.guessed) == (None, False)
        assert read(path, tmp_path) == [("ticket.opened", "A", "2026-03-02 08:00:00+00:00")]

    def test_the_one_with_most_columns_wins(self, tmp_path: Path) -> None:
        # Both incidents and requests of New York would do; two milestones of the latter are there.
        path = file(
            tmp_path,
            "number,opened_at,unique_key,created_date,closed_date,resolution_action_updated_date\n"
            "1,2026-03-02 08:00,1,2026-03-02 08:00,,\n",
        )
        assert inspect(path).preset == "nyc-311"

    def test_a_preset_that_is_named(self, tmp_path: Path) -> None:
        path = file(tmp_path, "number,opened_at,resolved_at\nA,02/03/2026 08:00,?\n")
        assert inspect(path, columns="servicenow-incident").preset == "servicenow-incident"
        with pytest.raises(sla.InputError, match="no column `unique_key`"):
            inspect(path, preset="nyc-311")
        with pytest.raises(sla.InputError, match="columns: `xes` stands beside a preset"):
            inspect(path, preset="servicenow-incident", columns="xes")
        with pytest.raises(sla.InputError, match="columns: unknown preset `nyc311`"):
            inspect(path, columns="nyc311")
        with pytest.raises(sla.InputError, match="unknown preset `nyc311`, did you mean `nyc-311`"):
            inspect(path, preset="nyc311")

    def test_what_is_no_file_of_events(self, tmp_path: Path) -> None:
        with pytest.raises(sla.InputError, match="cannot be read"):
            inspect(tmp_path / "none.csv")
        with pytest.raises(sla.InputError, match=r"nearest is `zendesk-metrics`, which needs `metric` too"):
            inspect(file(tmp_path, '[{"ticket_id": 1, "instance_id": 2}]', "a.json"))
        with pytest.raises(sla.InputError, match=r"no document of any preset, and none of \.jsonl, .*\.parquet$"):
            inspect(file(tmp_path, '[{"a": 1}]', "a.json"))
        with pytest.raises(sla.InputError, match="`3` is not the path of a file"):
            inspect(3)  # type: ignore[arg-type]


EVENTS = "".join(
    f"{row},T-{row // 3},{('Opened', 'On Hold', 'Closed')[row % 3]},{1 + row % 28:02}.03.2026 08:00,{row % 2}\n"
    for row in range(30)
)


class TestGuessed:
    def test_events(self, tmp_path: Path) -> None:
        path = file(tmp_path, "nr,ticket no,Activity,when,flag\n" + EVENTS)
        found = inspect(path)
        assert found.guessed
        assert found.map == load_map(
            {
                "columns": {"subject": "ticket no", "type": "Activity", "time": "when"},
                "times": ["%d.%m.%Y %H:%M"],
                "shape": "events",
            }
        )
        assert found.counts.events == 30
        assert found.types == {"Closed": 10, "On Hold": 10, "Opened": 10}
        assert found.naive
        assert dict(found.fields["flag"].values or {}) == {"0": 15, "1": 15}

    def test_by_what_stands_in_the_columns(self, tmp_path: Path) -> None:
        rows = "".join(f"Hello {row},X{row // 2},{row % 3},2026-03-02T08:00:{row:02}Z\n" for row in range(20))
        found = inspect(file(tmp_path, "greeting,thing,rank,stamp\n" + rows))
        assert found.map.columns == {"subject": "thing", "time": "stamp"}
        assert found.map.type == "case.recorded"
        assert found.counts.cases == 10

    def test_milestones(self, tmp_path: Path) -> None:
        path = file(
            tmp_path,
            "case_id,opened_at,due_date,last_modified,ClosedOn,priority\n"
            "A,2026-03-02T08:00:00Z,2026-03-03T08:00:00Z,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,high\n"
            "A,2026-03-02T08:00:00Z,2026-03-03T08:00:00Z,2026-03-02T08:00:00Z,NULL,high\n"
            "B,2026-03-02T08:00:00Z,2026-03-03T08:00:00Z,2026-03-02T08:00:00Z,NULL,low\n",
        )
        found = inspect(path)
        assert found.map.milestones == {"opened_at": "case.opened", "ClosedOn": "case.closed"}
        assert found.map.last_by == ("last_modified",)
        assert found.map.missing == ("", "NULL")
        assert found.types == {"case.opened": 2, "case.closed": 1}
        assert not found.naive
        assert "due_date" in found.fields
        # Beside an agreement they are its types.
        assert read(path, tmp_path, agreement=DESK) == [
            ("ticket.opened", "A", "2026-03-02 08:00:00+00:00"),
            ("ticket.closed", "A", "2026-03-02 10:00:00+00:00"),
            ("ticket.opened", "B", "2026-03-02 08:00:00+00:00"),
        ]

    def test_changes(self, tmp_path: Path) -> None:
        path = file(
            tmp_path,
            "issue_key,created,field,from,fromString,to,toString\nA,2026-03-02T08:00:00Z,status,1,Open,2,Done\n",
        )
        assert inspect(path).map.to_plain()["changes"] == {"field": "field", "from": "fromString", "to": "toString"}
        assert read(path, tmp_path) == [("status.changed", "A", "2026-03-02 08:00:00+00:00")]

    @pytest.mark.parametrize(
        ("header", "row", "lacking"),
        [
            ("case,what", "A,Opened", ["time"]),
            ("text,created", "a b c,2026-03-02T08:00:00Z", ["subject"]),
            ("text,colour", "a b c,dark red", ["subject", "time"]),
        ],
    )
    def test_what_is_lacking_is_said(self, header: str, row: str, lacking: list[str], tmp_path: Path) -> None:
        found = inspect(file(tmp_path, f"{header}\n{row}\n"))
        assert [line.partition("name it as `")[2].partition("`")[0] for line in found.lacking] == lacking
        assert found.counts.events == 0
        assert found.to_yaml().count("# TO DO: ") == len(lacking)
        load_map(saved(found, tmp_path))

    def test_an_empty_file(self, tmp_path: Path) -> None:
        assert inspect(file(tmp_path, "case,opened\n")).lacking

    def test_typed_columns(self, tmp_path: Path) -> None:
        times = pl.Series("at", ["2026-03-02 08:00", "2026-03-02 09:00"]).str.to_datetime()
        frame = pl.DataFrame({"case": [1, 2], "event": pl.Series(["a", "b"], dtype=pl.Categorical), "at": times})
        frame.write_parquet(tmp_path / "log.parquet")
        found = inspect(tmp_path / "log.parquet")
        assert found.map.columns == {"subject": "case", "type": "event", "time": "at"}
        assert found.naive
        assert found.types == {"a": 1, "b": 1}
        frame.with_columns(pl.col("at").dt.replace_time_zone("UTC")).write_parquet(tmp_path / "log.parquet")
        assert not inspect(tmp_path / "log.parquet").naive

    def test_one_column_tells_the_form_of_another(self, tmp_path: Path) -> None:
        path = file(tmp_path, "case,opened,closed\nA,01/02/2026 08:00,01/13/2026 08:00\n")
        found = inspect(path)
        assert found.map.times == ("%m/%d/%Y %H:%M",)
        assert "no row tells" not in "".join(found.why)
        alone = inspect(file(tmp_path, "case,opened,closed\nA,01/02/2026 08:00,01/03/2026 08:00\n"))
        assert alone.map.times == ("%d/%m/%Y %H:%M",)
        assert (
            "`opened`: times such as `%d/%m/%Y %H:%M`, or `%m/%d/%Y %H:%M`: no row tells day and month apart"
            in alone.why
        )

    def test_day_or_month(self) -> None:
        doubtful, clear = pl.Series(["02/03/2026 08:00", "04/03/2026 08:00"]), pl.Series(["02/13/2026 08:00"])
        both = clock_of(doubtful)
        assert both is not None
        assert (both.form, both.other) == ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")
        sure = clock_of(clear)
        assert sure is not None
        assert (sure.form, sure.other) == ("%m/%d/%Y %H:%M", None)
        assert clock_of(pl.Series(["2026-03-02"])) is None
        assert clock_of(pl.Series(["A-1", "A-2"])) is None
        assert clock_of(pl.Series([1, 2])) is None


class TestTimes:
    ROWS = "number,opened_at\nA,2026-03-02 08:00:00\n"

    def test_without_a_zone_the_map_asks_for_it(self, tmp_path: Path) -> None:
        path = file(tmp_path, self.ROWS)
        found = inspect(path)
        assert found.naive
        text = found.to_yaml()
        assert "\n# timezone: Europe/Paris " in text
        filled = load_map({**found.map.to_plain(), "timezone": "Asia/Tokyo"})
        assert not inspect(path, columns=filled).naive

    def test_with_one_the_map_has_it(self, tmp_path: Path) -> None:
        found = inspect(file(tmp_path, self.ROWS), timezone="Asia/Tokyo")
        assert (found.naive, found.map.timezone) == (False, "Asia/Tokyo")
        assert str(found.first) == "2026-03-01 23:00:00+00:00"
        with pytest.raises(sla.InputError, match="Asia/Tokio"):
            inspect(file(tmp_path, self.ROWS), timezone="Asia/Tokio")

    def test_rows_that_are_no_events_are_listed(self, tmp_path: Path) -> None:
        path = file(tmp_path, "number,opened_at\nA,2026-03-02T08:00:00Z\nB,soon\n,2026-03-02T08:00:00Z\n")
        found = inspect(path)
        assert {finding.place for finding in found.findings} == {"export.csv:3", "export.csv:4"}
        assert (found.counts.rows, found.counts.events) == (3, 1)
        nothing = inspect(file(tmp_path, "number,opened_at\nB,soon\n"))
        assert (nothing.counts.events, len(nothing.findings), nothing.first) == (0, 1, None)


class TestBesideAnAgreement:
    ROWS = (
        "type,subject,time,priority,level\n"
        "Opened,A,2026-03-02T08:00:00Z,1 - Critical,1\n"
        "Opened,B,2026-03-02T08:00:00Z,9 - None,2\n"
        "Opened,C,2026-03-02T08:00:00Z,P2,7\n"
        "Vanished,A,2026-03-02T09:00:00Z,,\n"
        "ticket.held,A,2026-03-02T09:00:00Z,,\n"
    )

    def test_words_that_it_does_not_know(self, tmp_path: Path) -> None:
        beside = inspect(file(tmp_path, self.ROWS), agreement=DESK).beside
        assert beside is not None
        assert beside.never == ("ticket.opened", "ticket.closed")
        assert [(each.word, each.events, each.nearest) for each in beside.types] == [
            ("Opened", 3, "ticket.opened"),
            ("Vanished", 1, None),
        ]
        assert {field: [(each.word, each.nearest) for each in words] for field, words in beside.values.items()} == {
            "priority": [("1 - Critical", "P1"), ("9 - None", None)],
            "level": [("7", None)],
        }
        assert inspect(file(tmp_path, self.ROWS)).beside is None

    def test_are_prefilled_or_left_open_in_the_map(self, tmp_path: Path) -> None:
        found = inspect(file(tmp_path, self.ROWS), agreement=DESK)
        assert load_map(saved(found, tmp_path)) == load_map(
            {
                "shape": "events",
                "values": {"priority": {"1 - Critical": "P1"}},
            }
        )
        text = found.to_yaml()
        assert "\n#   Opened: ticket.opened\n#   Vanished:   # ticket.opened | ticket.closed?\n" in text
        assert "\n    # 9 - None:   # P1 | P2 | P3?\n" in text

    def test_what_a_map_says_already_stays(self, tmp_path: Path) -> None:
        path = file(tmp_path, self.ROWS)
        edited = load_map({"types": {"Opened": "ticket.opened", "Vanished": "ticket.lost"}})
        found = inspect(path, columns=edited, agreement=DESK)
        assert load_map(saved(found, tmp_path)).types == edited.types
        assert found.beside is not None
        assert [each.word for each in found.beside.types] == ["ticket.lost"]


class TestTheMap:
    WORDS = (
        "a: b",
        "# no comment",
        "yes",
        "1",
        "two\nlines",
        "ünïcode 😀",
        " padded ",
        "-",
        "'",
        '"',
        "a" * 300,
        "~",
        "[x]",
    )

    def test_any_word_survives_the_file(self, tmp_path: Path) -> None:
        columns = {f"field{number}": word for number, word in enumerate(self.WORDS)}
        rows = [
            {"type": word, "subject": "A", "time": "2026-03-02T08:00:00Z", **dict.fromkeys(columns.values(), word)}
            for word in self.WORDS
        ]
        pl.DataFrame(rows).write_ndjson(tmp_path / "log.jsonl")
        edited = load_map(
            {"columns": columns, "types": dict.fromkeys(self.WORDS, "x"), "values": {"f": {w: w for w in self.WORDS}}}
        )
        found = inspect(tmp_path / "log.jsonl", columns=edited, agreement=DESK)
        assert load_map(saved(found, tmp_path)) == edited.merged({})
        bare = inspect(tmp_path / "log.jsonl")
        assert load_map(saved(bare, tmp_path)) == bare.map
        assert len(bare.types) == len(self.WORDS)

    def test_it_says_the_next_command(self) -> None:
        document, table = inspect(SAMPLES["jira"]), inspect(TABLES["boston-311"])
        assert document.command("m.yaml", "a.yaml") == (
            f"sla-rules check {SAMPLES['jira']} --agreement a.yaml --preset jira --columns m.yaml"
        )
        assert table.command("my map.yaml", "a.yaml").endswith("--agreement a.yaml --columns 'my map.yaml'")

    def test_many_values_are_not_listed(self, tmp_path: Path) -> None:
        rows = "".join(f"x,A,2026-03-02T08:00:00Z,{row},{row % 40}\n" for row in range(100))
        fields = inspect(file(tmp_path, "type,subject,time,many,few\n" + rows)).fields
        assert fields["many"].values is None
        assert len(fields["few"].values or ()) == 40
