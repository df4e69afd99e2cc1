"""A history laid down in a folder, in parts: by the hash of the subject, and by the keys that span subjects."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.columns import Ints
from sla_rules.evaluators.columnar.framing import OWN, framed_at, repeated_ids
from sla_rules.evaluators.columnar.sharing import shared
from sla_rules.events import Finding

PARTS = 64
"""Into how many parts a history is laid down."""

AT_A_TIME = 500_000
"""Events that are sorted into parts together."""

TOGETHER = 200_000
"""As many events are read together, if there are; a column that says nothing about them takes room all the same."""

SERIAL = "@serial"
"""The column of laid down frames that numbers all events; a row of a source may have told of several."""

Progress = Callable[[int, int, str], None]
"""Told how much is done, of how much (0 where nobody knows), and what is being done."""


class Parts:
    """A history laid down by the hash of its subjects.

    Attributes:
        of: how many parts there are.
        given: how many events of each type came in.
        latest: the instant of the latest event; None without any.
        findings: what is remarkable about repeated ids.
        shared: what each version of the agreement needs to know of more than one subject.
    """

    def __init__(self, agreement: Agreement, folder: Path, progress: Progress) -> None:
        self.folder = folder
        self.of = PARTS
        self.progress = progress
        self.given = Counter[str]()
        self.latest: int | None = None
        self.findings: list[Finding] = []
        self.shared = [shared(version) for version in agreement.versions]
        self._types = frozenset[str]().union(*(each.everything.types for each in self.shared))
        self._of_all: list[pl.DataFrame] = []
        self._dropped: pl.DataFrame | None = None
        self._frames = 0
        self._rows = 0
        (folder / "ids").mkdir()

    def lay_down(self, frame: pl.DataFrame) -> None:
        """Put the events of a frame into their parts."""
        for piece in frame.iter_slices(AT_A_TIME):
            piece = piece.with_row_index(SERIAL, self._rows)
            self.given.update(dict(piece["@type"].value_counts().iter_rows()))
            latest = int(piece["@at"].to_numpy().max())
            self.latest = latest if self.latest is None else max(self.latest, latest)
            self._of_all.append(needed(piece, self._types))
            self._lay_down_ids(piece["@id"])
            part = (piece["@subject"].hash() % self.of).to_numpy().astype(np.uint8)
            for number, rows in split(part, self.of):
                lay_down(piece[rows], self.folder / part_name(number), f"{self._frames:06}")
            self._frames += 1
            self._rows += len(piece)
            self.progress(self._rows, 0, "laying down events")

    def _lay_down_ids(self, ids: pl.Series) -> None:
        hashes = ids.drop_nulls().hash().to_numpy()
        for number, rows in split((hashes % self.of).astype(np.uint8), self.of):
            with (self.folder / "ids" / f"{number:03}").open("ab") as file:
                hashes[rows].tofile(file)

    def frames(self, number: int, types: Collection[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the frames of a part, without repeated events; only of some types, if that is said."""
        yield from map(self._without_dropped, laid_down(self.folder / part_name(number), types))

    def frames_of_all(self) -> Iterator[pl.DataFrame]:
        """Yield the frames of what needs to be known of all subjects, without repeated events, and let go of them."""
        while self._of_all:
            yield self._without_dropped(self._of_all.pop(0))

    def _without_dropped(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self._dropped is not None:
            frame = frame.join(self._dropped, on=SERIAL, how="anti", maintain_order="left")
        return frame.drop(SERIAL)

    def forget_repeated(self, now: int | None) -> None:
        """Find the events that repeat the id of another, in whichever part it is, and leave them out from now on."""
        repeated = self._repeated_hashes()
        rmtree(self.folder / "ids")
        if not len(repeated):
            return
        hashes = pl.Series(repeated)
        frames = [
            frame.filter(frame["@id"].hash().is_in(hashes.implode()) & frame["@id"].is_not_null())
            for number in range(self.of)
            for frame in laid_down(self.folder / part_name(number))
        ]
        rows, self.findings = repeated_ids(framed_at((frame.drop(SERIAL) for frame in frames), now))
        if len(rows):
            self._dropped = pl.concat([frame.select(SERIAL) for frame in frames])[rows]

    def _repeated_hashes(self) -> Ints:
        found = []
        for file in sorted((self.folder / "ids").iterdir()):
            hashes = np.sort(np.fromfile(file, np.uint64))
            found.append(np.unique(hashes[1:][hashes[1:] == hashes[:-1]]))
        return np.concatenate([np.zeros(0, np.uint64), *found])


def part_name(number: int) -> str:
    """Return the name of the folder of a part."""
    return f"part-{number:03}"


def needed(frame: pl.DataFrame, types: Collection[str]) -> pl.DataFrame:
    """Return the events of some types, with all that they say, since that orders those without ids of one instant."""
    some = frame.filter(pl.col("@type").is_in(sorted(types)))
    kept = (SERIAL, *OWN)
    return some.select(name for name in some.columns if name in kept or some[name].null_count() < len(some))


def split(part: NDArray[Any], parts: int) -> Iterator[tuple[int, Ints]]:
    """Yield the rows of each part that has any, in order, where `part` says to which each row belongs."""
    order = np.argsort(part, kind="stable")
    cuts = np.searchsorted(part[order], np.arange(parts + 1))
    for number, (low, high) in enumerate(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)):
        if low < high:
            yield number, order[low:high]


def lay_down(frame: pl.DataFrame, folder: Path, name: str) -> None:
    """Lay down a frame under a name in a folder, which is made if need be."""
    folder.mkdir(exist_ok=True)
    frame.write_parquet(folder / f"{name}.parquet", compression="lz4", statistics=False)


def laid_down(folder: Path, types: Collection[str] | None = None) -> Iterator[pl.DataFrame]:
    """Yield what was laid down in a folder, or its events of some types; small frames of one form come as one."""
    alike: dict[tuple[tuple[str, pl.DataType], ...], list[pl.DataFrame]] = {}
    for file in sorted(folder.glob("*.parquet")):
        frame = pl.read_parquet(file)
        if types is not None:
            frame = needed(frame, types)
        form = tuple(frame.schema.items())
        alike.setdefault(form, []).append(frame)
        if sum(map(len, alike[form])) >= TOGETHER:
            yield pl.concat(alike.pop(form), rechunk=True)
    for frames in alike.values():
        yield pl.concat(frames, rechunk=True)
