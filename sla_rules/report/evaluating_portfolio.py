"""A whole log judged by the agreements of a portfolio: divided among them, then each share as any history."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.dividing import divide, now_of
from sla_rules.evaluators.columnar import judge_events, judge_frames
from sla_rules.evaluators.columnar.laying_down import Progress
from sla_rules.evaluators.columnar.partitions import judge_parts
from sla_rules.events import Event, Finding, Window
from sla_rules.instants import micros, moment
from sla_rules.judged import Judged
from sla_rules.portfolio import Portfolio
from sla_rules.report.portfolio import PortfolioReport
from sla_rules.report.report import Report
from sla_rules.report.shares import Shares, Survey
from sla_rules.report.stated import contradicting, stated_in, stated_of
from sla_rules.report.wanted import Wanted
from sla_rules.sources import Incoming

Read = Callable[..., Incoming]
"""Reads the source from its beginning: text as an agreement declares it, and of its fields those that are `wanted`."""


def evaluate_portfolio(
    portfolio: Portfolio,
    source: Any,
    read: Read,
    *,
    in_memory: int,
    as_of: object = None,
    windows: Iterable[Window] = (),
    assume_complete: bool = False,
    scratch: Path | None = None,
    progress: Progress | None = None,
) -> PortfolioReport:
    """Judge a whole log by the agreements of a portfolio.

    A source of frames is read once, and once more for each further one of `Portfolio.readers`. More events than memory
    holds are laid down twice, as they come and by agreement; then shares that are large are judged part by part.

    Args:
        portfolio: by what.
        source: what `evaluate` takes.
        read: gives the source as frames, unless it is a list of events.
        in_memory: how many events are held in memory at most.
        as_of: the instant of knowledge of all agreements; that of the latest event of the log unless said.
        windows: time that does not count, for every agreement that knows their kind.
        assume_complete: as `evaluate` takes it.
        scratch: as `evaluate` takes it.
        progress: as `evaluate` takes it.

    Raises:
        SlaError: the source cannot be read, or an argument is not what it must be.
    """
    passed = portfolio.windows_of(windows)
    if isinstance(source, (list, tuple)) and all(isinstance(each, Event) for each in source):
        return _of_events(portfolio, list(source), as_of, passed, assume_complete)
    now = None if as_of is None else micros(as_of)
    with _folder(scratch) as folder:
        log = _divided(portfolio, read, now, Kept(folder, in_memory), progress or (lambda *_: None))
        # What is held in memory of all shares together is no more than would be of the log.
        most = in_memory // len(log.shares) if log.laid_down else in_memory

        def judged(name: str, agreement: Agreement) -> Judged:
            share, instant = log.shares[name], _instant(log.now)
            if share.rows <= most:
                return judge_frames(agreement, share.given_away(), as_of=instant, windows=passed[name])
            frames = share.given_away()
            return judge_parts(
                agreement, frames, as_of=instant, windows=passed[name], scratch=scratch, progress=progress
            )

        reports = {
            name: _report(
                judged(name, agreement), log.types, assume_complete, partial(_stated, name, portfolio, read, log)
            )
            for name, agreement in portfolio.agreements.items()
        }
    return PortfolioReport(portfolio, reports, log.now, refused=log.refused, left=log.left, said=log.said)


def _of_events(
    portfolio: Portfolio,
    events: list[Event],
    as_of: object,
    windows: Mapping[str, Sequence[Window]],
    assume_complete: bool,
) -> PortfolioReport:
    now = now_of(events, as_of)
    divided = divide(portfolio, events, now)
    types = {event.type for event in events}
    reports = {}
    for name, agreement in portfolio.agreements.items():
        judged = judge_events(agreement, divided.shares[name], as_of=_instant(now), windows=windows[name])
        reports[name] = _report(
            judged, types, assume_complete, partial(_stated_in, events, divided.shares[name], as_of=now)
        )
    return PortfolioReport(portfolio, reports, now, left=divided.findings, said=divided.said)


Stated = Callable[[str, Sequence[str], set[str]], pl.DataFrame]
"""Returns what is stated of a share's cases: takes the field, the match, and the places of events that do not count."""


def _report(judged: Judged, types: Iterable[str], assume_complete: bool, stated: Stated) -> Report:
    """Return the report on a share of a log in which events of these types occur."""
    return Report(
        _of_whole(judged, types),
        assume_complete=assume_complete,
        stated=lambda name, match: stated(name, match, contradicting(judged.findings)),
    )


def _stated(
    agreement: str, portfolio: Portfolio, read: Read, log: "_Log", name: str, match: Sequence[str], dropped: set[str]
) -> pl.DataFrame:
    declaring = next(reader.agreement for reader in portfolio.readers() if agreement in reader.names)
    share = _Share(read(declaring, wanted={name, *match}), log.owners, agreement)
    return stated_of(share, name, log.now, match, dropped)


def _stated_in(
    events: list[Event], share: list[Event], name: str, match: Sequence[str], _: set[str], *, as_of: int | None
) -> pl.DataFrame:
    if not any(name in event.data for event in share):
        # What only others state is stated of none of these.
        return stated_in(events, name, as_of, match).clear()
    return stated_in(share, name, as_of, match)


class _Share:
    """The share of one agreement of a source, read again; see `Frames`."""

    def __init__(self, incoming: Incoming, owners: Shares, agreement: str) -> None:
        self._incoming = incoming
        self._owners = owners
        self._agreement = agreement

    @property
    def columns(self) -> list[str]:
        return self._incoming.columns

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for frame in self._incoming:
            yield from [part for name, part in self._owners.of(frame) if name == self._agreement] or [frame.clear()]


@dataclass(frozen=True)
class _Log:
    """A log of frames, divided.

    Attributes:
        shares: the share of each agreement.
        owners: whose each subject is.
        laid_down: whether there was more than memory holds.
        now: the instant of knowledge.
        types: the types of all events.
        refused: what of the source is no event.
        left: what is remarkable about whose the subjects are.
        said: whether any event names an agreement.
    """

    shares: Mapping[str, "Kept"]
    owners: Shares
    laid_down: bool
    now: int | None
    types: Collection[str]
    refused: list[Finding]
    left: list[Finding]
    said: bool


def _divided(portfolio: Portfolio, read: Read, now: int | None, log: "Kept", progress: Progress) -> _Log:
    """Divide what a source gives, keeping it in `log` until it is known whose each subject is."""
    first, *others = portfolio.readers()
    wanted = Wanted(portfolio.agreements.values(), portfolio.by)
    incoming = read(first.agreement, wanted=wanted)
    survey = Survey(portfolio, now)
    for frame in incoming:
        survey.add(frame)
        log.add(frame)
        if log.laid_down:
            progress(log.rows, 0, "laying down events")
    shares = survey.shares()
    kept = {name: log.another() for name in portfolio.agreements}
    for frame in log.given_away():
        shares.leave(frame)
        _divide(frame, shares, {name: kept[name] for name in first.names})
    for reader in others:
        for frame in read(reader.agreement, wanted=wanted):
            _divide(frame, shares, {name: kept[name] for name in reader.names})
    findings = shares.findings()
    return _Log(kept, shares, log.laid_down, survey.now, survey.given, incoming.findings, findings, shares.said)


def _divide(frame: pl.DataFrame, shares: Shares, kept: Mapping[str, "Kept"]) -> None:
    for name, part in shares.of(frame):
        if name in kept:
            kept[name].add(part)


class Kept:
    """Frames: in memory while they are few, else laid down in a folder.

    Attributes:
        rows: how many events they hold.
        laid_down: whether they are in the folder.
    """

    def __init__(self, folder: Path, in_memory: int) -> None:
        self.rows = 0
        self.laid_down = False
        self._folder = folder
        self._in_memory = in_memory
        self._frames: list[pl.DataFrame] = []
        self._files: list[Path] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Take a frame."""
        self.rows += len(frame)
        self._frames.append(frame)
        if self.rows > self._in_memory:
            self.laid_down = True
            while self._frames:
                file = self._folder / f"{id(self)}-{len(self._files):06}.parquet"
                self._frames.pop(0).write_parquet(file, compression="lz4", statistics=False)
                self._files.append(file)

    def another(self) -> "Kept":
        """Return one for a part of the same log: in the folder if that is."""
        return Kept(self._folder, 0 if self.laid_down else self._in_memory)

    def given_away(self) -> Iterator[pl.DataFrame]:
        """Yield the frames, and hold on to none of them."""
        for file in self._files:
            yield pl.read_parquet(file)
            file.unlink()
        self._files = []
        while self._frames:
            yield self._frames.pop(0)


@contextmanager
def _folder(scratch: Path | None) -> Iterator[Path]:
    with TemporaryDirectory(dir=scratch, prefix="sla-rules-") as name:
        yield Path(name)


def _instant(now: int | None) -> object:
    return None if now is None else moment(now)


def _of_whole(judged: Judged, types: Iterable[str]) -> Judged:
    """Return what was judged of a share, knowing of the types that occur in the whole log: those are mapped."""
    return replace(judged, given={**dict.fromkeys(types, 0), **judged.given})
