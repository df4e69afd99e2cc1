"""Backlogs of first-time members, by the columnar evaluator: who is exempt until all of them are done."""

import numpy as np

from sla_rules.evaluators.columnar.columns import NONE, Column, Flags, Ints
from sla_rules.evaluators.columnar.needs import types_behind
from sla_rules.evaluators.columnar.world import World
from sla_rules.language.exemptions import Backlog
from sla_rules.language.selectors import types_of

NEVER = int(np.iinfo(np.int64).max)


def exempting(backlog: Backlog, owner: Column, start_at: Ints, world: World) -> Flags:
    """Say which instances start before the backlog of their owner is done."""
    until = world.wide.once(("backlog", backlog), lambda: until_by_owner(backlog, world.wide))
    # Owners are looked up as values: `owner` may come from another field of the log than the members' own.
    return start_at < owner.lookup(lambda value: until.get(value, NONE), np.int64, NONE)


def until_by_owner(backlog: Backlog, world: World) -> dict[object, int]:
    """Return, for each owner whose members ever exceeded the number, the instant at which all were done.

    Members are the subjects whose first event of the members' types is selected. The backlog closes at the first
    instant at which all members known by then, more than the number, are done; those that come later are none of it.
    """
    cases = world.cases(("subject",), types_behind((*backlog.members, *backlog.until), world.agreement.events))
    member_rows = np.flatnonzero(cases.of_types(types_of(backlog.members)))
    first = np.unique(cases.index[member_rows], return_index=True)[1]
    joined = cases.chosen(backlog.members, member_rows[first])
    done_rows = cases.chosen(backlog.until)
    done_case, done_first = np.unique(cases.index[done_rows], return_index=True)
    done_at = np.full(len(cases.bounds), NEVER)
    done_at[done_case] = cases.at[done_rows[done_first]]

    owner = cases.own(backlog.by).take(joined).coded()
    assert owner.values is not None
    joined, code = joined[owner.present], owner.data[owner.present]
    order = np.lexsort((cases.at[joined], code))
    joined, code = joined[order], code[order]
    arrived, done = cases.at[joined], np.maximum(done_at[cases.index[joined]], cases.at[joined])
    bounds = np.flatnonzero(np.diff(code, prepend=-1, append=-1))
    until: dict[object, int] = {}
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        all_done = np.maximum.accumulate(done[low:high])
        following = np.append(arrived[low + 1 : high], NEVER)
        number = np.arange(1, high - low + 1)
        closed = np.flatnonzero((number > backlog.more_than) & (all_done < following))
        if len(closed):
            until[owner.values[code[low]]] = int(all_done[closed[0]])
        elif high - low > backlog.more_than:
            until[owner.values[code[low]]] = NEVER
    return until
