"""Histories larger than memory: laid down in parts, then judged part by part.

First what needs to be known of all subjects: windows, publications, the members of backlogs. Then policies whose key
is another than the subject, by that key; then all others, by subject; last the periods.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.backlogs import know
from sla_rules.evaluators.columnar.declared import world_of_frames
from sla_rules.evaluators.columnar.findings import Findings
from sla_rules.evaluators.columnar.frames import frame_of_all
from sla_rules.evaluators.columnar.framing import framed_at
from sla_rules.evaluators.columnar.judging import Counts, Found, count, findings_of, judge_all, judged_periods
from sla_rules.evaluators.columnar.laying_down import Parts, Progress, lay_down
from sla_rules.evaluators.columnar.listing import attributes_of
from sla_rules.evaluators.columnar.sharing import Keyed
from sla_rules.evaluators.columnar.spreading import Spread
from sla_rules.evaluators.columnar.world import World
from sla_rules.events import Finding, Window
from sla_rules.instants import micros
from sla_rules.judged import Judged, of_outcome
from sla_rules.known import checked_windows

VERDICTS = "verdicts"
"""The folder of verdicts among the parts."""


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
    passed = checked_windows(windows, agreement)
    folder = Path(mkdtemp(dir=scratch, prefix="sla-rules-"))
    try:
        parts = Parts(agreement, folder, progress or (lambda *_: None))
        for frame in frames:
            parts.lay_down(frame)
        now = parts.latest if as_of is None else micros(as_of)
        parts.forget_repeated(now)
        verdicts = _Verdicts(parts, agreement, now, passed)
        verdicts.judge()
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    findings = verdicts.findings.written()

    def build(outcome: str | None) -> pl.LazyFrame:
        return of_outcome(pl.scan_parquet(folder / VERDICTS / "*.parquet"), outcome)

    # The folder is there for as long as something can still ask for verdicts.
    finalize(build, rmtree, folder, ignore_errors=True)
    return Judged(agreement, now, parts.given, lambda: findings, build, verdicts.attributes)


class _Verdicts:
    """The verdicts of a history in parts, laid down as they come."""

    def __init__(self, parts: Parts, agreement: Agreement, now: int | None, windows: Sequence[Window]) -> None:
        self.parts = parts
        self.agreement = agreement
        self.now = now
        self.windows = windows
        self.versions = agreement.versions
        self.findings = Findings()
        self.counts: list[Counts] = [{} for _ in self.versions]

    def judge(self) -> None:
        """Judge everything."""
        self.findings.add(self.parts.findings)
        shared = self.parts.shared
        framed = framed_at(self.parts.frames_of_all(), self.now)
        of_all = [
            world_of_frames(framed, version, self.versions, self.windows, None, each.everything.fields)
            for version, each in zip(self.versions, shared, strict=True)
        ]
        spread = Spread(self.parts, self.versions, self.now)
        for world, known in zip(of_all, spread.members, strict=True):
            for backlog, members in known.items():
                know(backlog, members, world)
        remarkable = self._judge("of_all", of_all, [each.of_all for each in shared])
        for version, each in enumerate(shared):
            for keyed in each.keyed:
                self._judge_by_key(version, keyed, spread, of_all)
        self._judge_by_subject(of_all)
        # Last, since parts ask for windows, and what is remarkable about those is kept where all subjects are known.
        self._tell(remarkable)
        periods = [
            judged_periods(counts, version, self.now)
            for counts, version in zip(self.counts, self.versions, strict=True)
        ]
        self._write("periods", frame_of_all([[] for _ in periods], periods, self.agreement))

    def _judge_by_key(self, version: int, keyed: Keyed, spread: Spread, of_all: Sequence[World]) -> None:
        """Judge the policies of a version that have a key of their own."""
        already: set[Finding] = set()
        of = spread.count(keyed)
        for number in range(of):
            framed = framed_at(spread.frames(version, keyed, number), self.now)
            worlds = [
                world_of_frames(framed, each, self.versions, self.windows, wide, keyed.needs.fields)
                for each, wide in zip(self.versions, of_all, strict=True)
            ]
            for world, left_out in zip(worlds, spread.left_out, strict=True):
                world.share = number, of
                world.left_out |= left_out
            ids = [keyed.policies if place == version else frozenset[str]() for place in range(len(worlds))]
            self._tell(self._judge(spread.name(version, keyed, number), worlds, ids), already)
            self.parts.progress(number + 1, of, f"judging by {' and '.join(keyed.key)}")

    def _judge_by_subject(self, of_all: Sequence[World]) -> None:
        """Judge the policies that concern one subject at a time."""
        ids = [
            frozenset(version.policies) - each.apart
            for version, each in zip(self.versions, self.parts.shared, strict=True)
        ]
        for number in range(self.parts.of):
            framed = framed_at(self.parts.frames(number), self.now)
            worlds = [
                world_of_frames(framed, version, self.versions, self.windows, wide)
                for version, wide in zip(self.versions, of_all, strict=True)
            ]
            self._tell(self._judge(f"{number:03}", worlds, ids))
            self.parts.progress(number + 1, self.parts.of, "judging")

    def attributes(self, name: str) -> pl.DataFrame:
        """Return the last known value of a field, as text, for each subject that has one."""
        latest = self.versions[-1]
        fields = frozenset({name, *(word for each in latest.events.values() for pair in each.bounded for word in pair)})
        found = []
        for number in range(self.parts.of):
            framed = framed_at(self.parts.frames(number), self.now)
            found.append(attributes_of(world_of_frames(framed, latest, self.versions, (), None, fields), name))
        return pl.concat(found)

    def _judge(self, name: str, worlds: Sequence[World], ids: Sequence[frozenset[str]]) -> list[list[World]]:
        """Judge some policies of each version and lay down the verdicts; return where something is remarkable."""
        judged: list[list[Found]] = []
        remarkable: list[list[World]] = []
        for world, some, counts in zip(worlds, ids, self.counts, strict=True):
            found, worlds_of = judge_all(world, some)
            judged.append(found)
            remarkable.append(worlds_of)
            count(found, world.agreement, counts)
        self._write(name, frame_of_all(judged, [{} for _ in judged], self.agreement))
        return remarkable

    def _tell(self, remarkable: Iterable[Iterable[World]], already: set[Finding] | None = None) -> None:
        """Keep what is remarkable about the worlds of each version, once."""
        already = set() if already is None else already
        for some in remarkable:
            findings = [finding for finding in findings_of(some) if finding not in already]
            self.findings.add(findings)
            already |= set(findings)

    def _write(self, name: str, frame: pl.DataFrame) -> None:
        lay_down(frame, self.parts.folder / VERDICTS, name)
