"""The JSON Schema: current, valid, and of one mind with `load` about what a single place may say."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from sla_rules.agreement import built_in
from sla_rules.language.document import AgreementFile
from sla_rules.language.loading import load_path, parts_of
from sla_rules.language.reading import read_yaml
from sla_rules.language.schema import json_schema, schema_text
from tests.language.test_design_example import EXAMPLE

VALIDATOR = Draft202012Validator(json_schema())


def as_json(value: object) -> object:
    """A plain value as an editor sees it: keys are text, numbers are floats."""
    return json.loads(json.dumps(value, default=float))


def complaints(text: str) -> list[str]:
    """The places that the schema refuses in a YAML text; it refuses whatever the models refuse."""
    raw = read_yaml(text, "a.yaml")[0]
    places = [error.json_path for error in VALIDATOR.iter_errors(as_json(raw))]
    if not places:
        AgreementFile.model_validate({"agreement": "a", **raw})
    return places


def policy(text: str) -> list[str]:
    return complaints(f"policies: [{{id: p, clause: c, {text}}}]")


def deadline(text: str) -> list[str]:
    return policy(f"kind: deadline, start: a, stop: b, {text}")


def test_the_shipped_schema_is_current():
    shipped = (files("sla_rules") / "schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text(), "not current; run: sla-rules schema > sla_rules/schema.json"


def test_it_is_a_schema():
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]
    Draft202012Validator.check_schema(schema)


def test_the_text_is_stable_and_ends_with_a_line_end():
    assert schema_text() == schema_text()
    assert schema_text().endswith("}\n")
    assert json.loads(schema_text()) == json_schema()


def test_it_takes_the_example_of_the_design():
    assert complaints(EXAMPLE) == []


@pytest.mark.parametrize("name", built_in())
def test_it_takes_the_built_in_agreements_as_load_sees_them(name):
    assert [str(error) for error in VALIDATOR.iter_errors(as_json(load_path(built_in()[name])[1]))] == []


@pytest.mark.parametrize(
    "part", [part for folder in built_in().values() for part in parts_of(folder)], ids=lambda p: p.name
)
def test_it_takes_each_part_of_a_folder(part: Path):
    assert complaints(part.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "limit",
    [
        "30 min", "1 h 30 min", "PT1H30M", "1.5 h", "0.5 ms", "2 hours", "none",
        "{each: 5 min, times: sites}", "{until: due}", "{end_of: month, after: 1}", "{business_days: 3}",
        "{calendar_days: 3}", "{by: p, table: {P1: 1 h, P2: unjudged}}",
        "{by: [p, vip], table: {P1: {true: 1 h, false: {end_of: day}}, 7: {true: none, false: 1 s}}}",
        "{lead_days: {to: due}, tiers: [{from: 0, to: 1, limit: 1 h}, {from: 2, limit: unjudged}]}",
    ],
)  # fmt: skip
def test_limits_that_load_takes(limit):
    assert deadline(f"limit: {limit}") == []


@pytest.mark.parametrize(
    "limit",
    [
        "30", "'30'", "1 day", "P2D", "P12M4M", "1 fortnight", "''", "PT", "30 mins", "unjudged", "[1 h]", "{}",
        "{each: 5 min}", "{each: 5 min, time: sites}", "{each: 5, times: sites}", "{end_of: week}",
        "{business_days: 0}", "{business_days: 1.5}",
        "{by: p, table: {P1: {each: 5 min}}}", "{by: p, table: {P1: {business_day: 1}}}", "{by: [], table: {P1: 1 h}}",
        "{by: p}", "{by: p, table: {P1: 1 day}}", "{lead_days: {to: due}, tiers: []}", "{lead_days: {to: due}}",
        "{lead_days: {to: due}, tiers: [{from: -1, limit: 1 h}]}",
    ],
)  # fmt: skip
def test_limits_that_load_refuses(limit):
    assert deadline(f"limit: {limit}") == ["$.policies[0]"]


@pytest.mark.parametrize(
    "text",
    [
        "applies: {priority: P1, sites: {gt: 75, le: {field: most}}, vip: true, weight: 0.5}",
        "applies: {all: [{a: true}], any: [{b: {exists: false}}, {}], not: {c: 0.5}}",
        "applies: {a: {field: b}, c: {in: [1, {field: d}]}, lines: {any_item: {amount: {gt: 0}}}}",
        "calendar: always",
        "calendar: {by: vip, table: {true: a, false: b}}",
        "pause: {from: x, to: [y, z]}",
        "pause: [{from: x, to: y}, {while: {status: pending}}]",
        "cancel: [a, {type: b, where: {c: 1}}]",
        "warn_at: [50 %, 99.5 %, 15 min before, PT1H after, 1 h after]",
        "objective: {breached_less_than: 0.5 %, per: quarter, of: due}",
        "exemptions: [{id: e, preceded_by: x}, {id: f, backlog: {by: a, members: b, more_than: 75, until: c}}]",
    ],
)
def test_parts_of_a_deadline_that_load_takes(text):
    assert deadline(f"limit: 1 h, {text}") == []


@pytest.mark.parametrize(
    "text",
    [
        "stopp: x",
        "applies: {priority: {equ: P1}}",
        "applies: {priority: {}}",
        "applies: {priority: [P1, P2]}",
        "applies: {priority: null}",
        "applies: {priority: {eq: null}}",
        "applies: {priority: {in: P1}}",
        "applies: {all: {a: 1}}",
        "calendar: {by: vip}",
        "pause: {from: x}",
        "pause: {while: {a: 1}, to: x}",
        "cancel: []",
        "cancel: ''",
        "cancel: {typ: x}",
        "warn_at: [80]",
        "warn_at: [1 day before]",
        "strict: yes",
        "occurrence: every",
        "objective: {per: month}",
        "objective: {at_least: 95 %}",
        "objective: {at_least: 95 %, breached_at_most: 5 %, per: month}",
        "objective: {at_least: 0.95, per: month}",
        "exemptions: [{id: e}]",
        "exemptions: [{id: e, when: {a: 1}, preceded_by: x}]",
    ],
)
def test_parts_of_a_deadline_that_load_refuses(text):
    assert deadline(f"limit: 1 h, {text}") == ["$.policies[0]"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("calender: {}", "$"),
        ("agreement: 12", "$.agreement"),
        ("title: 12", "$.title"),
        ("in_force: {from: 20260101}", "$.in_force.from"),
        ("in_force: {from: 2026-1-1}", "$.in_force.from"),
        ("clauses: [{id: c, section: 4.2}]", "$.clauses[0].section"),
        ("clauses: [{id: c, strength: guarante}]", "$.clauses[0].strength"),
        ("clauses: [{id: c, status: descriptive}]", "$.clauses[0]"),
        ("clauses: [{id: c, figures: {a: 0.5}}]", "$.clauses[0].figures.a"),
        ("events: {a: {b: {kind: texte}}}", "$.events.a.b.kind"),
        ("events: {a: {b: {kind: text, values: []}}}", "$.events.a.b.values"),
        ("events: {a: {time: {kind: instant}}}", "$.events.a"),
        ("events: {a: }", "$.events.a"),
        ("calendars: {a: {week: {mon-fry: 09:00-17:00}}}", "$.calendars.a.week"),
        ("calendars: {a: {week: {mon: [9-17]}}}", "$.calendars.a.week.mon"),
        ("calendars: {a: {holidays: {dates: [15 May]}}}", "$.calendars.a.holidays.dates"),
        ("calendars: {a: {holidays: {dates: {15 May: x}}}}", "$.calendars.a.holidays.dates"),
        ("calendars: {a: {exhausted_at: open}}", "$.calendars.a.exhausted_at"),
        ("windows: {a: {from: x}}", "$.windows.a"),
        ("windows: {a: {skope: x}}", "$.windows.a"),
        ("policies: [{id: p, clause: c, kind: deadlin}]", "$.policies[0]"),
        ("policies: [{id: p, clause: c, kind: required_fields, record: a}]", "$.policies[0]"),
        ("policies: [{id: p, clause: c, kind: required_fields, record: a, fields: [b], each: d}]", "$.policies[0]"),
    ],
)
def test_what_load_refuses_elsewhere(text, place):
    assert set(complaints(text)) == {place}


@pytest.mark.parametrize(
    "text",
    [
        "calendars: {a: {week: {mon-fri: [09:00-12:00, '13:00-17:30'], Sat: 22:00-06:00, 'sun, mon': []}}}",
        "calendars: {a: {holidays: {country: FR, dates: 2026-05-15}}}",
        "calendars: {a: {holidays: {dates: {2026-05-15: Bridge, 2026-05-16: }}}}",
        "windows: {a: {}, b: {scope: x}, c: {from: x, to: y}}",
        "events: {a: {}, b: {c: {kind: integer, values: [1, 2], required: true, not_before: d}}}",
    ],
)
def test_what_load_takes_elsewhere(text):
    assert complaints(text) == []
