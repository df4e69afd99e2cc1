"""How the data of events is read: each kind, wrong values as findings, missing and misspelt fields."""

from datetime import date, datetime
from decimal import Decimal

import pytest

import sla_rules as sla
from sla_rules.instants import HOUR, micros
from sla_rules.language.declarations import EventDeclaration, FieldDeclaration


def declared(**fields: dict) -> EventDeclaration:
    return EventDeclaration("opened", {name: FieldDeclaration.model_validate(field) for name, field in fields.items()})


def read(declaration: EventDeclaration, **data: object) -> tuple[dict | None, list[sla.Finding]]:
    findings: list[sla.Finding] = []
    event = sla.Event(id="1", type="opened", subject="S", time="1970-01-01T01:00:00Z", data=data, place="e.jsonl:7")
    result = declaration.read(event, findings)
    if result is not None:
        assert (result.id, result.type, result.subject, result.at, result.place) == (
            "1",
            "opened",
            "S",
            HOUR,
            "e.jsonl:7",
        )
    return None if result is None else dict(result.data), findings


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", "P1", "P1"),
        ("text", "", ""),
        ("integer", 5, 5),
        ("integer", -(2**63), -(2**63)),
        ("integer", 5.0, 5),
        ("integer", Decimal("5.00"), 5),
        ("integer", Decimal("1E+3"), 1000),
        ("decimal", 5, Decimal(5)),
        ("decimal", 0.1, Decimal("0.1")),
        ("decimal", 0.5, Decimal("0.5")),
        ("decimal", Decimal("0.10"), Decimal("0.1")),
        ("boolean", True, True),
        ("boolean", False, False),
        ("instant", "1970-01-01T00:00:01Z", 1_000_000),
        ("instant", "1970-01-01T01:00:00+01:00", 0),
        ("date", "2026-03-02", date(2026, 3, 2)),
        ("date", date(2026, 3, 2), date(2026, 3, 2)),
        ("month", "2026-03", "2026-03"),
        ("list", [1, "a"], [1, "a"]),
        ("list", (1, "a"), [1, "a"]),
        ("record", {"a": 1}, {"a": 1}),
    ],
)
def test_kinds(kind, value, expected):
    data, findings = read(declared(f={"kind": kind}), f=value)
    assert data == {"f": expected}
    assert type(data["f"]) is type(expected)
    assert findings == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 5),
        ("text", True),
        ("text", ["P1"]),
        ("integer", True),
        ("integer", 5.5),
        ("integer", float("nan")),
        ("integer", float("inf")),
        ("integer", Decimal("NaN")),
        ("integer", Decimal("sNaN")),
        ("integer", Decimal("Infinity")),
        ("integer", Decimal("1E+30")),
        ("integer", Decimal("1E+999999")),
        ("integer", 2**63),
        ("integer", 1e300),
        ("integer", "5"),
        ("decimal", float("nan")),
        ("decimal", float("-inf")),
        ("decimal", Decimal("NaN")),
        ("decimal", True),
        ("decimal", "0.5"),
        ("boolean", 1),
        ("boolean", 0),
        ("boolean", "true"),
        ("boolean", 1.0),
        ("instant", "2026-03-02"),
        ("instant", "2026-03-02T14:00:00"),
        ("instant", "now"),
        ("instant", 0),
        ("date", "2026-02-30"),
        ("date", "20260302"),
        ("date", "2026-W10-1"),
        ("date", "2026-03-02T00:00:00Z"),
        ("date", datetime(2026, 3, 2)),
        ("month", "2026-13"),
        ("month", "2026-3"),
        ("month", "２０２６-03"),
        ("month", 202603),
        ("list", "a"),
        ("list", {"a": 1}),
        ("record", [1]),
    ],
)
def test_wrong_values_become_findings_and_count_as_missing(kind, value):
    data, findings = read(declared(f={"kind": kind, "required": True}, g={"kind": "text"}), f=value, g="kept")
    assert data == {"g": "kept"}
    (finding,) = findings
    assert (finding.kind, finding.event, finding.subject, finding.place) == ("wrong_value", "1", "S", "e.jsonl:7")
    assert finding.message.startswith("opened: f: ")
    assert finding.message.endswith("; taken as missing")


def test_booleans_are_no_integers_and_one_is_not_true():
    declaration = declared(n={"kind": "integer"}, b={"kind": "boolean"})
    assert read(declaration, n=True, b=1)[0] == {}
    assert read(declaration, n=1, b=True)[0] == {"n": 1, "b": True}


class TestAllowedValues:
    PRIORITY = {"kind": "text", "values": ["P1", "P2"]}

    def test_allowed(self):
        assert read(declared(p=self.PRIORITY), p="P2") == ({"p": "P2"}, [])

    def test_not_allowed(self):
        data, (finding,) = read(declared(p=self.PRIORITY), p="p1")
        assert data == {}
        assert finding.message == "opened: p: `p1` is not an allowed value, known: P1, P2; taken as missing"

    def test_nearly_allowed(self):
        declaration = declared(p={"kind": "text", "values": ["high", "low"]})
        assert "did you mean `high`?" in read(declaration, p="hihg")[1][0].message

    def test_of_other_kinds(self):
        assert read(declared(n={"kind": "integer", "values": [1, 2]}), n=2.0)[0] == {"n": 2}
        assert read(declared(n={"kind": "decimal", "values": [Decimal("0.5"), 1]}), n=0.5)[0] == {"n": Decimal("0.5")}
        assert read(declared(d={"kind": "date", "values": ["2026-03-02"]}), d="2026-03-02")[0] == {
            "d": date(2026, 3, 2)
        }
        assert read(declared(n={"kind": "integer", "values": [1, 2]}), n=3)[0] == {}


class TestMissingFields:
    @pytest.mark.parametrize("data", [{}, {"p": None}])
    def test_required(self, data):
        got, (finding,) = read(declared(p={"kind": "text", "required": True}), **data)
        assert got == {}
        assert (finding.kind, finding.message) == ("missing_field", "opened: `p` is missing")

    @pytest.mark.parametrize("data", [{}, {"p": None}])
    def test_not_required(self, data):
        assert read(declared(p={"kind": "text"}), **data) == ({}, [])

    def test_misspelt(self):
        _, findings = read(declared(priority={"kind": "text", "required": True}), prioritty="P1")
        assert [(finding.kind, finding.message) for finding in findings] == [
            ("unknown_field", "opened: unknown field `prioritty`, did you mean `priority`?"),
            ("missing_field", "opened: `priority` is missing"),
        ]

    def test_fields_that_resemble_none_are_left_aside(self):
        assert read(declared(priority={"kind": "text"}), priority="P1", colour="red") == ({"priority": "P1"}, [])

    def test_fields_that_resemble_one_that_is_there_are_left_aside(self):
        assert read(declared(priority={"kind": "text"}), priority="P1", priority2="P2") == ({"priority": "P1"}, [])


class TestNotBefore:
    INTERVAL = {"start": {"kind": "instant"}, "end": {"kind": "instant", "not_before": "start"}}
    EARLY, LATE = "1970-01-01T00:00:01Z", "1970-01-01T00:00:02Z"

    def test_reversed_is_left_out(self):
        data, (finding,) = read(declared(**self.INTERVAL), start=self.LATE, end=self.EARLY)
        assert data is None
        assert finding.kind == "interval_reversed"
        assert finding.message == "opened: `end` is before `start`; the event is left out"

    @pytest.mark.parametrize("end", [EARLY, LATE])
    def test_at_or_after_stays(self, end):
        assert read(declared(**self.INTERVAL), start=self.EARLY, end=end)[1] == []

    def test_with_one_of_them_missing_stays(self):
        assert read(declared(**self.INTERVAL), end=self.EARLY)[0] == {"end": micros(self.EARLY)}
        assert read(declared(**self.INTERVAL), start=self.LATE)[0] == {"start": micros(self.LATE)}

    def test_time_of_the_event(self):
        declaration = declared(due={"kind": "instant", "not_before": "time"})
        assert read(declaration, due="1970-01-01T00:59:59.999999Z")[0] is None
        assert read(declaration, due="1970-01-01T01:00:00Z")[0] == {"due": HOUR}


class TestFromText:
    @pytest.mark.parametrize(
        ("kind", "text", "value"),
        [
            ("text", "12", "12"),
            ("integer", "12", 12),
            ("integer", "-12", -12),
            ("integer", "12.0", 12),
            ("decimal", "0.10", Decimal("0.10")),
            ("boolean", "true", True),
            ("boolean", "FALSE", False),
            ("instant", "1970-01-01T00:00:01Z", 1_000_000),
            ("date", "2026-03-02", date(2026, 3, 2)),
            ("month", "2026-03", "2026-03"),
            ("list", '["a", 1]', ["a", 1]),
            ("record", '{"a": 1}', {"a": 1}),
        ],
    )
    def test_text_that_means_something(self, kind, text, value):
        field = FieldDeclaration.model_validate({"kind": kind})
        got = field.read(field.from_text(text))
        assert got == value
        assert type(got) is type(value)

    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            ("integer", "twelve"),
            ("integer", "12.5"),
            ("integer", "nan"),
            ("integer", "1e99999999"),
            ("integer", "9" * 5000),
            ("decimal", "0,5"),
            ("decimal", "nan"),
            ("boolean", "1"),
            ("boolean", "yes"),
            ("instant", "2026-03-02 14:00"),
            ("list", "["),
            ("list", "3"),
            ("list", "[" * 100_000),
            ("record", "[]"),
        ],
    )
    def test_text_that_means_nothing_is_refused_when_it_is_read(self, kind, text):
        field = FieldDeclaration.model_validate({"kind": kind})
        with pytest.raises(sla.SlaError) as caught:
            field.read(field.from_text(text))
        assert len(str(caught.value)) < 250
