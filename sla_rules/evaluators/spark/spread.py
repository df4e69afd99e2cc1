"""Rows that are spread over many places, and all that a plan asks of them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, Self

import pyarrow as pa

from sla_rules.evaluators.spark.outgoing import Rows

Task = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
"""Takes the rows of one place, batch by batch, and gives others."""


class Spread(Protocol):
    """Rows in many places."""

    def named(self) -> Self:
        """Return the rows that have a type and a subject."""

    def of_types(self, types: Iterable[str]) -> Self:
        """Return the events of some types."""

    def together(self, parts: int, *columns: str) -> Self:
        """Bring rows that are alike in some columns to one of so many places."""

    def all_together(self) -> Self:
        """Bring all rows to one place, in which a task runs without any as well."""

    def run(self, task: Task, rows: Rows) -> Self:
        """Return what a task gives in each place."""

    def run_to(self, task: Task) -> Self:
        """Return what a task gives in each place: rows with the same columns, and `TO`."""

    def beside(self, others: Self) -> Self:
        """Return these rows and others with the same columns."""

    def collected(self) -> pa.Table:
        """Return all rows, which must be few."""

    def with_repeated_ids(self, parts: int, *, differing: bool) -> Self | None:
        """Return the events that share their id, those of one id in one place; None where that is known to be none.

        Args:
            parts: the number of places.
            differing: only ids of events that differ in subject or type.
        """

    def without_others(self, kept: Self) -> Self:
        """Leave out events that share their id with one that is kept, and differ from it in subject or type."""
