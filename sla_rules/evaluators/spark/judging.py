"""Tasks that judge: by subject, by the keys that span subjects, all subjects together, and the periods at last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.declared import world_of_frames
from sla_rules.evaluators.columnar.frames import frame_of_all
from sla_rules.evaluators.columnar.judging import Counts, Found, count, judge_all, judged_periods
from sla_rules.evaluators.columnar.world import World
from sla_rules.evaluators.spark.known import Known
from sla_rules.evaluators.spark.outgoing import TO, Rows
from sla_rules.evaluators.spark.reading import Batches, OfPlace, table_of
from sla_rules.judged import schema
from sla_rules.verdict import Outcome

COUNTS = tuple(str(outcome) for outcome in Outcome)

SPREAD = ("policy", "subject", "start")
"""The columns by which verdicts spread over all places, and the counts of a policy come to one.

What a row says decides where it goes, never its number: a task that is tried again may give its rows in another order.
"""


class Telling(Protocol):
    """Hands out what was judged."""

    @property
    def rows(self) -> Rows:
        """The form of what is handed out."""

    def __call__(self, version: int, found: Sequence[Found], worlds: Sequence[World], /) -> Batches:
        """Yield what there is to say about the instances of a version, and the worlds in which they were judged."""


@dataclass(frozen=True)
class Verdicts:
    """Hands out verdicts; with them, where there are objectives, how many instances of each period came to what.

    Such a count is a row without an outcome, subject and start.
    """

    agreement: Agreement

    @property
    def with_periods(self) -> bool:
        """Whether any policy has an objective."""
        versions = self.agreement.versions
        return any(policy.objective is not None for version in versions for policy in version.policies.values())

    @property
    def rows(self) -> Rows:
        """The columns of verdicts."""
        return Rows(schema(self.agreement))

    def __call__(self, version: int, found: Sequence[Found], _worlds: Sequence[World], /) -> Batches:
        """Yield the verdicts of instances, and the counts of their periods."""
        agreement = self.agreement.versions[version]
        judged = [found if each is agreement else [] for each in self.agreement.versions]
        yield from self.rows.batches(frame_of_all(judged, [{} for _ in judged], self.agreement))
        counts: Counts = {}
        count(found, agreement, counts)
        rows = [
            {"policy": id, "version": agreement.version, "period": label}
            | dict(zip(COUNTS, cells.tolist(), strict=True))
            for id, by_label in counts.items()
            for label, cells in by_label.items()
        ]
        if rows:
            shape = {**self.rows.shape, "policy": pl.String()}
            yield from self.rows.batches(pl.DataFrame(rows, schema=shape))


@dataclass(frozen=True)
class BySubject(OfPlace):
    """Judges subjects, all events of each."""

    known: Known
    tell: Telling

    def of(self, rows: pa.Table) -> Batches:
        """Judge the subjects of a partition."""
        known = self.known
        framed = known.framed(rows)
        for version, wide in enumerate(known.wide()):
            agreement = known.versions[version]
            world = world_of_frames(framed, agreement, known.versions, known.windows, wide)
            found, worlds = judge_all(world, frozenset(agreement.policies) - known.shared[version].apart)
            yield from self.tell(version, found, [*worlds, wide])


@dataclass(frozen=True)
class ByKey(OfPlace):
    """Judges the policies whose keys span subjects, in the parts into which `SpreadByKey` has sorted the events."""

    known: Known
    tell: Telling

    def of(self, rows: pa.Table) -> Batches:
        """Judge the parts that a partition holds, all events of each."""
        known = self.known
        wide = known.wide()
        to, events = rows[TO], rows.drop_columns([TO])
        for each in np.unique(to.to_numpy()).tolist():
            slot, part = divmod(each, known.parts)
            version, keyed = known.keyed[slot]
            framed = known.framed(events.filter(pc.equal(to, each)))
            agreement, fields = known.versions[version], keyed.needs.fields
            world = world_of_frames(framed, agreement, known.versions, known.windows, wide[version], fields)
            world.share = part, known.parts
            found, worlds = judge_all(known.knowing(world, version), keyed.policies)
            yield from self.tell(version, found, [*worlds, wide[version]])


@dataclass(frozen=True)
class OfAll:
    """Judges the policies that concern all subjects, and need to have them all in one place."""

    known: Known
    tell: Telling

    def __call__(self, batches: Batches) -> Batches:
        """Judge the only place; a service is judged without any event as well."""
        known = self.known
        framed = known.framed(table_of(batches))
        for version, (agreement, each) in enumerate(zip(known.versions, known.shared, strict=True)):
            fields = each.everything.fields
            world = world_of_frames(framed, agreement, known.versions, known.windows, None, fields)
            found, worlds = judge_all(known.knowing(world, version), each.of_all)
            yield from self.tell(version, found, worlds)


@dataclass(frozen=True)
class PeriodsToo:
    """Passes verdicts on, and judges the periods of the policies whose counts come together here."""

    agreement: Agreement
    now: int | None

    def __call__(self, batches: Batches) -> Batches:
        """Read a partition of what `Verdicts` has handed out."""
        told = Rows(schema(self.agreement))
        partial: list[pl.DataFrame] = []
        for batch in batches:
            rows = pa.Table.from_batches([batch])
            verdicts = rows.filter(pc.is_valid(rows["outcome"]))
            # Spark names the zone of its session, and may hand over what is never null as such.
            yield from verdicts.cast(told.schema).to_batches()
            if len(verdicts) < len(rows):
                counted = rows.filter(pc.is_null(rows["outcome"])).select(["policy", "version", "period", *COUNTS])
                partial.append(pl.DataFrame(counted))
        if partial:
            yield from told.batches(self._judged(pl.concat(partial)))

    def _judged(self, counted: pl.DataFrame) -> pl.DataFrame:
        """Return the verdicts of periods by the counts of their instances."""
        versions = self.agreement.versions
        places = {version.version: place for place, version in enumerate(versions)}
        counts: list[Counts] = [{} for _ in versions]
        sums = counted.group_by("policy", "version", "period").agg(pl.col(COUNTS).sum())
        for policy, version, period, *cells in sums.iter_rows():
            counts[places[version]].setdefault(policy, {})[period] = np.array(cells, np.int64)
        periods = [judged_periods(each, version, self.now) for each, version in zip(counts, versions, strict=True)]
        return frame_of_all([[] for _ in versions], periods, self.agreement)
