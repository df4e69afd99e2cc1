"""Tasks that look at events before any is judged: how late it is, whose ids are repeated, who is in a backlog."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from sla_rules.evaluators.columnar.backlogs import Members, members, until_by_owner
from sla_rules.evaluators.columnar.declared import Reading
from sla_rules.evaluators.columnar.framing import Framed, repeated_ids
from sla_rules.evaluators.columnar.spreading import shares
from sla_rules.evaluators.columnar.world import World
from sla_rules.evaluators.spark.known import Known
from sla_rules.evaluators.spark.outgoing import IN_A_BATCH, TO, Rows
from sla_rules.evaluators.spark.reading import Batches, OfPlace, Reader, table_of
from sla_rules.language.exemptions import Backlog
from sla_rules.sources.refusals import Refusals

SURVEY = Rows({"rows": pl.Int64(), "events": pl.Int64(), "latest": pl.Int64(), "problem": pl.String()})
KEPT = Rows(dict.fromkeys(("id", "subject", "type"), pl.String()))
PICKLED = Rows({"slot": pl.Int64(), "pickled": pl.Binary()})


@dataclass(frozen=True)
class Survey:
    """How many rows and events there are in a place, when the latest was, and why the first row that is none is so."""

    reader: Reader

    def __call__(self, batches: Batches) -> Batches:
        """Survey a partition, batch by batch."""
        read = events = 0
        latest: list[int] = []
        refusals = Refusals()
        for batch in batches:
            rows = table_of([batch])
            if rows is not None:
                frames = self.reader.events(rows, refusals)
                read += len(rows)
                events += sum(map(len, frames))
                latest += [int(frame["@at"].to_numpy().max()) for frame in frames]
        problem = refusals.listed[0].message if refusals.listed else None
        said = {"rows": read, "events": events, "latest": max(latest, default=None), "problem": problem}
        yield from SURVEY.batches(pl.DataFrame([said], schema=dict(SURVEY.shape)))


@dataclass(frozen=True)
class KeptOfRepeated(OfPlace):
    """Of the events that share an id, which one counts."""

    known: Known

    def of(self, rows: pa.Table) -> Batches:
        """Look at events of some ids, all that have them."""
        yield from KEPT.batches(kept_of_repeated(self.known.framed_with_repeated(rows)))


def kept_of_repeated(framed: Framed) -> pl.DataFrame:
    """Return `id`, `subject` and `type` of the events that count, of those that share their id with others."""
    dropped = repeated_ids(framed)[0]
    framed.keep[dropped] = False
    ids = framed.own["@id"]
    again = ids.is_in(ids.gather(dropped).implode()).fill_null(False).to_numpy()
    return framed.own[np.flatnonzero(again & framed.keep)].select(
        pl.col(f"@{name}").alias(name) for name in ("id", "subject", "type")
    )


@dataclass(frozen=True)
class MembersOf(OfPlace):
    """The members of backlogs among some subjects."""

    known: Known

    def of(self, rows: pa.Table) -> Batches:
        """Look at subjects, all of each; a row for each backlog that has any."""
        framed = self.known.framed(rows)
        for slot, (version, backlog) in enumerate(self.known.backlogs):
            found = members(backlog, self._world(framed, version, backlog))
            if len(found.joined):
                yield from pickled(slot, found)

    def _world(self, framed: Framed, version: int, backlog: Backlog) -> World:
        agreement, versions = self.known.versions[version], self.known.versions
        needs = self.known.shared[version].backlogs[backlog]
        reading = Reading(framed, agreement, versions, needs.fields)
        return World(agreement, versions, reading.log, framed.as_of, ())


@dataclass(frozen=True)
class EndsOf(OfPlace):
    """Until when backlogs lasted."""

    known: Known

    def of(self, rows: pa.Table) -> Batches:
        """Look at all members of some backlogs; a row for each backlog that ever was one."""
        parts: dict[int, list[Members]] = {}
        for slot, each in unpickled(rows):
            parts.setdefault(slot, []).append(each)
        for slot, found in parts.items():
            yield from pickled(slot, until_by_owner(self.known.backlogs[slot][1], found))


@dataclass(frozen=True)
class LeftOut(OfPlace):
    """The subjects of which an event contradicts itself and is left out, by version."""

    known: Known

    def of(self, rows: pa.Table) -> Batches:
        """Look at some events."""
        framed = self.known.framed(rows)
        for slot, version in enumerate(self.known.versions):
            bounded = {name for each in version.events.values() for pair in each.bounded for name in pair}
            subjects = Reading(framed, version, self.known.versions, frozenset(bounded)).subjects_left_out
            yield from pickled(slot, frozenset(subjects))


def pickled(slot: int, value: object) -> Batches:
    """Yield a value as a row."""
    return PICKLED.batches(pl.DataFrame({"slot": [slot], "pickled": [pickle.dumps(value)]}))


@dataclass(frozen=True)
class SpreadByKey(OfPlace):
    """Events sorted by the keys that span subjects."""

    known: Known

    def of(self, rows: pa.Table) -> Batches:
        """Give each event of some subjects, all of each, once for each part by a key to which it belongs."""
        framed = self.known.framed(rows)
        place = framed.own["@row"].to_numpy() - 1
        of = self.known.parts
        for slot, (version, keyed) in enumerate(self.known.keyed):
            agreement = self.known.versions[version]
            reading = Reading(framed, agreement, self.known.versions, keyed.needs.fields)
            events, share = shares(reading.log, keyed, agreement, of)
            some = rows.take(place[reading.places[events]])
            yield from some.append_column(TO, pa.array(share + slot * of, pa.int64())).to_batches(IN_A_BATCH)


def unpickled(rows: pa.Table) -> Iterator[tuple[int, Any]]:
    """Yield what tasks have pickled, by slot."""
    for slot, each in zip(rows["slot"].to_pylist(), rows["pickled"].to_pylist(), strict=True):
        yield slot, pickle.loads(each)
