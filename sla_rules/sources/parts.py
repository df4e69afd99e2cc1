"""What is common to the parts of a source: what is asked of each, and what each gives."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.sources.columns import Renaming
from sla_rules.sources.refusals import Refusals

TEXT_ROWS = 200_000
"""Rows that are held at a time where Python reads each of them."""


@dataclass(frozen=True)
class Asked:
    """What is asked of every part.

    Attributes:
        agreement: says of what kind the fields of a CSV file are.
        renaming: our names for their columns.
        zone: that of times without an offset.
        wanted: the fields that are needed; None for all.
    """

    agreement: Agreement
    renaming: Renaming
    zone: ZoneInfo | None
    wanted: Container[str] | None


class Part(Protocol):
    """A frame or a file."""

    @property
    def label(self) -> str:
        """What the places of its rows begin with; empty for a frame."""

    @property
    def names(self) -> list[str]:
        """Its columns under their own names, as far as they are known."""

    @property
    def columns(self) -> list[str]:
        """The fields of its events, as far as they are known."""

    @property
    def open(self) -> bool:
        """Whether names become known only by reading it."""

    @property
    def size(self) -> int | None:
        """How many rows it has, where that is known before they are read."""

    def frames(self, refusals: Refusals) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield how many rows were read, and the events among them; `refusals` takes the other rows."""
