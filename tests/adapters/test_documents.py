"""Documents of products: what each form gives, and what stands at the place of what cannot be read."""

import gzip
import json
import tracemalloc
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sla_rules.adapters.documents import DOCUMENTS, keys_of
from sla_rules.adapters.preset import Reader
from sla_rules.errors import InputError
from sla_rules.sources.rows import event_of
from tests.adapters.documents import SAMPLES
from tests.sources.tools import TERMS

READERS: dict[str, Reader] = {preset.name: preset.rows for preset in DOCUMENTS if preset.rows}
JSON = sorted(READERS.keys() - {"xes"})

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "event_log_samples"
needs_samples = pytest.mark.skipif(not SHARED.exists(), reason="the samples lie beside the project, in ../shared")


PARIS = ZoneInfo("Europe/Paris")


def rows(name: str, path: Path | None = None, zone: ZoneInfo | None = None) -> list[dict[str, Any]]:
    """The rows that are events."""
    return [row for _, row in READERS[name](path or SAMPLES[name], zone) if not isinstance(row, InputError)]


def told(name: str, path: Path | None = None) -> list[tuple[int, str]]:
    """Where a row is none, and why."""
    return [(number, str(row)) for number, row in READERS[name](path or SAMPLES[name]) if isinstance(row, InputError)]


def short(found: Iterable[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(row["type"], row["subject"], row["time"]) for row in found]


def only(found: list[dict[str, Any]], **values: str) -> dict[str, Any]:
    matching = [row for row in found if all(row.get(key) == value for key, value in values.items())]
    assert len(matching) == 1, short(matching)
    return matching[0]


def written(tmp_path: Path, content: object, name: str = "document.json") -> Path:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


class TestAllDocuments:
    @pytest.mark.parametrize("name", sorted(READERS))
    def test_every_row_of_the_sample_is_an_event(self, name: str) -> None:
        found = rows(name)
        events = [event_of(row, "here", TERMS) for row in found]
        assert len(events) > 2
        ids = [event.id for event in events if event.id is not None]
        assert len(set(ids)) == len(ids)

    @pytest.mark.parametrize("name", sorted(READERS))
    def test_the_sample_is_recognised_as_no_other(self, name: str) -> None:
        keys = keys_of(SAMPLES[name])
        assert [preset.name for preset in DOCUMENTS if preset.needs <= keys] == [name]

    def test_something_else_is_recognised_as_nothing(self, tmp_path: Path) -> None:
        for text in ("", "a,b\n1,2\n", '{"type": "x"}', "<html></html>", "[]", "[1]"):
            keys = keys_of(written(tmp_path, text))
            assert not any(preset.needs <= keys for preset in DOCUMENTS)

    @pytest.mark.parametrize("name", sorted(READERS))
    def test_a_missing_file_is_refused(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="cannot be read: No such file"):
            list(READERS[name](tmp_path / "none.json"))

    @pytest.mark.parametrize("name", JSON)
    def test_a_byte_order_mark_changes_nothing(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / "document.json"
        path.write_bytes(b"\xef\xbb\xbf" + SAMPLES[name].read_bytes())
        assert rows(name, path) == rows(name)

    @pytest.mark.parametrize("name", JSON)
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (b"", "not JSON"),
            (b"\0", "not JSON"),
            (b'{"a": 1', "not JSON"),
            (b"[" * 100_000, "not JSON"),
            ("[{}]".encode("utf-16"), "not UTF-8: byte 0"),
            (b'["\xff"]', "not UTF-8: byte 2"),
        ],
    )
    def test_what_is_no_json_is_one_finding(self, name: str, text: bytes, message: str, tmp_path: Path) -> None:
        path = tmp_path / "document.json"
        path.write_bytes(text)
        ((number, error),) = told(name, path)
        assert (number, message in error) == (1, True)
        assert rows(name, path) == []

    @pytest.mark.parametrize("name", JSON)
    def test_what_is_no_object_is_a_finding(self, name: str, tmp_path: Path) -> None:
        ((number, error),) = told(name, written(tmp_path, '["text"]' if name != "ocel" else '"text"'))
        assert (number, "is not an object" in error) == (1, True)


class TestRecords:
    """What all JSON documents of records share, shown on CloudEvents."""

    BASE = {"specversion": "1.0", "source": "/s", "type": "t", "subject": "A", "time": "2026-03-02T09:00:00Z"}

    def test_one_record_a_list_and_lines_say_the_same(self, tmp_path: Path) -> None:
        one, two = self.BASE | {"id": "1"}, self.BASE | {"id": "2"}
        lines = f"{json.dumps(one)}\n\n{json.dumps(two)}\n"
        whole = rows("cloudevents", written(tmp_path, [one, two]))
        assert [row["id"] for row in whole] == ["/s#1", "/s#2"]
        for name in ("events.jsonl", "events.ndjson", "events.json"):
            assert rows("cloudevents", written(tmp_path, lines, name)) == whole
        assert rows("cloudevents", written(tmp_path, one)) == whole[:1]

    def test_numbers_are_lines_or_counts(self, tmp_path: Path) -> None:
        one = self.BASE | {"id": "1"}
        lines = f"{json.dumps(one)}\n\n{{\n[1]\n{json.dumps(one)}\n"
        path = written(tmp_path, lines, "events.jsonl")
        assert [number for number, _ in READERS["cloudevents"](path)] == [1, 3, 4, 5]
        assert [number for number, _ in told("cloudevents", path)] == [3, 4]
        assert told("cloudevents", written(tmp_path, [one, 1, one])) == [(2, "`1` is not an object")]

    def test_half_a_character_costs_its_record_alone(self, tmp_path: Path) -> None:
        text = json.dumps([self.BASE | {"id": "1", "note": "\ud800"}, self.BASE | {"id": "2", "note": "\u00e9"}])
        path = written(tmp_path, text)
        assert told("cloudevents", path) == [(1, "half a character (a lone surrogate)")]
        assert [row["note"] for row in rows("cloudevents", path)] == ["é"]

    def test_a_huge_integer_costs_nothing(self, tmp_path: Path) -> None:
        text = json.dumps([self.BASE | {"id": "1", "n": "N"}, self.BASE | {"id": "2"}]).replace('"N"', "9" * 5_000)
        lines = text.strip("[]").replace("}, {", "}\n{")
        for path in (written(tmp_path, text), written(tmp_path, lines, "events.jsonl")):
            huge, other = rows("cloudevents", path)
            assert huge["n"] == Decimal("9" * 5_000)
            assert other["id"] == "/s#2"

    def test_long_texts_are_read_and_cut_in_messages(self, tmp_path: Path) -> None:
        long = "x" * 10_000_000
        path = written(tmp_path, [self.BASE | {"id": "1", "note": long}, long])
        assert [row["note"] for row in rows("cloudevents", path)] == [long]
        ((_, message),) = told("cloudevents", path)
        assert len(message) < 200

    def test_what_is_too_deep_for_its_reader_costs_its_record_alone(self, tmp_path: Path) -> None:
        deep = "[" * 700 + '"\\u00e9"' + "]" * 700
        text = json.dumps([self.BASE | {"id": "1"}, self.BASE | {"id": "2", "deep": 0}, self.BASE | {"id": "3"}])
        coming = READERS["cloudevents"](written(tmp_path, text.replace('"deep": 0', f'"deep": {deep}')))

        def next_from(depth: int) -> tuple[int, Any]:
            return next(coming) if depth == 0 else next_from(depth - 1)

        found = [next_from(0), next_from(500), next_from(0)]
        assert [number for number, _ in found] == [1, 2, 3]
        assert isinstance(found[1][1], InputError) or found[1][1]["id"] == "/s#2"
        assert found[2][1]["id"] == "/s#3"

    def test_a_text_may_hold_nul(self, tmp_path: Path) -> None:
        (row,) = rows("cloudevents", written(tmp_path, self.BASE | {"id": "1", "subject": "a\0b"}))
        assert row["subject"] == "a\0b"


class TestCloudEvents:
    def test_the_sample(self) -> None:
        found = rows("cloudevents")
        assert short(found) == [
            ("ticket.opened", "T-1", "2026-03-02T09:00:00Z"),
            ("ticket.responded", "T-1", "2026-03-02T10:10:00+01:00"),
            ("ticket.noted", "T-1", "2026-03-02T09:20:00Z"),
            ("ticket.attached", "T-1", "2026-03-02T09:30:00Z"),
        ]
        assert told("cloudevents") == [(5, "`time` is missing")]
        opened, responded, noted, attached = found
        assert opened == {
            "id": "/desk/paris#A-1",
            "type": "ticket.opened",
            "subject": "T-1",
            "time": "2026-03-02T09:00:00Z",
            "source": "/desk/paris",
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "priority": "P1",
            "data_type": "incident",
            "sites": 3,
            "share": Decimal("0.10000000000000000001"),
        }
        assert responded["by"] == "ann"
        assert noted["payload"] == "called back"
        assert attached["data_base64"] == "iVBORw0KGgo="

    def test_data_counts_before_an_extension_of_its_name(self, tmp_path: Path) -> None:
        record = TestRecords.BASE | {"id": "1", "priority": "outer", "data": {"priority": "inner"}}
        (row,) = rows("cloudevents", written(tmp_path, record))
        assert row["priority"] == "inner"

    def test_members_with_the_names_of_an_event_stand_beside_them(self, tmp_path: Path) -> None:
        members = {"id": 1, "type": 2, "subject": 3, "time": 4, "data": 5}
        (row,) = rows("cloudevents", written(tmp_path, TestRecords.BASE | {"id": "1", "data": members}))
        assert {f"data_{key}": value for key, value in members.items()}.items() <= row.items()
        assert short([row]) == [("t", "A", "2026-03-02T09:00:00Z")]
        assert "data" not in row

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"id": None}, "`id` is missing"),
            ({"source": None, "sorce": "/s"}, "`source` is missing, did you mean `sorce`?"),
            ({"specversion": None}, "`specversion` is missing"),
            ({"subject": None}, "`subject` is missing, in `data` as well"),
            ({"time": 5}, "time `5` is not text"),
            ({"data_base64": "?"}, "`data_base64` is not base64: `?`"),
            ({"data_base64": 1}, "`data_base64` must be text, found `1`"),
        ],
    )
    def test_what_is_no_event(self, change: dict[str, Any], message: str, tmp_path: Path) -> None:
        assert told("cloudevents", written(tmp_path, TestRecords.BASE | {"id": "1"} | change)) == [(1, message)]


class TestXes:
    def test_the_sample(self) -> None:
        found = rows("xes")
        assert short(found) == [
            ("register", "C-1", "2026-03-02T09:00:00.000+01:00"),
            ("decide", "C-1", "2026-03-03T10:30:00.000+01:00"),
            ("register", "C-2", "2026-03-02T11:00:00.000+01:00"),
        ]
        assert told("xes") == [(4, "`time:timestamp` is missing")]
        assert found[0] == {
            "id": "0b1c6e1e-6d1f-4b3c-9f0e-1f2d3c4b5a69",
            "type": "register",
            "subject": "C-1",
            "time": "2026-03-02T09:00:00.000+01:00",
            "case:deadline": "2026-03-20T17:00:00.000+01:00",
            "case:customer": "Müller & Söhne",
            "case:customer/country": "DE",
            "lifecycle:transition": "complete",
            "sites": 3,
            "cost": Decimal("12.50"),
            "vip": True,
            "event:type": "paper",
            "documents": ["plan", {"value": "proof", "pages": 2}],
            "address": {"town": "Essen", "number": 7},
        }
        assert found[1]["sites"] == "three"

    def test_packed_it_says_the_same(self, tmp_path: Path) -> None:
        path = tmp_path / "log.xes.gz"
        path.write_bytes(gzip.compress(SAMPLES["xes"].read_bytes()))
        assert list(map(str, READERS["xes"](path))) == list(map(str, READERS["xes"](SAMPLES["xes"])))
        assert keys_of(path) == {"log"}
        path.write_bytes(path.read_bytes()[:-20])
        assert [message.partition(":")[0] for _, message in told("xes", path)][-1] == "not gzip"

    @pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252"])
    def test_the_encoding_that_it_declares(self, encoding: str, tmp_path: Path) -> None:
        path = tmp_path / "log.xes"
        path.write_bytes(SAMPLES["xes"].read_text("utf-8").replace("UTF-8", encoding).encode(encoding))
        assert rows("xes", path) == rows("xes")

    def test_prefixed_elements(self, tmp_path: Path) -> None:
        text = SAMPLES["xes"].read_text("utf-8").replace("</", "</x:").replace("xmlns=", "xmlns:x=")
        for tag in ("log", "trace", "event", "string", "date", "int", "float", "boolean", "id", "list", "values"):
            text = text.replace(f"<{tag}>", f"<x:{tag}>").replace(f"<{tag} ", f"<x:{tag} ")
        for tag in ("global", "container", "extension", "classifier"):
            text = text.replace(f"<{tag}>", f"<x:{tag}>").replace(f"<{tag} ", f"<x:{tag} ")
        assert rows("xes", written(tmp_path, text, "log.xes")) == rows("xes")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('<!DOCTYPE log [<!ENTITY a "x">]><log/>', "a document with a type definition (DTD) is not read"),
            ('<!DOCTYPE log SYSTEM "http://example.com/x.dtd"><log/>', "a document with a type definition"),
            ("<log>&a;</log>", "not XML: undefined entity"),
            ('<?xml version="1.0" encoding="nothing"?><log/>', "not XML: unknown encoding"),
            ('<?xml version="1.0" encoding="shift_jis"?><log/>', "not XML: multi-byte encodings are not supported"),
            ("<logs/>", "no XES log: it begins with `logs`"),
            ("", "not XML: no element found"),
            ("<log>\0</log>", "not XML: not well-formed"),
            ("<log>" + '<string key="a">' * 200, "line 1: more than 100 elements within one another"),
        ],
    )
    def test_what_is_refused(self, text: str, message: str, tmp_path: Path) -> None:
        ((number, found),) = told("xes", written(tmp_path, text, "log.xes"))
        assert number == 1
        assert found.startswith(message)

    def test_what_came_before_a_break_is_kept(self, tmp_path: Path) -> None:
        text = SAMPLES["xes"].read_text("utf-8")
        path = written(tmp_path, text[: text.index("C-2")], "log.xes")
        assert rows("xes", path) == rows("xes")[:2]
        ((number, message),) = told("xes", path)
        assert (number, message.partition(":")[0]) == (3, "not XML")

    @pytest.mark.parametrize(
        ("event", "message"),
        [
            ('<date key="time:timestamp" value="2026-03-02T09:00:00Z"/>', "`concept:name` is missing"),
            ('<string key="concept:name" value="x"/>', "`case:concept:name` is missing"),
            ('<string value="x"/>', "an attribute `string` has no key"),
        ],
    )
    def test_broken_events(self, event: str, message: str, tmp_path: Path) -> None:
        trace = f"<log><event>{event}</event></log>"
        assert told("xes", written(tmp_path, trace, "log.xes")) == [(1, message)]

    def test_an_event_without_a_trace_may_name_its_case(self, tmp_path: Path) -> None:
        names = "".join(f'<string key="{key}" value="x"/>' for key in ("concept:name", "case:concept:name"))
        text = f'<log><event>{names}<date key="time:timestamp" value="2026-03-02T09:00:00Z"/></event></log>'
        assert short(rows("xes", written(tmp_path, text, "log.xes"))) == [("x", "x", "2026-03-02T09:00:00Z")]

    @pytest.mark.parametrize(
        ("tag", "text", "value"),
        [
            ("int", " -7 ", -7),
            ("int", "1_000", "1_000"),
            ("int", "9" * 5_000, "9" * 5_000),
            ("float", "1E-3", Decimal("0.001")),
            ("float", "NaN", "NaN"),
            ("float", "1e9999999999", "1e9999999999"),
            ("boolean", "0", False),
            ("boolean", "yes", "yes"),
            ("string", "", ""),
        ],
    )
    def test_values(self, tag: str, text: str, value: object, tmp_path: Path) -> None:
        more = f'<{tag} key="value" value="{text}"/>'
        found = SAMPLES["xes"].read_text("utf-8").replace('<int key="sites" value="three"/>', more)
        got = rows("xes", written(tmp_path, found, "log.xes"))[1]["value"]
        assert (got, type(got)) == (value, type(value))

    def test_memory_grows_with_a_trace_not_with_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "log.xes"
        with path.open("w") as file:
            file.write("<log>")
            for n in range(40):
                file.write(
                    f'<trace><string key="concept:name" value="{n}"/><string key="x" value="{"x" * 1_000_000}"/>'
                )
                file.write('<event><string key="concept:name" value="a"/>')
                file.write('<date key="time:timestamp" value="2026-03-02T09:00:00Z"/></event></trace>')
            file.write("</log>")
        tracemalloc.start()
        assert sum(1 for _ in READERS["xes"](path)) == 40
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20_000_000

    @needs_samples
    def test_a_log_of_others(self) -> None:
        found = rows("xes", SHARED / "running-example.xes")
        assert (len(found), len({row["subject"] for row in found})) == (42, 6)
        assert told("xes", SHARED / "running-example.xes") == []


class TestOcel:
    def test_the_sample(self) -> None:
        found = rows("ocel")
        assert [(row["id"], row["type"], row["subject"]) for row in found] == [
            ("e1/o1", "place order", "o1"),
            ("e1/i1", "place order", "i1"),
            ("e2/o1", "ship order", "o1"),
            ("o1/priority/1", "priority.changed", "o1"),
        ]
        assert told("ocel") == [(3, "event `e3` relates to no object")]
        placed, item, shipped, changed = found
        assert (placed["priority"], placed["lines"], placed["channel"]) == ("low", 2, "web")
        assert (placed["qualifier"], placed["object_type"]) == ("order, invoice", "order")
        assert "priority" not in item
        assert shipped["priority"] == "high"
        assert (changed["from"], changed["to"], changed["priority"]) == ("low", "high", "high")
        assert changed["time"] == "2026-03-03T12:00:00Z"

    @pytest.mark.parametrize(("time", "priority"), [("11:59:59.999999", "low"), ("12:00:00", "high")])
    def test_a_value_holds_from_its_instant_on(self, time: str, priority: str, tmp_path: Path) -> None:
        log = json.loads(SAMPLES["ocel"].read_text("utf-8"))
        log["events"][1]["time"] = f"2026-03-03T{time}Z"
        assert only(rows("ocel", written(tmp_path, log)), id="e2/o1")["priority"] == priority

    def test_broken_parts_cost_themselves_alone(self, tmp_path: Path) -> None:
        log = json.loads(SAMPLES["ocel"].read_text("utf-8"))
        log["events"][0] = 7
        log["objects"][0]["attributes"][0]["time"] = "yesterday"
        log["objects"].append({"type": "order"})
        path = written(tmp_path, log)
        assert [(row["id"], row["priority"]) for row in rows("ocel", path)] == [("e2/o1", "low")]
        assert [number for number, _ in told("ocel", path)] == [1, 3, 4, 6]
        assert told("ocel", path)[2][1].startswith("an attribute of `o1`: `yesterday` is not an instant")

    def test_times_without_an_offset_are_of_the_zone(self, tmp_path: Path) -> None:
        log = json.loads(SAMPLES["ocel"].read_text("utf-8").replace('Z"', '"'))
        path = written(tmp_path, log)
        assert "priority" not in only(rows("ocel", path), id="e2/o1")
        found = rows("ocel", path, PARIS)
        assert [(row["id"], row.get("priority")) for row in found] == [
            (row["id"], row.get("priority")) for row in rows("ocel")
        ]
        log["events"][1]["time"] = "2026-03-03T11:00:00Z"  # noon in Paris
        assert only(rows("ocel", written(tmp_path, log), PARIS), id="e2/o1")["priority"] == "high"
        log["events"][1]["time"] = "2026-03-03T10:59:59Z"
        assert only(rows("ocel", written(tmp_path, log), PARIS), id="e2/o1")["priority"] == "low"

    @pytest.mark.parametrize(
        ("log", "message"),
        [
            ({"ocel:events": {}}, "an OCEL 1.0 log (`ocel:events`); write it as OCEL 2.0"),
            ({"event": [], "objects": []}, "no OCEL log: `events` is missing or no list, did you mean `event`?"),
            ({"events": [], "objects": {}}, "no OCEL log: `objects` is missing or no list, did you mean `objects`?"),
        ],
    )
    def test_what_is_no_log(self, log: object, message: str, tmp_path: Path) -> None:
        assert told("ocel", written(tmp_path, log)) == [(1, message)]

    @needs_samples
    def test_a_log_of_others(self) -> None:
        path = SHARED / "ocel20_example.jsonocel"
        found = rows("ocel", path)
        assert told("ocel", path) == []
        log = json.loads(path.read_text("utf-8"))
        related = {(event["id"], of["objectId"]) for event in log["events"] for of in event["relationships"]}
        of_events = [row for row in found if not row["type"].endswith(".changed")]
        assert sorted(row["id"] for row in of_events) == sorted(f"{event}/{of}" for event, of in related)
        assert [row["time"] for row in found if row["id"] == "PO1/po_quantity/1"] == ["2022-01-13T11:00:00+00:00"]


def issue_of(key: str, **fields: Any) -> dict[str, Any]:
    return {"key": key, "fields": {"created": "2026-03-02T09:00:00Z", **fields}, "changelog": {"histories": []}}


def history(*items: dict[str, Any]) -> dict[str, Any]:
    return {"id": "1", "created": "2026-03-02T10:00:00Z", "items": list(items)}


def item(field: str, id: str, before: str | None, after: str | None) -> dict[str, Any]:
    return {"field": field, "fieldId": id, "from": "1", "fromString": before, "to": "2", "toString": after}


class TestJira:
    def test_an_issue_is_created_as_it_was(self) -> None:
        created = only(rows("jira"), id="DESK-1/created")
        assert created == {
            "id": "DESK-1/created",
            "type": "issue.created",
            "subject": "DESK-1",
            "time": "2026-03-02T09:00:00.000+0000",
            "summary": "Mail is down",
            "priority": "Medium",
            "issuetype": "Incident",
            "project": "Service desk",
            "status": "Open",
            "assignee": "Ben",
            "reporter": "Ann",
            "labels": ["mail"],
            "customfield_10050": "Gold",
        }

    def test_changes(self) -> None:
        found = [row for row in rows("jira") if row["type"].endswith(".changed")]
        assert [(row["id"], row["type"], row.get("from"), row.get("to")) for row in found] == [
            ("903:0", "resolution.changed", None, "Fixed"),
            ("903:1", "status.changed", "In Progress", "Done"),
            ("902:0", "priority.changed", "Medium", "Highest"),
            ("902:1", "labels.changed", ["mail"], ["mail", "urgent"]),
            ("902:2", "duedate.changed", None, "2026-03-10"),
            ("901:0", "status.changed", "Open", "In Progress"),
            ("901:1", "Component.changed", "mailbox", None),
        ]
        priority = found[2]
        assert (priority["priority"], priority["from_id"], priority["to_id"]) == ("Highest", "3", "1")
        assert priority["author"] == "Ben"

    def test_a_field_is_told_under_both_of_its_names(self, tmp_path: Path) -> None:
        changed, same = issue_of("D-1", customfield_10050="Gold"), issue_of("D-2", customfield_10050="Bronze")
        changed["changelog"]["histories"] = [history(item("Severity", "customfield_10050", "Bronze", "Gold"))]
        for issues in ([changed, same], [same, changed]):
            found = rows("jira", written(tmp_path, issues))
            created = {row["subject"]: row for row in found if row["type"] == "issue.created"}
            for row in created.values():
                assert (row["customfield_10050"], row["Severity"]) == ("Bronze", "Bronze")
            change = only(found, type="Severity.changed")
            assert (change["customfield_10050"], change["Severity"]) == ("Gold", "Gold")

    @pytest.mark.parametrize(("called", "id"), [("Component", "components"), ("Fix Version", "fixVersions")])
    def test_an_item_of_a_list(self, called: str, id: str, tmp_path: Path) -> None:
        issue = issue_of("D-1", **{id: [{"name": "exchange"}]})
        issue["changelog"]["histories"] = [history(item(called, id, None, "exchange"))]
        created, change = rows("jira", written(tmp_path, issue))
        assert not {called, id} & created.keys()
        assert (change["type"], change[called], change[id]) == (f"{called}.changed", "exchange", "exchange")

    def test_names_of_the_page_are_known_where_changes_tell_no_id(self, tmp_path: Path) -> None:
        issue = issue_of("D-1", customfield_7="Gold", priority="P1")
        issue["changelog"]["histories"] = [history({"field": "Severity", "fromString": "Iron", "toString": "Gold"})]
        page = {"names": {"customfield_7": "Severity", "priority": "Priority"}, "issues": [issue]}
        for document in (page, issue | {"names": page["names"]}):
            created, change = rows("jira", written(tmp_path, document))
            assert (created["customfield_7"], created["Severity"]) == ("Iron", "Iron")
            assert (change["customfield_7"], change["Severity"]) == ("Gold", "Gold")
            assert "Priority" not in created

    def test_a_name_that_two_fields_share_tells_of_neither(self, tmp_path: Path) -> None:
        issue = issue_of("D-1", priority="P1", customfield_1="a", customfield_2="b", customfield_3="c")
        changes = [item("priority", "customfield_1", "x", "a"), item("S", "customfield_2", "y", "b")]
        issue["changelog"]["histories"] = [history(*changes, item("S", "customfield_3", "z", "c"))]
        created, first, second, third = rows("jira", written(tmp_path, issue))
        assert (created["priority"], created["customfield_1"], created["customfield_2"]) == ("P1", "x", "y")
        assert (first["customfield_1"], second["customfield_2"], third["customfield_3"]) == ("a", "b", "c")
        assert "S" not in created.keys() | second.keys() | third.keys()
        assert "priority" not in first

    def test_times_without_an_offset_are_of_the_zone(self, tmp_path: Path) -> None:
        text = SAMPLES["jira"].read_text("utf-8").replace('+0000"', '"')
        path = written(tmp_path, text)
        assert only(rows("jira", path), id="DESK-1/created")["priority"] == "Highest"
        for zone in (PARIS, ZoneInfo("UTC")):
            assert only(rows("jira", path, zone), id="DESK-1/created")["priority"] == "Medium"

    def test_a_resolution(self) -> None:
        resolved = only(rows("jira"), type="issue.resolved")
        assert (resolved["subject"], resolved["time"]) == ("DESK-1", "2026-03-03T14:00:00.000+0000")
        assert resolved["resolution"] == "Fixed"

    def test_without_a_changelog_nobody_knows_the_status_of_then(self) -> None:
        created = only(rows("jira"), id="DESK-2/created")
        assert created["priority"] == "Medium"
        assert "status" not in created

    def test_one_issue_a_list_and_lines_say_the_same(self, tmp_path: Path) -> None:
        issues = json.loads(SAMPLES["jira"].read_text("utf-8"))["issues"]
        assert rows("jira", written(tmp_path, issues)) == rows("jira")
        assert rows("jira", written(tmp_path, issues[0])) == rows("jira")[:-1]
        lines = "".join(f"{json.dumps(issue)}\n" for issue in issues)
        assert rows("jira", written(tmp_path, lines, "issues.jsonl")) == rows("jira")

    def test_a_changelog_that_was_cut_is_a_finding(self, tmp_path: Path) -> None:
        issue = json.loads(SAMPLES["jira"].read_text("utf-8"))["issues"][0]
        issue["changelog"]["total"] = 140
        path = written(tmp_path, issue)
        assert told("jira", path) == [(1, "issue `DESK-1`: 3 of 140 changes are here, the others are not")]
        assert len(rows("jira", path)) == len(rows("jira")) - 1

    def test_broken_parts_cost_themselves_alone(self, tmp_path: Path) -> None:
        issue = json.loads(SAMPLES["jira"].read_text("utf-8"))["issues"][0]
        issue["fields"]["created"] = None
        issue["changelog"]["histories"][0]["created"] = ""
        issue["changelog"]["histories"][1]["items"][1] = 5
        issue["changelog"]["histories"] += ["x", {"created": "2026-03-02T09:00:00.000+0000", "items": 5}]
        path = written(tmp_path, [issue, {"key": "DESK-9"}, {"fields": {}}])
        assert told("jira", path) == [
            (1, "issue `DESK-1`: `time` is missing"),
            (1, "issue `DESK-1`: `time` is missing"),
            (1, "issue `DESK-1`: a change must be an object, found `5`"),
            (1, "issue `DESK-1`: a history must be an object, found `x`"),
            (1, "issue `DESK-1`: `items` must be a list, found `5`"),
            (2, "issue `DESK-9`: `fields` must be an object, found `None`"),
            (3, "`key` is missing"),
        ]
        assert [row["id"].partition("/")[0] for row in rows("jira", path)] == ["902:0", "901:0", "901:1", "DESK-1"]


class TestJiraSla:
    def test_the_sample(self) -> None:
        found = rows("jira-sla")
        assert short(found) == [
            ("sla.started", "10002", "2026-03-02T09:00:00.125000+00:00"),
            ("sla.stopped", "10002", "2026-03-02T11:30:00+00:00"),
            ("sla.started", "10002", "2026-03-02T10:00:00.125+0100"),
        ]
        stopped, ongoing = found[1:]
        assert (stopped["sla"], stopped["breached"], stopped["goal_ms"]) == ("Time to first response", True, 7_200_000)
        assert stopped["breach_time"] == "2026-03-02T11:00:00.125000+00:00"
        assert (ongoing["sla"], ongoing["breached"], ongoing["paused"]) == ("Time to resolution", False, True)

    def test_the_key_of_the_issue_names_it_where_it_is_there(self, tmp_path: Path) -> None:
        page = json.loads(SAMPLES["jira-sla"].read_text("utf-8"))
        first, second = page["values"]
        issue = {"key": "DESK-1", "fields": {"a": first, "b": second, "c": None, "summary": "x"}}
        for document in (page | {"issueKey": "DESK-1"}, issue, {"issues": [issue]}):
            found = rows("jira-sla", written(tmp_path, document))
            assert [row["subject"] for row in found] == ["DESK-1"] * 3

    def test_cycles_of_one_level_are_told_apart_in_whichever_order(self, tmp_path: Path) -> None:
        level = json.loads(SAMPLES["jira-sla"].read_text("utf-8"))["values"][0]
        later = json.loads(json.dumps(level["completedCycles"][0]))
        later["startTime"]["epochMillis"] += 86_400_000
        level["completedCycles"].append(later)
        forward = {row["id"]: row for row in rows("jira-sla", written(tmp_path, level))}
        level["completedCycles"].reverse()
        assert {row["id"]: row for row in rows("jira-sla", written(tmp_path, level))} == forward
        assert len(forward) == 4

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"completedCycles": [1]}, "a cycle must be an object, found `1`"),
            ({"completedCycles": [{"startTime": {"epochMillis": 10**18}}]}, "is outside the years 1 to 9999"),
            ({"completedCycles": [{}]}, "`time` is missing"),
            ({"completedCycles": 1}, "`completedCycles` must be a list, found `1`"),
            ({"_links": None}, "nothing says whose service level this is; write `issueKey` beside it"),
        ],
    )
    def test_broken_parts(self, change: dict[str, Any], message: str, tmp_path: Path) -> None:
        page = json.loads(SAMPLES["jira-sla"].read_text("utf-8"))
        page["values"][0] |= change
        path = written(tmp_path, page)
        ((number, found),) = told("jira-sla", path)
        assert number == 1
        assert found.endswith(message)
        assert short(rows("jira-sla", path))[-1] == ("sla.started", "10002", "2026-03-02T10:00:00.125+0100")


class TestZendesk:
    def test_tickets(self) -> None:
        found = rows("zendesk")
        assert short(found) == [
            ("ticket.created", "35436", "2026-03-02T09:00:00Z"),
            ("ticket.updated", "35436", "2026-03-03T15:00:00Z"),
            ("ticket.assigned", "35436", "2026-03-02T09:20:00Z"),
            ("ticket.solved", "35436", "2026-03-03T14:00:00Z"),
            ("ticket.created", "35437", "2026-03-02T10:00:00Z"),
            ("ticket.updated", "35437", "2026-03-02T10:00:00Z"),
        ]
        created, updated = found[:2]
        assert (created["ticket_subject"], created["ticket_type"]) == ("Mail is down", "incident")
        assert (created["priority"], created["custom_27642"], created["tags"]) == ("high", "gold", ["mail"])
        assert "status" not in created
        assert updated["status"] == "solved"
        assert {row["updated_at"] for row in found[:4]} == {"2026-03-03T15:00:00Z"}

    def test_a_ticket_alone_and_pages_in_a_list(self, tmp_path: Path) -> None:
        page = json.loads(SAMPLES["zendesk"].read_text("utf-8"))
        first, second = page["tickets"]
        assert rows("zendesk", written(tmp_path, {"ticket": first})) == rows("zendesk")[:4]
        pages = [page | {"tickets": [first]}, page | {"tickets": [second]}]
        assert rows("zendesk", written(tmp_path, pages)) == rows("zendesk")

    def test_audits(self) -> None:
        found = rows("zendesk-audits")
        assert [(row["id"], row["type"]) for row in found] == [
            ("35500", "ticket.created"),
            ("35500:4", "ticket.commented"),
            ("35500:5", "ticket.notification"),
            ("35501:6", "priority.changed"),
            ("35501:7", "tags.changed"),
        ]
        created, commented, _, priority, tags = found
        assert (created["priority"], created["status"], created["ticket_type"]) == ("normal", "new", "incident")
        assert (commented["public"], commented["author_id"]) == (True, 20)
        assert (priority["from"], priority["to"], priority["priority"]) == ("normal", "urgent", "urgent")
        assert (tags["from"], tags["to"]) == (["a"], ["a", "b"])
        assert {row["subject"] for row in found} == {"47"}

    def test_metric_events(self) -> None:
        found = rows("zendesk-metrics")
        assert short(found) == [
            ("reply_time.activate", "155", "2026-03-02T09:00:00Z"),
            ("reply_time.apply_sla", "155", "2026-03-02T09:00:00Z"),
            ("reply_time.breach", "155", "2026-03-02T10:00:00Z"),
            ("reply_time.update_status", "155", "2026-03-02T09:40:00Z"),
        ]
        _, applied, breach, status = found
        assert (applied["sla_target_in_seconds"], applied["sla_policy_title"]) == (3600, "Gold")
        assert (breach["id"], breach["deleted"]) == ("926232157303", True)
        assert (status["status_calendar"], status["status_business"]) == (40, 30)

    def test_broken_parts_cost_themselves_alone(self, tmp_path: Path) -> None:
        page = json.loads(SAMPLES["zendesk"].read_text("utf-8"))
        page["tickets"][0]["created_at"] = None
        path = written(tmp_path, page)
        assert told("zendesk", path) == [(1, "ticket.created of ticket `35436`: `time` is missing")]
        assert len(rows("zendesk", path)) == 5
        page = json.loads(SAMPLES["zendesk-audits"].read_text("utf-8"))
        page["audits"][0]["events"][0] = None
        page["audits"][1]["ticket_id"] = None
        path = written(tmp_path, page)
        assert told("zendesk-audits", path) == [
            (1, "audit `35500`: an event of an audit must be an object, found `None`"),
            (2, "`ticket_id` is missing"),
        ]
        assert len(rows("zendesk-audits", path)) == 3


class TestGithub:
    def test_the_sample(self) -> None:
        found = rows("github-timeline")
        assert told("github-timeline") == []
        assert short(found) == [
            ("issue.labeled", "7", "2026-03-02T09:05:00Z"),
            ("issue.renamed", "7", "2026-03-02T09:06:00Z"),
            ("issue.cross-referenced", "7", "2026-03-02T09:07:00Z"),
            ("issue.commented", "7", "2026-03-02T09:30:00Z"),
            ("issue.committed", "7", "2026-03-02T10:00:00Z"),
            ("issue.reviewed", "7", "2026-03-02T10:30:00Z"),
            ("issue.closed", "7", "2026-03-02T11:00:00Z"),
        ]
        labeled, renamed = found[:2]
        assert (labeled["id"], labeled["label"], labeled["actor"]) == ("labeled/6430295168", "P1", "ann")
        assert (renamed["from"], renamed["to"]) == ("Mail", "Mail is down")

    def test_nobody_guesses_the_issue(self, tmp_path: Path) -> None:
        items = json.loads(SAMPLES["github-timeline"].read_text("utf-8"))
        message = "nothing says to which issue `labeled` belongs; write `issue_number` into it"
        other = {"event": "closed", "created_at": "2026-03-02T09:00:00Z", "issue_number": 8}
        for path in (
            written(tmp_path, items[:3], "none.json"),
            written(tmp_path, [*items, other], "several.json"),
            written(tmp_path, "".join(f"{json.dumps(item)}\n" for item in items), "lines.jsonl"),
        ):
            assert told("github-timeline", path)[0] == (1, message)
        named = [item | {"issue_number": 8} for item in items]
        lines = written(tmp_path, "".join(f"{json.dumps(item)}\n" for item in named), "named.jsonl")
        assert {row["subject"] for row in rows("github-timeline", lines)} == {"8"}

    def test_an_issue_with_its_timeline(self, tmp_path: Path) -> None:
        items = json.loads(SAMPLES["github-timeline"].read_text("utf-8"))
        issue = {"number": 9, "created_at": "2026-03-01T09:00:00Z", "title": "Mail", "state": "closed"}
        issue["labels"] = [{"name": "bug"}]
        found = rows("github-timeline", written(tmp_path, issue | {"timeline": items[:3]}))
        assert short(found)[:2] == [
            ("issue.opened", "9", "2026-03-01T09:00:00Z"),
            ("issue.labeled", "9", "2026-03-02T09:05:00Z"),
        ]
        assert (found[0]["title"], found[0]["labels"]) == ("Mail", ["bug"])
        assert "state" not in found[0]

    def test_events_of_a_repository_open_each_issue_once(self, tmp_path: Path) -> None:
        issues = [{"number": n, "created_at": f"2026-03-0{n}T09:00:00Z"} for n in (1, 2)]
        events = [
            {"id": n, "event": "closed", "created_at": "2026-03-05T09:00:00Z", "issue": issues[n % 2]} for n in range(4)
        ]
        found = rows("github-timeline", written(tmp_path, events))
        assert [(row["type"], row["subject"]) for row in found] == [
            ("issue.opened", "1"),
            ("issue.closed", "1"),
            ("issue.opened", "2"),
            ("issue.closed", "2"),
            ("issue.closed", "1"),
            ("issue.closed", "2"),
        ]

    def test_comments_on_a_line_have_the_time_of_the_first(self, tmp_path: Path) -> None:
        item = {"event": "line-commented", "issue_number": 3, "comments": [{"created_at": "2026-03-02T09:00:00Z"}]}
        assert short(rows("github-timeline", written(tmp_path, item))) == [
            ("issue.line-commented", "3", "2026-03-02T09:00:00Z")
        ]
