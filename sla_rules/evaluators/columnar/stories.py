"""What did not count for an instance and why, as its sentence and its story tell it."""

import numpy as np

from sla_rules.evaluators.columnar.clock import Clock
from sla_rules.evaluators.columnar.columns import NONE, Ints
from sla_rules.evaluators.columnar.judged import Standing
from sla_rules.events import Window

PAUSED, STOPPED = 0, 1


def standing(clock: Clock, which: Ints) -> Standing:
    """Return the stretches of instances during which their clock stood still: pauses, reopenings and windows."""
    view, own = clock.view, clock.own
    names = view.judging.world.log.names
    number = np.full(len(view.start), -1)
    number[which] = np.arange(len(which))
    told = Standing(np.zeros(0, np.int64), [], np.zeros(0, np.int64), np.zeros(0, np.int64), [], [])
    for what in (STOPPED, *range(-len(clock.shared), 0), PAUSED, *range(2, 2 + len(clock.open))):
        if what < 0:
            group = -what - 1
            here = which[clock.group[which] == group]
            for window in clock.shared[group]:
                over = here[(view.start_at[here] < (window.end_at or 0)) & (view.at[here] >= window.start_at)]
                _tell(told, number[over], window)
            continue
        rows = np.flatnonzero((own.what == what) & (number[own.owner] >= 0))
        if what >= 2:
            _tell(told, number[own.owner[rows]], clock.open[what - 2][0])
        elif len(rows):
            cases = view.judging.cases
            first, last = own.rows[0][rows], own.rows[1][rows]
            begun = names.events(cases.event[first]).to_list()
            ended = names.events(cases.event[np.maximum(last, 0)]).to_list()
            lasting = (last < 0).tolist()
            told.owner = np.concatenate([told.owner, number[own.owner[rows]]])
            told.kind += ["stopped" if what == STOPPED else "paused"] * len(rows)
            told.start = np.concatenate([told.start, cases.at[first]])
            told.end = np.concatenate([told.end, np.where(last >= 0, cases.at[last], NONE)])
            told.scope += [None] * len(rows)
            told.name += [a if on else f"{a} to {b}" for a, b, on in zip(begun, ended, lasting, strict=True)]
    return told


def _tell(told: Standing, owner: Ints, window: Window) -> None:
    size = len(owner)
    told.owner = np.concatenate([told.owner, owner])
    told.kind += [window.kind] * size
    told.start = np.concatenate([told.start, np.full(size, window.start_at)])
    told.end = np.concatenate([told.end, np.full(size, NONE if window.end_at is None else window.end_at)])
    told.scope += [window.scope] * size
    told.name += [window.id] * size
