"""Any history judged at once: from a source of events to a report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, SlaError, did_you_mean, quoted
from sla_rules.evaluators.columnar import judge_events, judge_frames
from sla_rules.evaluators.columnar.partitions import Progress, judge_parts
from sla_rules.events import Event, Window
from sla_rules.judged import Judged
from sla_rules.report.report import Report
from sla_rules.sources import batches

IN_MEMORY = 12_000_000
"""Events that are judged at once; more of them are laid down and judged part by part."""


def evaluate(
    agreement: Agreement,
    source: Any,
    *,
    as_of: object = None,
    windows: Iterable[Window] = (),
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    assume_complete: bool = False,
    scratch: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Judge a whole history by an agreement; the same verdicts as `judge`, for millions of events.

    Args:
        agreement: as `load` gives it.
        source: a list of events; a Polars frame (lazy ones too), a pandas frame, a DuckDB relation or anything with the
            Arrow C stream interface; the path of a Parquet, CSV or JSON Lines file, a glob, or a list of paths.
        as_of: the instant of knowledge (ISO 8601 text or a `datetime`, with offset or zone); that of the latest event
            unless said.
        windows: time that does not count, besides what the events tell of.
        columns: our names with those of the source: `{"subject": "ticket_id"}`.
        timezone: the zone of times that have none.
        assume_complete: that an event type which never occurs did not happen, rather than was not mapped.
        scratch: a folder in which more events than memory holds are laid down for as long as the report is there; that
            of the system for passing files unless given.
        progress: told what is being done: how much is done, of how much (0 where nobody knows), and what.

    Raises:
        SlaError: the source cannot be read, or an argument is not what it must be.
    """
    if not isinstance(agreement, Agreement):
        raise SlaError(f"{quoted(agreement)} is not an Agreement; `load` makes one")
    if not isinstance(windows, Iterable):
        raise InputError(f"windows must be a list, found {quoted(windows)}")
    if scratch is not None and not (isinstance(scratch, (str, PathLike)) and Path(scratch).is_dir()):
        raise InputError(f"scratch must be a folder, {quoted(scratch)} is none")
    if progress is not None and not callable(progress):
        raise InputError(f"progress must be a function of three arguments, found {quoted(progress)}")
    windows = list(windows)
    if isinstance(source, (list, tuple)) and all(isinstance(each, Event) for each in source):
        if columns is not None or timezone is not None:
            raise InputError("a list of events has neither `columns` to name nor times without a `timezone`")
        judged = judge_events(agreement, source, as_of=as_of, windows=windows)
        return Report(judged, assume_complete=assume_complete)
    incoming = batches(source, agreement, columns=columns, timezone=timezone, wanted=_Wanted(agreement))
    judged = _judged(agreement, incoming, as_of, windows, None if scratch is None else Path(scratch), progress)
    return Report(judged, findings=incoming.findings, assume_complete=assume_complete)


class _Wanted:
    """The fields that an agreement declares, and names so near to one of them that they may be misspelt."""

    def __init__(self, agreement: Agreement) -> None:
        events = [each for version in agreement.versions for each in version.events.values()]
        self._declared = frozenset(name for each in events for name in each.fields)
        self._near: dict[str, bool] = {}

    def __contains__(self, name: object) -> bool:
        if name in self._declared:
            return True
        return self._near.setdefault(str(name), bool(did_you_mean(name, self._declared)))


def _judged(
    agreement: Agreement,
    incoming: Iterable[pl.DataFrame],
    as_of: object,
    windows: Sequence[Window],
    scratch: Path | None,
    progress: Progress | None,
) -> Judged:
    """Judge frames in memory, or part by part where there are too many."""
    frames: list[pl.DataFrame] = []
    coming = iter(incoming)
    for frame in coming:
        frames.append(frame)
        if sum(map(len, frames)) > IN_MEMORY:
            every = chain(_given_away(frames), coming)
            return judge_parts(agreement, every, as_of=as_of, windows=windows, scratch=scratch, progress=progress)
    return judge_frames(agreement, frames, as_of=as_of, windows=windows)


def _given_away(frames: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield frames and hold on to none of them."""
    while frames:
        yield frames.pop(0)
