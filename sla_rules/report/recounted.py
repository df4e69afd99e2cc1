"""The lines of a summary counted again without what is waived."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sla_rules.agreement import Agreement
from sla_rules.judged import Judged
from sla_rules.language.objectives import Objective
from sla_rules.periods import Period, bounds
from sla_rules.report.rulable import Row
from sla_rules.report.summary import Line, version_of_line
from sla_rules.verdict import Outcome


def recounted(judged: Judged, lines: Iterable[Line], rows: Sequence[Row], waived: Sequence[Row]) -> list[Line]:
    """Return the lines without what is waived: instances out of all counts, and periods judged again by what is left.

    A waived period is left out whatever became of its instances.
    """
    by_line: dict[tuple[str, str | None], list[Row]] = {}
    for row in waived:
        by_line.setdefault((row.policy, version_of_line(row.version, judged.agreement)), []).append(row)
    shares: dict[tuple[str, str | None], dict[str | None, Row]] = {}
    for row in rows:
        if row.is_period:
            shares.setdefault((row.policy, version_of_line(row.version, judged.agreement)), {})[row.period] = row
    found = []
    for line in lines:
        of = line.policy.id, line.version
        found.append(_without(by_line[of], shares.get(of, {}), line, judged) if of in by_line else line)
    return found


def _without(waived: Sequence[Row], shares: Mapping[str | None, Row], line: Line, judged: Judged) -> Line:
    """Return a line without what is waived of it; `shares` are its periods by their labels."""
    instances = Counter(row.period for row in waived if not row.is_period)
    left_out = {row.period for row in waived if row.is_period}
    counts, periods = line.counts.copy(), line.periods.copy()
    counts[Outcome.BREACHED] -= instances.total()
    for label in (left_out | instances.keys()) & shares.keys():
        share = shares[label]
        outcome = None if label in left_out else _judged_again(share, instances[label], judged)
        periods[share.outcome] -= 1
        periods.update([] if outcome is None else [outcome])
    return replace(line, counts=+counts, periods=+periods, waived=len(waived))


def _judged_again(share: Row, waived: int, judged: Judged) -> Outcome | None:
    """Return what becomes of a period without some of its breached instances; None where nothing is left in it."""
    objective = _promised(share, judged)[1]
    breached = share.breached - waived
    if not (share.met or breached or share.pending):
        return None
    over = is_over(end_of(share, judged), judged.as_of)
    return outcome_of(objective, share.met, breached, share.pending, over=over)


def outcome_of(objective: Objective, met: int, breached: int, pending: int, *, over: bool) -> Outcome:
    """Return what becomes of a period with these instances, once nothing can change it any more."""
    at_best = objective.kept(met + pending, breached)
    at_worst = objective.kept(met, breached + pending)
    if not over or at_best != at_worst:
        return Outcome.PENDING
    return Outcome.MET if at_best else Outcome.BREACHED


def end_of(share: Row, judged: Judged) -> int | None:
    """Return the instant at which a period is over; None for a whole that has no end."""
    version, objective = _promised(share, judged)
    return period_end(str(share.period), objective.per, version)


def period_end(period: str, per: Period, version: Agreement) -> int | None:
    """Return the instant at which a period of a version of an agreement is over; None for a whole that has no end."""
    return version.in_force[1] if per == "whole" else bounds(period, per, version.zone)[1]


def is_over(end: int | None, as_of: int | None) -> bool:
    """Say whether a period is over; a whole that has no end is judged as of any instant."""
    return end is None or (as_of is not None and as_of >= end)


def _promised(share: Row, judged: Judged) -> tuple[Agreement, Objective]:
    """Return the version by which a period was judged, and the share that it promises."""
    version = next(each for each in judged.agreement.versions if each.version == share.version)
    objective = version.policies[share.policy].objective
    assert objective is not None
    return version, objective
