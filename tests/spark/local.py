"""The plan of the Spark evaluator without Spark: rows lie in places that are lists, and go from one to the other.

Each task is pickled, as it would be on its way to a worker. A call takes milliseconds in place of a second, so that
every semantic test can run; that Spark does what is done here is tested on fewer.
"""

import pickle
from collections import Counter
from collections.abc import Iterable, Sequence
from zlib import crc32

import pyarrow as pa

from sla_rules.evaluators.spark.outgoing import TO, Rows
from sla_rules.evaluators.spark.spread import Task


class LocalRows:
    """Tables in places, as `Spread`."""

    def __init__(self, places: Sequence[pa.Table]) -> None:
        self.places = list(places)

    @property
    def schema(self) -> pa.Schema:
        return self.places[0].schema

    def kept(self, says: Iterable[Iterable[bool]]) -> "LocalRows":
        return LocalRows(
            [place.filter(pa.array(list(said), pa.bool_())) for place, said in zip(self.places, says, strict=True)]
        )

    def named(self) -> "LocalRows":
        return self.kept([bool(row["type"] and row["subject"]) for row in place.to_pylist()] for place in self.places)

    def of_types(self, types: Iterable[str]) -> "LocalRows":
        wanted = set(types)
        return self.kept([type in wanted for type in place["type"].to_pylist()] for place in self.places)

    def together(self, parts: int, *columns: str) -> "LocalRows":
        whole = pa.concat_tables(self.places)
        rows = whole.select(columns).to_pylist() if columns else [{}] * len(whole)
        numbers = pa.array([crc32(repr(list(row.values())).encode()) % parts for row in rows], pa.int64())
        return LocalRows([whole.filter(pa.compute.equal(numbers, part)) for part in range(parts)])

    def all_together(self) -> "LocalRows":
        return LocalRows([self.collected()])

    def run(self, task: Task, rows: Rows) -> "LocalRows":
        return self._run(task, rows.schema)

    def run_to(self, task: Task) -> "LocalRows":
        return self._run(task, self.schema.append(pa.field(TO, pa.int64())))

    def _run(self, task: Task, schema: pa.Schema) -> "LocalRows":
        sent = pickle.loads(pickle.dumps(task))
        return LocalRows([pa.Table.from_batches(sent(iter(place.to_batches(3))), schema) for place in self.places])

    def beside(self, others: "LocalRows") -> "LocalRows":
        return LocalRows([*self.places, *others.places])

    def collected(self) -> pa.Table:
        return pa.concat_tables(self.places)

    def with_repeated_ids(self, parts: int, *, differing: bool) -> "LocalRows | None":
        rows = self.collected().to_pylist()
        alike = {
            (row["id"], *((row["subject"], row["type"]) if differing else (place,))) for place, row in enumerate(rows)
        }
        several = {id for id, number in Counter(id for id, *_ in alike).items() if id is not None and number > 1}
        if not several:
            return None
        return self.kept([id in several for id in place["id"].to_pylist()] for place in self.places).together(
            parts, "id"
        )

    def without_others(self, kept: "LocalRows") -> "LocalRows":
        counts = {row["id"]: (row["subject"], row["type"]) for row in kept.collected().to_pylist()}
        return self.kept(
            [counts.get(row["id"], own) == own for row in place.to_pylist() for own in [(row["subject"], row["type"])]]
            for place in self.places
        )
