"""Bookings of one resource that must not overlap, by the columnar evaluator."""

from collections.abc import Sequence

import numpy as np

from sla_rules.evaluators.columnar.allowance import Basis, missing
from sla_rules.evaluators.columnar.cases import Cases
from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.columns import NONE, Column, Flags, Ints, alike
from sla_rules.evaluators.columnar.judged import BREACHED, EXEMPT, MET, UNDETERMINED, Columns, starts_of
from sla_rules.evaluators.columnar.overlaps import Intervals, first_overlapped
from sla_rules.evaluators.columnar.seen import following
from sla_rules.evaluators.columnar.world import key_column
from sla_rules.language.policies import NoOverlap
from sla_rules.verdict import Terms


def no_overlap(policy: NoOverlap, terms: Terms, judging: Judging) -> Columns:
    """Judge every booking against those made earlier and not released by then; it blocks later ones all the same."""
    cases = judging.cases
    rows = np.flatnonzero(cases.of_types(selector.type for selector in policy.booked))
    rows = judging.applying(cases.chosen(policy.booked, rows, rows, policy.roles))
    own = [cases.own(name).take(rows) for name in (policy.resource, policy.from_, policy.to)]
    start, end = (instants(column) for column in own[1:])
    intervals = own[1].present & own[2].present
    backwards = intervals & (end < start)
    # Of subjects that booked several resources, those of other parts are judged there.
    here = judging.world.owned(own[0])
    note_reversed(policy, rows[backwards & here], judging)
    blocks = own[0].present & intervals & (start < end)
    order = in_order(rows, judging)
    gone = lifetimes(policy, rows, blocks, order, cases)
    other = rivals(alike(own[0]), start, end, blocks, order, gone)
    kept = np.flatnonzero(here & ~backwards)
    kept = kept[judging.in_force(rows[kept])]
    return decide(policy, terms, judging, rows[kept], np.where(other < 0, -1, rows[other])[kept])


def instants(column: Column) -> Ints:
    """Return the instants of a field, `NONE` where there is none."""
    if column.values is None:
        return np.where(column.present, column.data, NONE)
    said: Ints = column.lookup(lambda value: value if type(value) is int else NONE, np.int64, NONE)
    return said


def note_reversed(policy: NoOverlap, rows: Ints, judging: Judging) -> None:
    """Note bookings that run backwards."""
    events = judging.cases.event[rows]
    subjects = judging.world.subjects(events)

    def say(number: int) -> str:
        return f"{policy.id}: `{policy.to}` of {subjects[number]} is before `{policy.from_}`"

    judging.world.remark("interval_reversed", events, say, policy.id)


def rivals(resource: Ints, start: Ints, end: Ints, blocks: Flags, order: Ints, gone: Ints) -> Ints:
    """Return, for each booking that blocks, the first that stood in its way when it was made; -1 for none."""
    made = order[blocks[order]]
    # How many of those that block come before each place in the order.
    counted = np.concatenate(([0], np.cumsum(blocks[order])))
    first = first_overlapped(Intervals(resource[made], start[made], end[made], counted[gone[made]]))
    other = np.full(len(blocks), -1, np.int64)
    other[made[first >= 0]] = made[first[first >= 0]]
    return other


def in_order(rows: Ints, judging: Judging) -> Ints:
    """Return the bookings, by number, in the total order across all cases."""
    cases, at = judging.cases, judging.cases.at[rows]
    order = np.argsort(at, kind="stable")
    new = np.ones(len(rows) + 1, np.bool_)
    new[1:-1] = at[order][1:] != at[order][:-1]
    tied = np.flatnonzero(~(new[:-1] & new[1:]))
    events = cases.event[rows[order[tied]]]
    by_case = first_events(cases, judging.policy.match)[cases.index[rows[order[tied]]]]
    instant = np.cumsum(new[:-1])[tied]
    order[tied] = order[tied][np.lexsort((by_case, judging.world.log.names.order(events), instant))]
    return order


def first_events(cases: Cases, match: Sequence[str]) -> Ints:
    """Return a rank for each case by its first own event, for an event that several cases of its subject share."""
    if match == ("subject",):
        return np.arange(len(cases.bounds))
    own = np.logical_and.reduce([key_column(cases.log, name).take(cases.event).present for name in match])
    rows = np.flatnonzero(own)
    heads = rows[np.unique(cases.index[rows], return_index=True)[1]]
    sequence = np.lexsort((cases.log.names.order(cases.event[heads]), cases.at[heads]))
    rank = np.empty(len(heads), np.int64)
    rank[sequence] = np.arange(len(heads))
    return rank


def lifetimes(policy: NoOverlap, rows: Ints, blocks: Flags, order: Ints, cases: Cases) -> Ints:
    """Return, for each booking, the place in the order from which on it stands no longer.

    A booking ends when its case books anew or releases it. Within one instant: releases of what is booked, then
    bookings, then the releases not yet used.
    """
    size = len(rows)
    place = np.empty(size, np.int64)
    place[order] = np.arange(size)
    made_at = cases.at[rows][order]
    gone = np.full(size, size)
    again = np.flatnonzero(cases.case[rows[1:]] == cases.case[rows[:-1]])
    gone[again] = place[again + 1]
    releases = cases.chosen(policy.released)
    row = following(releases, cases.end[rows] + 1, cases.last[rows])
    released = np.flatnonzero(row >= 0)
    gone[released] = np.minimum(gone[released], np.searchsorted(made_at, cases.at[row[released]], side="left"))
    at_once = np.flatnonzero(released_at_once(rows, blocks, releases, cases))
    gone[at_once] = np.minimum(gone[at_once], np.searchsorted(made_at, cases.at[rows[at_once]], side="right"))
    return gone


def released_at_once(rows: Ints, blocks: Flags, releases: Ints, cases: Cases) -> Flags:
    """Say which bookings a release of their own instant ends: one that ends no booking made before that instant.

    Whether a booking stands before an instant hangs on the instants before. What an instant leaves standing is known
    without them, unless it has one booking that blocks and one release: then it leaves one where it finds one.
    """
    if not len(releases):
        return np.zeros(len(rows), np.bool_)
    count = int(cases.instant[-1]) + 1
    released = np.bincount(cases.instant[releases], minlength=count)
    booked = np.full(count, -1, np.int64)
    booked[cases.instant[rows]] = np.arange(len(rows))
    leaves = (booked >= 0) & blocks[booked] if len(rows) else np.zeros(count, np.bool_)
    unknown = np.where(booked >= 0, leaves & (released == 1), released == 0)
    known = np.maximum.accumulate(np.where(unknown, -1, np.arange(count)))
    before = np.concatenate(([-1], known[:-1]))
    heads = cases.first[np.flatnonzero(cases.new_instant)]
    stood = (before >= cases.instant[heads]) & (leaves & (released == 0))[before]
    at_once: Flags = (released > stood)[cases.instant[rows]]
    return at_once


def decide(policy: NoOverlap, terms: Terms, judging: Judging, rows: Ints, other: Ints) -> Columns:
    """The booking made later is at fault."""
    cases, world = judging.cases, judging.world
    names = (policy.resource, policy.from_, policy.to)
    absent = np.stack([~cases.own(name).take(rows).present for name in names])
    lacking: Flags = np.logical_or.reduce(absent)
    exempted = judging.exemptions(rows, cases.at[rows])
    outcome = np.select([exempted.any, lacking, other >= 0], [EXEMPT, UNDETERMINED, BREACHED], MET)
    rival = cases.place(other)

    def detail(which: Ints) -> list[tuple[str, ...]]:
        there = rival[which] >= 0
        subjects = iter(world.subjects(rival[which][there]))
        return [(next(subjects),) if each else () for each in there.tolist()]

    return Columns(
        terms,
        starts_of(cases, rows),
        outcome,
        cases.at[rows],
        period=judging.periods(rows, judging.at_start(rows)),
        exempted=exempted,
        evidence=[*map(cases.place, exempted.grounds), rival],
        basis=[Basis(policy.resource, cases.own(policy.resource).take(rows), always=True)],
        cause=Column(np.argmax(absent, axis=0), lacking, [missing(name) for name in names]),
        detail=detail,
    )
