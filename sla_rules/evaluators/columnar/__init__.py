"""The columnar evaluator: the same verdicts as the reference, for millions of events at once.

All events become columns once, ordered by case and time. Then the function named like each kind of policy judges every
case of a policy together: what it begins and ends, what limits give, how much time counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.declared import world_of_frames
from sla_rules.evaluators.columnar.findings import new_ones
from sla_rules.evaluators.columnar.frames import counts_of_all, frame_of_all
from sla_rules.evaluators.columnar.framing import known_frames
from sla_rules.evaluators.columnar.judging import findings_of, judge_all, periods_of
from sla_rules.evaluators.columnar.listing import attributes_of, world_of
from sla_rules.evaluators.columnar.world import World
from sla_rules.events import Event, Finding, Window
from sla_rules.judged import Judged, listed
from sla_rules.known import check_agreement, checked_events, checked_windows, known_events
from sla_rules.verdict import Verdicts


def judge(
    agreement: Agreement, events: Iterable[Event], *, as_of: object = None, windows: Iterable[Window] = ()
) -> Verdicts:
    """Judge a list of events, into a list of verdicts; takes, returns and raises what `sla_rules.judge` does."""
    return listed(judge_events(agreement, events, as_of=as_of, windows=windows))


def judge_events(
    agreement: Agreement, events: Iterable[Event], *, as_of: object = None, windows: Iterable[Window] = ()
) -> Judged:
    """Judge a list of events; takes and raises what `sla_rules.judge` does."""
    check_agreement(agreement)
    passed = checked_windows(windows, agreement)
    known = known_events(checked_events(events), as_of)
    worlds = [world_of(known, version, agreement.versions, passed) for version in agreement.versions]
    return judged_of(worlds, agreement, known.given)


def judge_frames(
    agreement: Agreement, frames: Iterable[pl.DataFrame], *, as_of: object = None, windows: Iterable[Window] = ()
) -> Judged:
    """Judge frames of events, as `sla_rules.sources.batches` gives them, all in memory at once."""
    passed = checked_windows(windows, agreement)
    known = known_frames(frames, as_of)
    worlds = [world_of_frames(known, version, agreement.versions, passed) for version in agreement.versions]
    return judged_of(worlds, agreement, known.given)


def judged_of(worlds: Sequence[World], agreement: Agreement, given: Mapping[str, int]) -> Judged:
    """Judge the world of each version, and return what they come to together."""
    judged, remarkable = [], []
    for world in worlds:
        found, holding = judge_all(world, world.agreement.policies)
        judged.append(found)
        remarkable.append(holding)
    periods = [periods_of(found, world.agreement, world.as_of) for found, world in zip(judged, worlds, strict=True)]

    def findings() -> list[Finding]:
        every: list[Finding] = []
        for holding in remarkable:
            every += new_ones(findings_of(holding), set(every))
        return every

    return Judged(
        agreement,
        worlds[-1].as_of,
        given,
        findings,
        lambda outcome: frame_of_all(judged, periods, agreement, outcome).lazy(),
        partial(attributes_of, worlds),
        lambda: counts_of_all(judged, periods),
    )
