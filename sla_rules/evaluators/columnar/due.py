"""Until when instances of a deadline are in time: the limit used up, or the publication that they were deferred to."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from sla_rules.evaluators.columnar.allowance import BEYOND, Causes, Chosen, Given, View
from sla_rules.evaluators.columnar.clock import Clock
from sla_rules.evaluators.columnar.columns import NONE, Column, Ints
from sla_rules.evaluators.columnar.needs import types_behind
from sla_rules.evaluators.columnar.world import World
from sla_rules.language.limits import Deferral


@dataclass
class Due:
    """Until when instances are in time: `at`, open for now (`NONE`), or unknown for a cause.

    Attributes:
        at: instants.
        causes: why it is unknown.
        deferral: the rows of the events that deferred them, -1 for none.
        publication: the events that they were deferred to, by their place in the log of the wide world, -1 for none.
    """

    at: Ints
    causes: Causes
    deferral: Ints
    publication: Ints


def due_of(given: Given, calendar: Chosen, clock: Clock, view: View) -> Due:
    """Return until when instances are in time: open while the clock stands still, with no limit, or deferred."""
    size = len(view.start)
    due = Due(np.full(size, NONE), Causes(size), np.full(size, -1), np.full(size, -1))
    for place, text in enumerate(given.causes.texts):
        due.causes.put(np.flatnonzero(given.causes.code == place), text)
    counting = (given.counted != NONE) & ~due.causes.any
    for place, text in enumerate(calendar.causes.texts):
        due.causes.put(np.flatnonzero(counting & (calendar.causes.code == place)), text)
    reached = given.instant.copy()
    which = np.flatnonzero(counting & ~due.causes.any)
    reached[which] = clock.due(which, view.start_at[which], given.counted[which])
    due.causes.put(which[reached[which] == NONE], BEYOND)
    reached[due.causes.any] = NONE
    # Used up at the very instant at which a pause begins: `closing` has passed a strict limit by then.
    closing = np.array([each.exhausted_at == "closing" for each in calendar.calendars], np.bool_)
    passed = closing[calendar.code] & (reached == view.at) if view.policy.strict else np.zeros(size, np.bool_)
    paused = counting & clock.paused & (reached >= view.at) & ~passed & ~view.ended
    due.at = np.where((reached == NONE) | paused, NONE, reached - view.policy.strict)
    limited = (given.counted != NONE) | (given.instant != NONE)
    defer(due, np.flatnonzero(limited & ~due.causes.any), clock, view)
    return due


def defer(due: Due, which: Ints, clock: Clock, view: View) -> None:
    """Put off due instants by the first valid deferral: to the later of the limit and the publication that fits.

    A deferral is valid from the start, or the last reopening, to the ordinary limit, both included.
    """
    rule, judging = view.policy.deferral, view.judging
    if rule is None or not len(which):
        return
    cases, world = judging.cases, judging.world
    since = clock.since(which)
    until = np.where(due.at[which] == NONE, view.at[which], np.minimum(due.at[which], view.at[which]))
    deferring = np.flatnonzero(cases.of_types(rule.types))
    wanted = cases.own(rule.field).take(deferring).coded()
    by = view.of(which).fact(rule.by).coded()
    published = publications(rule, view.policy.id, world)
    for code in np.unique(by.data[by.present]).tolist():
        allowed = rule.table.get((by.values or ())[code], ())
        possible = deferring[wanted.lookup(allowed.__contains__, np.bool_, False)]
        here = np.flatnonzero(by.present & (by.data == code))
        row = judging.first_meant(rule.event, view.start[which[here]], since[here], possible)
        valid = (row >= 0) & (cases.at[row] <= until[here])
        due.deferral[which[here[valid]]] = row[valid]
    deferred = which[due.deferral[which] >= 0]
    rows = due.deferral[deferred]
    kinds = cases.own(rule.field).take(rows).coded()
    for code in np.unique(kinds.data[kinds.present]).tolist():
        waited = (kinds.values or ())[code]
        fitting = published.kind.lookup(partial(rule.fits, wanted=waited), np.bool_, False)
        events = published.events[fitting]
        here = np.flatnonzero(kinds.data == code)
        at = np.append(world.wide.log.at[events], NONE)
        place = np.searchsorted(at[:-1], cases.at[rows[here]], side="right")
        ordinary = due.at[deferred[here]]
        later = np.where((ordinary == NONE) | (at[place] == NONE), NONE, np.maximum(ordinary, at[place]))
        due.at[deferred[here]] = later
        due.publication[deferred[here]] = np.append(events, -1)[place]


class Published(NamedTuple):
    """All publications in the order of time: the events, and of what kind each is."""

    events: Ints
    kind: Column


def publications(rule: Deferral, policy: str, world: World) -> Published:
    """Return all publications of a rule."""

    def find() -> Published:
        cases = world.wide.cases(("subject",), types_behind(rule.until, world.agreement.events))
        rows = cases.chosen(rule.until)
        rows = rows[np.lexsort((world.wide.log.names.order(cases.event[rows]), cases.at[rows]))]
        return Published(cases.event[rows], cases.own(rule.kind).take(rows))

    return world.wide.once(("publications", policy), find)
