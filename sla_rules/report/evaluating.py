"""Any history judged at once: from a source of events to a report."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any, overload

import polars as pl

from sla_rules.adapters.choosing import Columns
from sla_rules.adapters.incoming import incoming_of
from sla_rules.adapters.windowing import windows_of
from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, quoted
from sla_rules.evaluators.columnar import judge_events, judge_frames
from sla_rules.evaluators.columnar.laying_down import Progress
from sla_rules.evaluators.columnar.partitions import judge_parts
from sla_rules.events import Event, Window
from sla_rules.judged import Judged
from sla_rules.known import check_agreement
from sla_rules.portfolio import Portfolio
from sla_rules.report.evaluating_portfolio import evaluate_portfolio
from sla_rules.report.portfolio import PortfolioReport
from sla_rules.report.report import Report
from sla_rules.report.stated import contradicting, stated_in, stated_of
from sla_rules.report.wanted import Wanted
from sla_rules.sources import Incoming

IN_MEMORY = 12_000_000
"""Events that are judged at once; more of them are laid down and judged part by part."""

HELD = 3_000_000
"""The same where nobody knows beforehand how many there are."""


@overload
def evaluate(
    agreement: Agreement,
    source: Any,
    *,
    as_of: object = None,
    windows: Any = (),
    columns: Columns | None = None,
    preset: str | None = None,
    timezone: str | None = None,
    assume_complete: bool = False,
    scratch: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Report: ...


@overload
def evaluate(
    agreement: Portfolio,
    source: Any,
    *,
    as_of: object = None,
    windows: Any = (),
    columns: Columns | None = None,
    preset: str | None = None,
    timezone: str | None = None,
    assume_complete: bool = False,
    scratch: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> PortfolioReport: ...


def evaluate(
    agreement: Agreement | Portfolio,
    source: Any,
    *,
    as_of: object = None,
    windows: Any = (),
    columns: Columns | None = None,
    preset: str | None = None,
    timezone: str | None = None,
    assume_complete: bool = False,
    scratch: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Report | PortfolioReport:
    """Judge a whole history by an agreement; the same verdicts as `judge`, for millions of events.

    Args:
        agreement: as `load` gives it, or a `Portfolio`.
        source: a list of events; a Polars frame (lazy ones too), a pandas frame, a DuckDB relation or anything with the
            Arrow C stream interface; the path of a Parquet, CSV or JSON Lines file, a glob, or a list of paths; with
            the preset of a document, the path of one.
        as_of: the instant of knowledge (ISO 8601 text or a `datetime`, with offset or zone); that of the latest event
            unless said.
        windows: time that does not count, besides what the events tell of: a list of `Window`, or a
            file or a frame of them, as `windows_of` takes it.
        columns: our names with those of the source, `{"subject": "ticket_id"}`; a `SourceMap`, a mapping of what one
            says, or the path of one in YAML; or the name of a preset.
        preset: the name of a preset, which `columns` then changes.
        timezone: the zone of times that have none.
        assume_complete: that an event type which never occurs did not happen, rather than was not mapped.
        scratch: a folder in which more events than memory holds are laid down for as long as the report is there; that
            of the system for passing files unless given.
        progress: told what is being done: how much is done, of how much (0 where nobody knows), and what.

    Raises:
        SlaError: the source cannot be read, or an argument is not what it must be.
    """
    if scratch is not None and not (isinstance(scratch, (str, PathLike)) and Path(scratch).is_dir()):
        raise InputError(f"scratch must be a folder, {quoted(scratch)} is none")
    if progress is not None and not callable(progress):
        raise InputError(f"progress must be a function of three arguments, found {quoted(progress)}")
    folder = None if scratch is None else Path(scratch)
    listed = isinstance(source, (list, tuple)) and all(isinstance(each, Event) for each in source)
    if listed and (columns is not None or preset is not None or timezone is not None):
        raise InputError("a list of events has neither `columns` to name nor times without a `timezone`")
    read = partial(incoming_of, source, columns=columns, preset=preset, timezone=timezone, as_of=as_of)
    if isinstance(agreement, Portfolio):
        return evaluate_portfolio(
            agreement,
            source,
            read,
            in_memory=IN_MEMORY,
            as_of=as_of,
            windows=windows_of(windows, agreement, timezone=timezone),
            assume_complete=assume_complete,
            scratch=folder,
            progress=progress,
        )
    check_agreement(agreement)
    passed = windows_of(windows, agreement, timezone=timezone)
    if listed:
        judged = judge_events(agreement, source, as_of=as_of, windows=passed)
        return Report(
            judged,
            assume_complete=assume_complete,
            stated=lambda name, match: stated_in(source, name, judged.as_of, match),
        )
    incoming = read(agreement, wanted=Wanted([agreement]))
    judged = _judged(agreement, incoming, as_of, passed, folder, progress)
    return Report(
        judged,
        findings=incoming.findings,
        assume_complete=assume_complete,
        stated=lambda name, match: stated_of(
            read(agreement, wanted={name, *match}), name, judged.as_of, match, contradicting(judged.findings)
        ),
    )


def _judged(
    agreement: Agreement,
    incoming: Incoming,
    as_of: object,
    windows: Sequence[Window],
    scratch: Path | None,
    progress: Progress | None,
) -> Judged:
    """Judge events in memory, or part by part where there are too many."""
    in_parts = partial(judge_parts, agreement, as_of=as_of, windows=windows, scratch=scratch, progress=progress)
    if incoming.size is not None and incoming.size > IN_MEMORY:
        return in_parts(incoming)
    if incoming.size is not None:
        return judge_frames(agreement, incoming, as_of=as_of, windows=windows)
    frames: list[pl.DataFrame] = []
    coming = iter(incoming)
    for frame in coming:
        frames.append(frame)
        if sum(map(len, frames)) > HELD:
            return in_parts(chain(_given_away(frames), coming))
    return judge_frames(agreement, _given_away(frames), as_of=as_of, windows=windows)


def _given_away(frames: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield frames and hold on to none of them."""
    while frames:
        yield frames.pop(0)
