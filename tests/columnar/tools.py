"""What the tests of the columnar evaluator share: one history as many sources."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

import sla_rules as sla
from sla_rules.instants import micros, moment
from sla_rules.sources.encoding import to_json
from tests.comparing import Row

OWN = ("id", "type", "subject", "time", "data")


def counted_findings(report: sla.Report) -> Counter[str]:
    """How many events the findings of each kind stand for."""
    found = Counter[str]()
    for finding in report.findings:
        found[finding.kind] += finding.count
    return found


def as_rows(events: Iterable[sla.Event]) -> list[Row]:
    """Events as rows of a frame with their data as a mapping."""
    return [
        {
            "id": event.id,
            "type": event.type,
            "subject": event.subject,
            "time": event.time.isoformat(),
            "data": dict(event.data),
        }
        for event in events
    ]


def own_columns(rows: Sequence[Row]) -> dict[str, pl.Series]:
    return {name: pl.Series(name, [row[name] for row in rows], pl.String) for name in ("id", "type", "subject", "time")}


def with_json(rows: Sequence[Row]) -> pl.DataFrame:
    """A frame whose `data` is JSON text."""
    return pl.DataFrame(
        [*own_columns(rows).values(), pl.Series("data", [to_json(row["data"]) for row in rows], pl.String)]
    )


def with_columns(rows: Sequence[Row], agreement: sla.Agreement, *, parsed: bool = True) -> pl.DataFrame:
    """A frame in which every field that has values of one plain kind is a column of its type, the others in `data`.

    Instants and dates have types of their own where each of them is one, unless they shall not be `parsed`.
    """
    kinds: dict[str, set[str]] = {}
    for version in agreement.versions:
        for declaration in version.events.values():
            for name, field in declaration.fields.items():
                kinds.setdefault(name, set()).add(field.kind)
    names = sorted({name for row in rows for name in row["data"]})
    columns = own_columns(rows)
    if parsed and len({row["time"] for row in rows}) % 2:
        columns["time"] = columns["time"].str.to_datetime(time_unit="us", time_zone="UTC")
    for name in names:
        values = [row["data"].get(name) for row in rows]
        column = typed(name, values, kinds.get(name, set()) if parsed else set())
        if column is not None and name not in OWN:
            columns[name] = column
    rest = [{name: value for name, value in row["data"].items() if name not in columns} for row in rows]
    if any(rest):
        columns["data"] = pl.Series("data", [to_json(data) for data in rest], pl.String)
    return pl.DataFrame(list(columns.values()))


def typed(name: str, values: Sequence[Any], kinds: set[str]) -> pl.Series | None:
    """A column of plain values, None where they are of several kinds or of none that is plain."""
    there = [value for value in values if value is not None]
    if {type(value) for value in there} == {str}:
        for kind, read, dtype in (
            ("instant", instant, pl.Datetime("us", "UTC")),
            ("date", date.fromisoformat, pl.Date),
        ):
            if kinds == {kind}:
                try:
                    return pl.Series(name, [None if value is None else read(value) for value in values], dtype)
                except (ValueError, sla.SlaError):
                    break
        return pl.Series(name, values, pl.String)
    plain = [({bool}, pl.Boolean), ({int}, pl.Int64)]
    for kind, dtype in plain:
        if {type(value) for value in there} == kind:
            return pl.Series(name, values, dtype)
    return None


def instant(text: str) -> Any:
    return moment(micros(text))


def to_parquet(rows: Sequence[Row], agreement: sla.Agreement, path: Path, *, parsed: bool = True) -> Path:
    with_columns(rows, agreement, parsed=parsed).write_parquet(path)
    return path


def to_json_lines(rows: Sequence[Row], _: sla.Agreement, path: Path) -> Path:
    path.write_text("".join(f"{to_json(row)}\n" for row in rows), encoding="utf-8")
    return path


def to_csv(rows: Sequence[Row], _: sla.Agreement, path: Path) -> Path:
    """Every field is a column of text: text as it is, everything else as JSON."""
    names = sorted({name for row in rows for name in row["data"]} - set(OWN))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "type", "subject", "time", *names])
        for row in rows:
            cells = [row["data"].get(name) for name in names]
            writer.writerow([*(row[name] for name in OWN[:4]), *map(cell, cells)])
    return path


def cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else to_json(value)


WRITERS: Mapping[str, Callable[[Sequence[Row], sla.Agreement, Path], Path]] = {
    "parquet": to_parquet,
    "jsonl": to_json_lines,
    "csv": to_csv,
}


def in_parts(rows: Sequence[Row], number: int) -> list[list[Row]]:
    """Rows in so many parts, none of them empty."""
    size = -(-len(rows) // number)
    return [list(rows[low : low + size]) for low in range(0, len(rows), size)]
