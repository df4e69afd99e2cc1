"""The JSON Schema of a report, by which readers of the JSON check what they rely on.

`python -m sla_rules.report.shape` prints it as it is shipped, in `report.schema.json`.
"""

import json
import sys
from typing import Any, get_args

from sla_rules.language.document import Strength
from sla_rules.periods import Period
from sla_rules.report.documents import JSON_FORMAT
from sla_rules.report.tables import STATUSES
from sla_rules.rulings import Decision
from sla_rules.verdict import Outcome

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
COUNT: Schema = {"type": "integer", "minimum": 0}
MICROS: Schema = {"type": "integer", "description": "Microseconds."}
SHARE: Schema = {"type": "string", "pattern": r"^\d+(/\d+)?$", "description": "An exact fraction between 0 and 1."}
INSTANT: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$"}
OUTCOME: Schema = {"enum": [str(outcome) for outcome in Outcome]}
_PERIODS = {
    "day": r"\d{4}-\d\d-\d\d",
    "week": r"\d{4}-W\d\d",
    "month": r"\d{4}-\d\d",
    "quarter": r"\d{4}-Q[1-4]",
    "year": r"\d{4}",
    "whole": "whole",
}
PERIOD: Schema = {"type": "string", "pattern": f"^({'|'.join(_PERIODS[per] for per in get_args(Period))})$"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _record(fields: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**fields, **(optional or {})},
        "required": list(fields),
        "additionalProperties": False,
    }


def json_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of a report."""
    parts = {
        "check_the_mapping": TEXTS,
        "summary": _list_of("line"),
        "attainment": _list_of("share"),
        "breaches": _list_of("verdict"),
        "verdicts": _list_of("verdict"),
        "findings": _list_of("finding"),
    }
    told = {"rulings": _list_of("ruling"), "after_rulings": _list_of("after")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Report of sla_rules",
        **_record({"format": {"const": JSON_FORMAT}, **_provenance(), **parts}, optional=told),
        "$defs": {
            "line": _line(),
            "ruling": _ruling(),
            "after": _line(waived=COUNT),
            "share": _share(),
            "verdict": _verdict(),
            "finding": _finding(),
        },
    }


def _list_of(name: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}


def _provenance() -> Schema:
    return {
        "agreement": TEXT,
        "version": _or_null(TEXT),
        "versions": TEXTS,
        "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "timezone": TEXT,
        "as_of": _or_null({"type": "string", "format": "date-time"}),
        "library": TEXT,
        "timezone_data": TEXT,
        "holidays": _or_null(TEXT),
        **dict.fromkeys(("events", "unknown", "repeated", "unreadable", "verdicts_count", "findings_count"), COUNT),
    }


def _line(**more: Schema) -> Schema:
    fields = {
        "policy": TEXT,
        "version": _or_null(TEXT),
        "clause": TEXT,
        "section": TEXT,
        "strength": {"enum": list(get_args(Strength))},
        "promise": TEXT,
        "status": {"enum": list(STATUSES)},
    }
    return _record({**fields, **{str(outcome): COUNT for outcome in Outcome}, **more})


def _ruling() -> Schema:
    named = {"policy": TEXT, "subject": TEXT, "key": _or_null(TEXTS), "start": _or_null(INSTANT)}
    decided = {"decision": {"enum": list(get_args(Decision))}, "by": TEXT, "why": TEXT, "at": _or_null(INSTANT)}
    of = {"period": _or_null(TEXT), "agreement": _or_null(TEXT)}
    return _record({**named, **of, **decided, "holds": {"type": "boolean"}})


def _share() -> Schema:
    counts = ("met", "breached", "counted", "pending", "exempt", "void", "undetermined")
    fields = {"policy": TEXT, "period": _or_null(PERIOD), **dict.fromkeys(counts, COUNT)}
    told = {"share": _or_null(SHARE), "promised": TEXT, "kept": _or_null({"type": "boolean"})}
    return _record({**fields, **told}, optional={"version": TEXT})


def _verdict() -> Schema:
    fields = {
        "policy": TEXT,
        "subject": TEXT,
        "key": TEXTS,
        "outcome": OUTCOME,
        **dict.fromkeys(("start", "due", "stop"), _or_null(INSTANT)),
        **dict.fromkeys(("limit", "elapsed", "margin"), _or_null(MICROS)),
        "period": _or_null(PERIOD),
        "clauses": TEXTS,
        "exempted_by": TEXTS,
        "reason": TEXT,
        "evidence": TEXTS,
        "version": _or_null(TEXT),
    }
    of_period = dict.fromkeys(("counted", "met", "breached"), COUNT)
    of_month = dict.fromkeys(("measured", "excluded", "down"), MICROS)
    return _record(fields, optional={**of_period, **of_month, "share": _or_null(SHARE)})


def _finding() -> Schema:
    named = dict.fromkeys(("event", "subject", "policy"), _or_null(TEXT))
    return _record({"kind": TEXT, "message": TEXT, **named, "count": COUNT, "place": TEXT})


def schema_text() -> str:
    """Return the JSON Schema as it is shipped."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
