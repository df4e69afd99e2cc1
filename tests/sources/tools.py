"""What the tests of sources share: an agreement whose fields have every kind, and what came in as plain tuples."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

import sla_rules as sla
from sla_rules.sources import Incoming, place
from sla_rules.sources.encoding import from_json
from tests.conftest import agreement

TERMS: sla.Agreement = agreement(
    {"start": "opened", "stop": "closed", "limit": "8 h"},
    events={
        "opened": {
            "level": {"kind": "text"},
            "sites": {"kind": "integer"},
            "share": {"kind": "decimal"},
            "vip": {"kind": "boolean"},
            "lines": {"kind": "list"},
        },
        "closed": {},
    },
)

NOON = 1_772_452_800_000_000
"""2026-03-02T12:00:00Z."""

OWN = ("@id", "@type", "@subject", "@at", "@file", "@row")

Came = tuple[str | None, str, str, int, dict[str, Any], str]
"""id, type, subject, instant, fields that are not null, and place of an event."""


def came(incoming: Iterable[pl.DataFrame]) -> list[Came]:
    """The events of all frames; JSON text is decoded."""
    events: list[Came] = []
    for frame in incoming:
        assert tuple(frame.columns[: len(OWN)]) == OWN
        assert frame.height
        for row in frame.iter_rows(named=True):
            id, type, subject, at, file, number = (row.pop(name) for name in OWN)
            events.append((id, type, subject, at, fields(row), place(file, number)))
    return events


def fields(row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a row of a frame, decoded."""
    return {
        name.removeprefix("json:"): from_json(value) if name.startswith("json:") else value
        for name, value in row.items()
        if value is not None
    }


def as_came(events: Iterable[sla.Event]) -> list[Came]:
    """Events in the same form."""
    return [
        (e.id, e.type, e.subject, e.at, {name: value for name, value in e.data.items() if value is not None}, e.place)
        for e in events
    ]


def told(incoming: Incoming) -> list[tuple[str, str, str]]:
    """The findings after everything was read, with nothing lost on the way."""
    events = sum(frame.height for frame in incoming)
    assert incoming.rows == events + sum(finding.count for finding in incoming.findings)
    return [(finding.kind, finding.message, finding.place) for finding in incoming.findings]


def opened(subject: str = "S", time: object = "2026-03-02T12:00:00Z", **more: object) -> dict[str, Any]:
    """A row that is an event."""
    return {"type": "opened", "subject": subject, "time": time, **more}


def lines(path: Path, *rows: object) -> Path:
    """Write rows as lines: text as it is, everything else as JSON."""
    texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path
