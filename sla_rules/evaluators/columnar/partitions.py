"""Histories larger than memory: laid down in parts, then judged part by part.

What needs to be known of all subjects comes first: windows, publications, the members of backlogs. Then policies are
judged subject by subject, those whose key is another by that key, the few that concern all subjects, and the periods.
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
from sla_rules.evaluators.columnar.findings import Findings, new_ones
from sla_rules.evaluators.columnar.frames import frame_of_all
from sla_rules.evaluators.columnar.framing import framed_at
from sla_rules.evaluators.columnar.judging import Counts, count, judge_all, judged_periods
from sla_rules.evaluators.columnar.laying_down import Parts, Progress, lay_down
from sla_rules.evaluators.columnar.listing import attributes_of
from sla_rules.evaluators.columnar.sharing import Keyed
from sla_rules.evaluators.columnar.spreading import Spread
from sla_rules.evaluators.columnar.world import World
from sla_rules.events import Finding, Window
from sla_rules.instants import micros
from sla_rules.judged import Judged, of_outcome
from sla_rules.known import checked_windows

MOST_TOLD = 100_000
"""Findings that are remembered, so that policies of several keys say them once."""


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
    now = None if as_of is None else micros(as_of)
    folder = Path(mkdtemp(dir=scratch, prefix="sla-rules-"))
    try:
        parts = Parts(agreement, folder, progress or (lambda *_: None))
        for frame in frames:
            parts.lay_down(frame)
        now = parts.latest if now is None else now
        parts.forget_repeated(now)
        verdicts = _Verdicts(parts, agreement, now, passed)
        verdicts.judge()
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    findings = verdicts.findings()
    # The folder is there for as long as what reads it; a lazy frame is to be collected by then.
    finalize(verdicts, rmtree, folder, ignore_errors=True)
    return Judged(agreement, now, parts.given, lambda: findings, verdicts.frame, verdicts.attributes)


class _Verdicts:
    """The verdicts of a history in parts, laid down as they come."""

    def __init__(self, parts: Parts, agreement: Agreement, now: int | None, windows: Sequence[Window]) -> None:
        self.parts = parts
        self.agreement = agreement
        self.now = now
        self.windows = windows
        self.versions = agreement.versions
        self.counts: list[Counts] = [{} for _ in self.versions]
        self._left_out: list[set[str]] = [set() for _ in self.versions]
        self._findings = [Findings() for _ in self.versions]
        self._told: set[Finding] = set()

    def judge(self) -> None:
        """Judge everything."""
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
        spread.members.clear()
        self._judge_by_subject(of_all)
        for version, each in enumerate(shared):
            for keyed in each.keyed:
                self._judge_by_key(version, keyed, spread, of_all)
        # Last, since parts ask for windows, and what is remarkable about those is kept where all subjects are known.
        for version, (world, each) in enumerate(zip(of_all, shared, strict=True)):
            world.left_out |= self._left_out[version]
            self._judge("of_all", version, world, each.of_all)
        periods = [
            judged_periods(counts, version, self.now)
            for counts, version in zip(self.counts, self.versions, strict=True)
        ]
        lay_down(frame_of_all([[] for _ in periods], periods, self.agreement), self._folder, "periods")

    def _judge_by_subject(self, of_all: Sequence[World]) -> None:
        """Judge the policies that concern one subject at a time."""
        for number in range(self.parts.of):
            framed = framed_at(self.parts.frames(number), self.now)
            for version, wide in enumerate(of_all):
                agreement = self.versions[version]
                world = world_of_frames(framed, agreement, self.versions, self.windows, wide)
                self._left_out[version] |= world.left_out
                ids = frozenset(agreement.policies) - self.parts.shared[version].apart
                self._judge(f"{number:03}", version, world, ids)
            self.parts.progress(number + 1, self.parts.of, "judging")

    def _judge_by_key(self, version: int, keyed: Keyed, spread: Spread, of_all: Sequence[World]) -> None:
        """Judge the policies of a version that have a key of their own."""
        of = spread.count(keyed)
        for number in range(of):
            framed = framed_at(spread.frames(version, keyed, number), self.now)
            agreement, wide, fields = self.versions[version], of_all[version], keyed.needs.fields
            world = world_of_frames(framed, agreement, self.versions, self.windows, wide, fields)
            world.share = number, of
            world.left_out |= self._left_out[version]
            self._judge(spread.name(version, keyed, number), version, world, keyed.policies)
            spread.let_go(version, keyed, number)
            self.parts.progress(number + 1, of, f"judging by {' and '.join(keyed.key)}")

    def _judge(self, name: str, version: int, world: World, ids: frozenset[str]) -> None:
        """Judge some policies of a version, lay down the verdicts, and keep what is remarkable, once."""
        found, remarkable = judge_all(world, ids)
        count(found, world.agreement, self.counts[version])
        judged = [found if place == version else [] for place in range(len(self.versions))]
        lay_down(frame_of_all(judged, [{} for _ in judged], self.agreement), self._folder, f"{name}-{version}")
        findings = Findings()
        for each in remarkable:
            findings.add(each.findings)
            findings.remark(each.remarks)
            self._findings[version].unknown(each.unknown)
        new = new_ones(findings.written(), self._told)
        self._findings[version].add(new)
        if len(self._told) < MOST_TOLD:
            self._told.update(new)
        for each in remarkable:
            each.let_go()

    @property
    def _folder(self) -> Path:
        return self.parts.folder / "verdicts"

    def findings(self) -> list[Finding]:
        """Return what is remarkable, about repeated ids first."""
        every = list(self.parts.findings)
        for findings in self._findings:
            every += new_ones(findings.written(), set(every))
        return every

    def frame(self, outcome: str | None) -> pl.LazyFrame:
        """Return all verdicts, or those of one outcome."""
        return of_outcome(pl.scan_parquet(self._folder / "*.parquet"), outcome)

    def attributes(self, name: str) -> pl.DataFrame:
        """Return the last known value of a field, as text, for each subject that has one."""
        events = [item for version in self.versions for item in version.events.items()]
        types = frozenset(type for type, each in events if name in each.fields)
        fields = frozenset({name, *(word for _, each in events for pair in each.bounded for word in pair)})
        found = []
        for number in range(self.parts.of):
            framed = framed_at(self.parts.frames(number, types), self.now)
            worlds = [world_of_frames(framed, version, self.versions, (), None, fields) for version in self.versions]
            found.append(attributes_of(worlds, name))
        return pl.concat(found)
