"""What the tests of the columnar evaluator share: what verdicts say in every column, and a history as many sources."""

import csv
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

import polars as pl

import sla_rules as sla
from sla_rules.events import Finding
from sla_rules.instants import micros, moment
from sla_rules.judged import Judged, judged_of, verdicts_of
from sla_rules.sources.encoding import to_json
from sla_rules.verdict import Verdicts

Row = dict[str, Any]

OWN = ("id", "type", "subject", "time", "data")


# --- what verdicts say -------------------------------------------------------------------------------------------


def rows_of(frame: pl.DataFrame, judged: Judged) -> list[Row]:
    """All columns of all verdicts and their sentences, in an order of their own."""
    whole = frame.with_columns(
        pl.Series("reason", [each.reason for each in verdicts_of(frame, judged.terms)], pl.String)
    )
    rows = whole.with_columns(pl.selectors.by_dtype(pl.Enum).cast(pl.String)).rows(named=True)
    first = ("policy", "version", "counted", "start", "key", "period", "evidence")
    return sorted(rows, key=lambda row: (*(repr(row[name]) for name in first), repr(row)))


def told(finding: Finding) -> tuple[object, ...]:
    """All of a finding but the place, which is another in every source."""
    return finding.kind, finding.message, finding.event, finding.subject, finding.policy, finding.count


def apart(expected: Verdicts | Judged, found: Judged | sla.Report) -> list[str]:
    """Every difference between what was expected and what was found, in words; none where they agree."""
    wanted = judged_of(expected) if isinstance(expected, Verdicts) else expected
    given = found.judged if isinstance(found, sla.Report) else found
    said = [
        _of_rows(*pair) for pair in zip_longest(*(rows_of(each.verdicts.collect(), each) for each in (wanted, given)))
    ]
    said.append(_of_counts("finding", *(Counter(map(told, each.findings)) for each in (wanted, found))))
    said += [
        [f"{name}: {one!r} became {other!r}"]
        for name in ("as_of", "given")
        if (one := getattr(wanted, name)) != (other := getattr(given, name))
    ]
    if (
        not given.breached.collect()
        .sort(pl.all())
        .equals(given.verdicts.collect().filter(pl.col("outcome") == "breached").sort(pl.all()))
    ):
        said.append(["what is breached differs from the verdicts that are"])
    said.append(_of_counts("count", *(Counter(each.counts.rows()) for each in (wanted, given))))
    for name in ("level", "vip", "service", "customer", "severity"):
        said.append(_of_counts(f"last {name}", *(Counter(each.attributes(name).rows()) for each in (wanted, given))))
    return [each for some in said for each in some]


def _of_rows(one: Row | None, other: Row | None) -> list[str]:
    if one is None or other is None:
        return [f"verdict only {'found' if one is None else 'expected'}: {one or other}"]
    named = f"{one['policy']} of {one['subject']!r}"
    return [f"{named}: {name} {one[name]!r} became {other[name]!r}" for name in one if one[name] != other[name]]


def _of_counts(what: str, one: Counter[Any], other: Counter[Any]) -> list[str]:
    return [f"{what} missing: {each}" for each in (one - other).elements()] + [
        f"{what} too many: {each}" for each in (other - one).elements()
    ]


def expected_of(
    agreement: sla.Agreement, events: Iterable[sla.Event], as_of: int | None, windows: Sequence[sla.Window] = ()
) -> Verdicts:
    """What the reference says."""
    return sla.judge(agreement, events, as_of=None if as_of is None else moment(as_of), windows=windows)


def counted_findings(report: sla.Report) -> Counter[str]:
    """How many events the findings of each kind stand for."""
    found = Counter[str]()
    for finding in report.findings:
        found[finding.kind] += finding.count
    return found


# --- one history as many sources ---------------------------------------------------------------------------------


def without_nulls(events: Iterable[sla.Event]) -> list[sla.Event]:
    """The same events without fields that are null, which no frame tells from missing ones."""
    return [remade(event) for event in events]


def remade(event: sla.Event, **changes: Any) -> sla.Event:
    """The same event without null fields, and with other parts."""
    data = {name: value for name, value in event.data.items() if value is not None}
    parts = {"id": event.id, "type": event.type, "subject": event.subject, "time": event.time, "data": data}
    return sla.Event(**{**parts, **changes})


def disordered(events: Sequence[sla.Event], seed: int) -> list[sla.Event]:
    """The same history as it may come in: shuffled, some events without their id, some twice, some ids for two."""
    dice = random.Random(seed)
    bare, again, clash = (dice.choice((0.0, 0.0, 0.3, 1.0)) * scale for scale in (1.0, 0.5, 0.3))
    some = [remade(event, id=None) if dice.random() < bare else remade(event) for event in events]
    some += [remade(event) for event in some if dice.random() < again]
    some += [
        remade(event, id=dice.choice(some).id or event.id)
        for event in some.copy()
        if event.id is not None and dice.random() < clash
    ]
    dice.shuffle(some)
    return some


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
