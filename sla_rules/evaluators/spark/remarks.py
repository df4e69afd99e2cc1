"""What is remarkable about the data: told by every task about its own events, and put together in one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

import polars as pl
import pyarrow as pa

from sla_rules.errors import quoted
from sla_rules.evaluators.columnar.findings import Findings
from sla_rules.evaluators.columnar.framing import repeated_ids
from sla_rules.evaluators.columnar.judging import Found
from sla_rules.evaluators.columnar.world import World
from sla_rules.evaluators.spark.known import Known
from sla_rules.evaluators.spark.outgoing import Rows
from sla_rules.evaluators.spark.reading import Batches, OfPlace, Reader, table_of
from sla_rules.events import Finding
from sla_rules.sources.incoming import FRAME
from sla_rules.sources.refusals import Refusals

DUPLICATE = "duplicate"
"""The kind of finding that counts all repeated events."""

TEXTS = ("kind", "message", "event", "subject", "policy")
FINDINGS = Rows({**dict.fromkeys(TEXTS, pl.String()), "count": pl.Int64()})
FOUND = Rows({**FINDINGS.shape, "at": pl.Int64(), "times": pl.Int64(), "adds": pl.Boolean()})
"""Findings as tasks tell them: with the time of the event where another task may know of an earlier one, how many times
the task tells it, and whether another one that tells the same tells of other rows."""

Timed = tuple[int | None, Finding]
"""A finding with the time of its event, if that matters."""


def told(findings: Iterable[Timed], *, adds: bool = False) -> Batches:
    """Yield the findings of a task as rows."""
    rows = [
        {
            **{name: getattr(found, name) for name in FINDINGS.shape},
            "at": at,
            "times": times,
            "adds": adds or at is not None or (found.event is None and found.count > 1),
        }
        # Without the place, which would be that of a row in a task.
        for (at, found), times in Counter((at, replace(each, place="")) for at, each in findings).items()
    ]
    return FOUND.batches(pl.DataFrame(rows, schema=dict(FOUND.shape)))


@dataclass(frozen=True)
class FindingsTold:
    """Hands out what is remarkable about the worlds in which instances were judged."""

    rows: Rows = FOUND

    def __call__(self, _version: int, _found: Sequence[Found], worlds: Sequence[World], /) -> Batches:
        """Yield the findings."""
        findings = Findings()
        unknown: list[Timed] = []
        for each in worlds:
            findings.add(each.findings)
            findings.remark(each.remarks)
            unknown += each.unknown
        yield from told([*((None, each) for each in findings.written()), *unknown])


@dataclass(frozen=True)
class Refused:
    """Which rows are no events, and why."""

    reader: Reader

    def __call__(self, batches: Batches) -> Batches:
        """Look at a partition, batch by batch."""
        refusals = Refusals()
        for batch in batches:
            rows = table_of([batch])
            if rows is not None:
                self.reader.events(rows, refusals)
        yield from told(((None, each) for each in refusals.findings(FRAME)), adds=True)


@dataclass(frozen=True)
class Repeated(OfPlace):
    """Which events share their id with others."""

    known: Known

    def of(self, rows: pa.Table) -> Batches:
        """Look at events of some ids, all that have them."""
        framed = self.known.framed_with_repeated(rows)
        found = repeated_ids(framed)[1]
        first = dict(framed.own.group_by("@id").agg(pl.col("@at").min()).iter_rows())
        yield from told((first[each.event] if each.kind == DUPLICATE else None, each) for each in found)


@dataclass(frozen=True)
class Merged(OfPlace):
    """Puts together what all tasks have told."""

    def of(self, rows: pa.Table) -> Batches:
        """Read the only place."""
        findings, repeated = Findings(), list[tuple[int, Finding]]()
        for at, found in findings_in(pl.DataFrame(rows)):
            if at is None:
                findings.add([found])
            elif found.kind == DUPLICATE:
                repeated.append((at, found))
            else:
                findings.unknown([(at, found)])
        if repeated:
            findings.add([all_repeated(repeated)])
        written = [{name: getattr(each, name) for name in FINDINGS.shape} for each in findings.written()]
        yield from FINDINGS.batches(pl.DataFrame(written, schema=dict(FINDINGS.shape)))


def findings_in(rows: pl.DataFrame) -> Iterator[Timed]:
    """Yield the findings that tasks have told, in an order of their own, those that several have once."""
    times = pl.when(pl.col("adds").first()).then(pl.col("times").sum()).otherwise(pl.col("times").max())
    names = [*FINDINGS.shape, "at"]
    for *cells, at, number in rows.group_by(names).agg(times).sort(names).iter_rows():
        found = Finding(**dict(zip(FINDINGS.shape, cells, strict=True)))
        yield from repeat((at, found), number)


def all_repeated(parts: list[tuple[int, Finding]]) -> Finding:
    """Return what several tasks tell of repeated events as one finding, about the first of them."""
    number = sum(found.count for _, found in parts)
    first = min(parts, key=lambda each: (each[0], each[1].event or ""))[1]
    message = f"{number} repeated events dropped, the first is {quoted(first.event)}"
    return replace(first, count=number, message=message)
