"""Deadlines, by the columnar evaluator: until when each instance is in time, and what became of it."""

from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl

from sla_rules.evaluators.columnar.allowance import Given, View, calendars_of, given_by
from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.clock import Clock
from sla_rules.evaluators.columnar.columns import NONE, Column, Ints
from sla_rules.evaluators.columnar.due import Due, due_of
from sla_rules.evaluators.columnar.instances import Instances, instances
from sla_rules.evaluators.columnar.judged import (
    BREACHED,
    EXEMPT,
    MET,
    PENDING,
    UNDETERMINED,
    VOID,
    Columns,
    starts_of,
    where,
)
from sla_rules.evaluators.columnar.log import names_at
from sla_rules.evaluators.columnar.machine import BY_CANCEL, BY_STOP
from sla_rules.evaluators.columnar.stories import standing
from sla_rules.instants import moment
from sla_rules.language.policies import Deadline
from sla_rules.verdict import Terms


def deadline(policy: Deadline, terms: Terms, judging: Judging) -> Columns:
    """Judge every instance of a deadline."""
    cases, now = judging.cases, judging.world.now
    found = instances(policy, judging)
    runs = found.runs
    everyone = np.flatnonzero(judging.in_force(runs.start))
    start, end = runs.start[everyone], runs.end[everyone]
    ended = end >= 0
    end_at = np.where(ended, cases.at[end], now) if len(end) else end
    known = np.where(ended, end, cases.last[start])
    every = View(policy, judging, start, end_at, known, ended, everyone)
    given = given_by(every)
    judged = np.flatnonzero(~given.unjudged)
    columns = decide(terms, every.of(judged), given.of(judged), found)
    hiding = given.unjudged.copy()
    hiding[judged] = np.isin(columns.outcome, (MET, PENDING, VOID))
    note_hidden_breaches(every, found, given, np.flatnonzero(hiding))
    return columns


def decide(terms: Terms, view: View, given: Given, found: Instances) -> Columns:
    """Judge instances by what their limit gives, as they stand at their end, or at `as_of` while open."""
    cases = view.judging.cases
    size = len(view.start)
    everyone = np.arange(size)
    kind, end = found.runs.kind[view.number], found.runs.end[view.number]
    calendar = calendars_of(view)
    clock = Clock(view, calendar, found)
    due = due_of(given, calendar, clock, view)
    elapsed = clock.elapsed(everyone, view.start_at, view.at)
    margin = margin_of(given, due, clock, elapsed, view)
    exempted = view.judging.exemptions(view.start, view.at)
    in_time = (due.at == NONE) | (view.at <= due.at)
    outcome = np.select(
        [exempted.any, (kind == BY_CANCEL) & in_time, due.causes.any, ~in_time, kind == BY_STOP],
        [EXEMPT, VOID, UNDETERMINED, BREACHED, MET],
        PENDING,
    )
    number, stop, again = found.runs.reopened
    concerned = np.isin(number, view.number)
    return Columns(
        terms,
        starts_of(cases, view.start),
        outcome,
        view.start_at,
        due_at=due.at,
        stop_at=where(kind == BY_STOP, view.at),
        limit=given.counted,
        elapsed=elapsed,
        margin=margin,
        cancelled_at=where(kind == BY_CANCEL, view.at),
        period=view.judging.periods(view.start, view.fact),
        exempted=exempted,
        evidence=[*deferral(due, view), *map(cases.place, exempted.grounds), cases.place(end)],
        reopened=(
            np.searchsorted(view.number, number[concerned]),
            cases.place(stop[concerned]),
            cases.place(again[concerned]),
        ),
        basis=given.basis,
        cause=Column(due.causes.code, due.causes.any, due.causes.texts),
        calendar=Column(calendar.code, calendar.code >= 0, [each.name for each in calendar.calendars]),
        standing=partial(standing, clock) if len(clock.own.owner) or any(clock.shared) else None,
    )


def deferral(due: Due, view: View) -> list[Ints | pl.Series]:
    """Return the events that deferred instances, and those that they were deferred to."""
    if view.policy.deferral is None:
        return []
    published = names_at(view.judging.world.wide.log.names, due.publication)
    return [view.judging.cases.place(due.deferral), published]


def margin_of(given: Given, due: Due, clock: Clock, elapsed: Ints, view: View) -> Ints:
    """Return the counted time from the end of instances to their due instants, negative when late."""
    margin = np.full(len(view.start), NONE)
    known = ~due.causes.any & (elapsed != NONE)
    counted, deferred = given.counted != NONE, due.deferral >= 0
    plain = known & counted & ~deferred & ((due.at == NONE) | (not view.policy.strict))
    margin[plain] = given.counted[plain] - elapsed[plain]
    which = np.flatnonzero(known & ~plain & (due.at != NONE))
    left = clock.elapsed(which, view.at[which], due.at[which])
    over = clock.elapsed(which, due.at[which], view.at[which])
    margin[which] = np.where((left == NONE) | (over == NONE), NONE, left - over)
    return margin


def note_hidden_breaches(view: View, found: Instances, later: Given, which: Ints) -> None:
    """Note limits that had passed before what they depend on changed: judging by the later one hides that breach."""
    policy, judging, cases = view.policy, view.judging, view.judging.cases
    scopes = {judging.world.agreement.windows[kind].scope for kind in policy.exclude} - {None}
    changing = np.zeros(len(cases), np.bool_)
    for name in policy.retargeted_by | scopes:
        changing |= cases.own(str(name)).present
    rows = np.flatnonzero(changing)
    # One change an instant, and none in the first instant of a case: nothing has started before it.
    rows = rows[np.flatnonzero(np.diff(cases.begin[rows], prepend=-1))]
    rows = rows[cases.begin[rows] > cases.first[rows]]
    owner = np.searchsorted(view.start[which], cases.begin[rows]) - 1
    start = view.start[which][owner] if len(which) else rows
    inside = (owner >= 0) & (cases.first[start] == cases.first[rows])
    inside &= rows <= cases.end[view.known[which]][owner] if len(which) else False
    owner, changed = which[owner[inside]], rows[inside]
    if not len(owner):
        return
    again = np.diff(owner, prepend=-1) == 0
    earlier = np.where(again, np.concatenate(([-1], changed[:-1])), view.start[owner])
    then = replace(view.of(owner), at=cases.at[changed], known=earlier)
    given, calendar = given_by(then), calendars_of(then)
    passed = ~given.unjudged
    if not scopes:
        same_calendar = calendar.code == calendars_of(view).code[owner]
        passed &= ~((given.counted != NONE) & (given.counted == later.counted[owner]) & same_calendar)
    asked = np.flatnonzero(passed)
    then = then.of(asked)
    given, calendar = given_by(then), calendars_of(then)
    due = due_of(given, calendar, Clock(then, calendar, found), then)
    hidden = np.flatnonzero((due.at != NONE) & (due.at < then.at))
    # The first change of each instance tells.
    _, first = np.unique(owner[asked][hidden], return_index=True)
    hidden = hidden[first]
    events = cases.event[then.start[hidden]]
    subjects, at = judging.world.subjects(events), due.at[hidden]

    def say(number: int) -> str:
        return (
            f"{policy.id}: the limit of {subjects[number]} had passed at {moment(int(at[number])).isoformat()}, "
            "before what it depends on was changed"
        )

    judging.world.remark("limit_passed_before_change", events, say, policy.id)
