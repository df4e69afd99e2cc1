"""A history laid down in a folder, in parts: by the hash of the subject, and by the keys that span subjects."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.columns import Ints
from sla_rules.evaluators.columnar.framing import OWN, framed_at, repeated_ids
from sla_rules.evaluators.columnar.reading import JSON
from sla_rules.evaluators.columnar.sharing import Needs, shared
from sla_rules.events import Finding

PARTS = 64
"""Into how many parts a history is laid down."""

AT_A_TIME = 500_000
"""Events that are sorted into parts together."""

TOGETHER = 200_000
"""Events that are read together at least; a column that says nothing about them takes room all the same."""

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
        self._needs = together(each.everything for each in self.shared)
        self._of_all: list[pl.DataFrame] = []
        self._dropped: pl.DataFrame | None = None
        self._frames = 0
        self._rows = 0
        (folder / "ids").mkdir()

    def lay_down(self, frame: pl.DataFrame) -> None:
        """Put the events of a frame into their parts."""
        for piece in frame.iter_slices(AT_A_TIME):
            self.given.update(dict(piece["@type"].value_counts().iter_rows()))
            latest = int(piece["@at"].to_numpy().max())
            self.latest = latest if self.latest is None else max(self.latest, latest)
            self._of_all.append(needed(piece, self._needs))
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

    def frames(self, number: int, needs: Needs | None = None) -> Iterator[pl.DataFrame]:
        """Yield the frames of a part, without repeated events; only what is needed, if that is said."""
        yield from map(self._without_dropped, laid_down(self.folder / part_name(number), needs))

    def frames_of_all(self) -> Iterator[pl.DataFrame]:
        """Yield the frames of what needs to be known of all subjects, without repeated events, and let go of them."""
        while self._of_all:
            yield self._without_dropped(self._of_all.pop(0))

    def _without_dropped(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self._dropped is None:
            return frame
        return frame.join(self._dropped, on=OWN, how="anti", nulls_equal=True, maintain_order="left")

    def forget_repeated(self, now: int | None) -> None:
        """Find the events that repeat the id of another, in whichever part it is, and leave them out from now on."""
        repeated = self._repeated_hashes()
        if not len(repeated):
            return
        hashes = pl.Series(repeated)
        frames = [
            frame.filter(frame["@id"].hash().is_in(hashes.implode()) & frame["@id"].is_not_null())
            for number in range(self.of)
            for frame in self.frames(number)
        ]
        framed = framed_at(frames, now)
        rows, self.findings = repeated_ids(framed)
        if len(rows):
            self._dropped = framed.own[rows]

    def _repeated_hashes(self) -> Ints:
        found = []
        for file in sorted((self.folder / "ids").iterdir()):
            hashes = np.sort(np.fromfile(file, np.uint64))
            found.append(np.unique(hashes[1:][hashes[1:] == hashes[:-1]]))
        return np.concatenate([np.zeros(0, np.uint64), *found])


def part_name(number: int) -> str:
    """Return the name of the folder of a part."""
    return f"part-{number:03}"


def together(needs: Iterable[Needs]) -> Needs:
    """Return what several needs come to."""
    needs = [Needs(frozenset(), frozenset()), *needs]
    return Needs(*(frozenset().union(*some) for some in zip(*needs, strict=True)))


def needed(frame: pl.DataFrame, needs: Needs) -> pl.DataFrame:
    """Return what is needed of a frame."""
    return frame.select(named(frame.columns, needs)).filter(pl.col("@type").is_in(sorted(needs.types)))


def named(columns: Iterable[str], needs: Needs) -> list[str]:
    """Return the names of the columns that are needed."""
    return [name for name in columns if name in OWN or name.removeprefix(JSON) in needs.fields]


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


def laid_down(folder: Path, needs: Needs | None = None) -> Iterator[pl.DataFrame]:
    """Yield what was laid down in a folder, or what is needed of it; small frames of one form come as one."""
    alike: dict[tuple[tuple[str, pl.DataType], ...], list[pl.DataFrame]] = {}
    for file in sorted(folder.glob("*.parquet")):
        if needs is None:
            frame = pl.read_parquet(file)
        else:
            frame = needed(pl.read_parquet(file, columns=named(pl.read_parquet_schema(file), needs)), needs)
        form = tuple(frame.schema.items())
        alike.setdefault(form, []).append(frame)
        if sum(map(len, alike[form])) >= TOGETHER:
            yield pl.concat(alike.pop(form), rechunk=True)
    for frames in alike.values():
        yield pl.concat(frames, rechunk=True)
