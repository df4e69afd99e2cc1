"""Histories larger than memory: laid down by the hash of their subject, then judged part by part.

What concerns more than one subject (windows, publications, backlogs, rooms, customers' months) is few beside the rest:
it is judged first, on all subjects at once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

import numpy as np
import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.columns import Ints
from sla_rules.evaluators.columnar.declared import world_of_frames
from sla_rules.evaluators.columnar.findings import Findings
from sla_rules.evaluators.columnar.frames import frame_of_all
from sla_rules.evaluators.columnar.framing import OWN, Framed, framed_at, repeated_ids
from sla_rules.evaluators.columnar.judging import Counts, Found, count, findings_of, judge_all, judged_periods
from sla_rules.evaluators.columnar.listing import attributes_of
from sla_rules.evaluators.columnar.reading import JSON
from sla_rules.evaluators.columnar.sharing import Shared, shared
from sla_rules.evaluators.columnar.world import World
from sla_rules.events import Finding, Window
from sla_rules.instants import micros
from sla_rules.judged import Judged, of_outcome

PARTS = 64
"""Into how many parts a history is laid down."""

Progress = Callable[[int, int, str], None]
"""Told how much is done, of how much (0 where nobody knows), and what is being done."""


def judge_parts(
    agreement: Agreement,
    frames: Iterable[pl.DataFrame],
    *,
    as_of: object = None,
    windows: Sequence[Window] = (),
    scratch: Path | None = None,
    progress: Progress | None = None,
) -> Judged:
    """Judge frames of events one after the other, never all of them in memory.

    Args:
        agreement: by what.
        frames: as `sla_rules.sources.batches` gives them.
        as_of: the instant of knowledge; that of the latest event unless given.
        windows: time that does not count, besides what the events tell of.
        scratch: the folder in which parts and verdicts are laid down until the result is gone; one for passing things
            unless given.
        progress: told what is being done.
    """
    folder = Path(mkdtemp(dir=scratch, prefix="sla-rules-"))
    try:
        parts = Parts(agreement, folder, progress or (lambda *_: None))
        for frame in frames:
            parts.lay_down(frame)
        now = parts.latest if as_of is None else micros(as_of)
        parts.forget_repeated(now)
        verdicts = _Verdicts(parts, now, windows)
        verdicts.judge()
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    findings = verdicts.findings.written()

    def build(outcome: str | None) -> pl.LazyFrame:
        return of_outcome(pl.scan_parquet(folder / "verdicts" / "*.parquet"), outcome)

    # The folder is there for as long as something can still ask for verdicts.
    finalize(build, rmtree, folder, ignore_errors=True)
    return Judged(agreement, now, parts.given, lambda: findings, build, verdicts.attributes)


class Parts:
    """A history laid down by the hash of its subjects, and by itself what needs to be known of all of them."""

    def __init__(self, agreement: Agreement, folder: Path, progress: Progress) -> None:
        self.agreement = agreement
        self.folder = folder
        self.progress = progress
        self.given = Counter[str]()
        self.latest: int | None = None
        self.findings: list[Finding] = []
        self.shared = [shared(version) for version in agreement.versions]
        self.types = frozenset[str]().union(*(each.types for each in self.shared))
        self.fields = frozenset[str]().union(*(each.fields for each in self.shared))
        self.wide: list[pl.DataFrame] = []
        self.dropped: pl.DataFrame | None = None
        self._frames = 0
        self._rows = 0
        for name in ("verdicts", "ids", *(f"part-{number:03}" for number in range(PARTS))):
            (folder / name).mkdir()

    def lay_down(self, frame: pl.DataFrame) -> None:
        """Put the events of a frame into their parts."""
        self.given.update(dict(frame["@type"].value_counts().iter_rows()))
        latest = int(frame["@at"].max())  # type: ignore[arg-type]
        self.latest = latest if self.latest is None else max(self.latest, latest)
        kept = [name for name in frame.columns if name in OWN or name.removeprefix(JSON) in self.fields]
        self.wide.append(frame.filter(pl.col("@type").is_in(sorted(self.types))).select(kept))
        self._lay_down_ids(frame["@id"])
        part = (frame["@subject"].hash() % PARTS).to_numpy()
        order = np.argsort(part.astype(np.uint8), kind="stable")
        cuts = np.searchsorted(part[order], np.arange(PARTS + 1))
        frame = pl.DataFrame([column.gather(order) for column in frame])
        for number, (low, high) in enumerate(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)):
            if low < high:
                file = self.folder / f"part-{number:03}" / f"{self._frames:06}.parquet"
                frame[low:high].write_parquet(file, compression="lz4", statistics=False)
        self._frames += 1
        self._rows += len(frame)
        self.progress(self._rows, 0, "laying down events")

    def _lay_down_ids(self, ids: pl.Series) -> None:
        hashes = ids.drop_nulls().hash().to_numpy()
        order = np.argsort(hashes)
        hashes = hashes[order]
        cuts = np.searchsorted(hashes, np.arange(1, PARTS, dtype=np.uint64) * np.uint64(2**64 // PARTS))
        for number, some in enumerate(np.split(hashes, cuts)):
            with (self.folder / "ids" / f"{number:03}").open("ab") as file:
                some.tofile(file)

    def frames(self, number: int) -> Iterator[pl.DataFrame]:
        """Yield the frames of a part, without repeated events."""
        for file in sorted((self.folder / f"part-{number:03}").iterdir()):
            yield self._without_dropped(pl.read_parquet(file))

    def wide_frames(self) -> Iterator[pl.DataFrame]:
        """Yield the frames of what needs to be known of all subjects, without repeated events, and let go of them."""
        while self.wide:
            yield self._without_dropped(self.wide.pop(0))

    def _without_dropped(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self.dropped is None:
            return frame
        return frame.join(self.dropped, on=["@file", "@row"], how="anti", maintain_order="left")

    def forget_repeated(self, now: int | None) -> None:
        """Find the events that repeat the id of another, in whichever part it is, and leave them out from now on."""
        repeated = self._repeated_hashes()
        if not len(repeated):
            return
        hashes = pl.Series(repeated)
        frames = [
            frame.filter(frame["@id"].hash().is_in(hashes.implode()) & frame["@id"].is_not_null())
            for number in range(PARTS)
            for frame in self.frames(number)
        ]
        framed = framed_at(frames, now)
        rows, self.findings = repeated_ids(framed)
        if len(rows):
            self.dropped = framed.own[rows].select("@file", "@row")

    def _repeated_hashes(self) -> Ints:
        found = []
        for number in range(PARTS):
            hashes = np.sort(np.fromfile(self.folder / "ids" / f"{number:03}", np.uint64))
            found.append(np.unique(hashes[1:][hashes[1:] == hashes[:-1]]))
        return np.concatenate(found)


class _Verdicts:
    """The verdicts of a history in parts, laid down as they come."""

    def __init__(self, parts: Parts, now: int | None, windows: Sequence[Window]) -> None:
        self.parts = parts
        self.now = now
        self.windows = windows
        self.versions = parts.agreement.versions
        self.findings = Findings()
        self.counts: list[Counts] = [{} for _ in self.versions]
        self.wide: list[World] = []
        self._of_all: list[list[World]] = []

    def judge(self) -> None:
        """Judge what concerns all subjects, then part by part the rest, then the periods."""
        self.findings.add(self.parts.findings)
        self._judge("wide", self._worlds(self._framed(self.parts.wide_frames()), wide=True), wide=True)
        for number in range(PARTS):
            worlds = self._worlds(self._framed(self.parts.frames(number)), wide=False)
            self._judge(f"{number:03}", worlds, wide=False)
            self.parts.progress(number + 1, PARTS, "judging")
        # Last, since parts ask for windows, and what is remarkable about those is kept where all subjects are known.
        self._tell(self._of_all)
        periods = [
            judged_periods(counts, version, self.now)
            for counts, version in zip(self.counts, self.versions, strict=True)
        ]
        self._write("periods", frame_of_all([[] for _ in periods], periods, self.parts.agreement))

    def attributes(self, name: str) -> pl.DataFrame:
        """Return the last known value of a field, as text, for each subject that has one."""
        fields = frozenset({name, *(word for each in self.versions[-1].events.values() for word in bounds_of(each))})
        found = []
        for number in range(PARTS):
            framed = self._framed(self.parts.frames(number))
            found.append(
                attributes_of(world_of_frames(framed, self.versions[-1], self.versions, (), None, fields), name)
            )
        return pl.concat(found)

    def _framed(self, frames: Iterable[pl.DataFrame]) -> Framed:
        return framed_at(frames, self.now)

    def _worlds(self, framed: Framed, *, wide: bool) -> list[World]:
        if wide:
            self.wide = [
                world_of_frames(framed, version, self.versions, self.windows, None, each.fields)
                for version, each in zip(self.versions, self.parts.shared, strict=True)
            ]
            return self.wide
        return [
            world_of_frames(framed, version, self.versions, self.windows, world)
            for version, world in zip(self.versions, self.wide, strict=True)
        ]

    def _judge(self, name: str, worlds: Sequence[World], *, wide: bool) -> None:
        judged: list[list[Found]] = []
        remarkable: list[list[World]] = []
        for world, each, counts in zip(worlds, self.parts.shared, self.counts, strict=True):
            found, worlds_of = judge_all(world, self._ids(world.agreement, each, wide=wide))
            judged.append(found)
            remarkable.append(worlds_of)
            count(found, world.agreement, counts)
        if wide:
            self._of_all = remarkable
        else:
            self._tell(remarkable)
        self._write(name, frame_of_all(judged, [{} for _ in judged], self.parts.agreement))

    def _tell(self, remarkable: Iterable[Iterable[World]]) -> None:
        """Keep what is remarkable about the worlds of each version, once."""
        already: set[Finding] = set()
        for some in remarkable:
            findings = [finding for finding in findings_of(some) if finding not in already]
            self.findings.add(findings)
            already |= set(findings)

    def _ids(self, version: Agreement, each: Shared, *, wide: bool) -> frozenset[str]:
        return each.policies if wide else frozenset(version.policies) - each.policies

    def _write(self, name: str, frame: pl.DataFrame) -> None:
        frame.write_parquet(self.parts.folder / "verdicts" / f"{name}.parquet", compression="lz4")


def bounds_of(declaration: Any) -> Iterator[str]:
    """Yield the fields that leave out an event which contradicts itself."""
    for pair in declaration.bounded:
        yield from pair
