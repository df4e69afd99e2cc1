"""Backlogs of first-time members, by the columnar evaluator: who is exempt until all of them are done."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sla_rules.evaluators.columnar.columns import NONE, Column, Flags, Ints, alike
from sla_rules.evaluators.columnar.needs import types_behind
from sla_rules.evaluators.columnar.reading import joined
from sla_rules.evaluators.columnar.world import World
from sla_rules.language.exemptions import Backlog
from sla_rules.language.selectors import types_of

NEVER = int(np.iinfo(np.int64).max)


class Members(NamedTuple):
    """Subjects that joined a backlog: whose each is, when it joined and when it was done, `NEVER` if it is not yet."""

    owner: Column
    joined: Ints
    done: Ints


def exempting(backlog: Backlog, owner: Column, start_at: Ints, world: World) -> Flags:
    """Say which instances start before the backlog of their owner is done."""
    until = world.wide.once(("backlog", backlog), lambda: until_by_owner(backlog, [members(backlog, world.wide)]))
    # Owners are looked up as values: `owner` may come from another field of the log than the members' own.
    return start_at < owner.lookup(lambda value: until.get(value, NONE), np.int64, NONE)


def know(backlog: Backlog, parts: Sequence[Members], world: World) -> None:
    """Let a world know the members of a backlog from parts of their subjects."""
    know_ends(backlog, until_by_owner(backlog, parts), world)


def know_ends(backlog: Backlog, ends: Mapping[object, int], world: World) -> None:
    """Let a world know until when the backlog of each owner lasted, as `until_by_owner` gives it."""
    world.once(("backlog", backlog), lambda: ends)


def members(backlog: Backlog, world: World) -> Members:
    """Return the members of a backlog: the subjects whose first event of the members' types is selected."""
    cases = world.cases(("subject",), types_behind((*backlog.members, *backlog.until), world.agreement.events))
    member_rows = np.flatnonzero(cases.of_types(types_of(backlog.members)))
    first = np.unique(cases.index[member_rows], return_index=True)[1]
    rows = cases.chosen(backlog.members, member_rows[first])
    done_rows = cases.chosen(backlog.until)
    done_case, done_first = np.unique(cases.index[done_rows], return_index=True)
    done_at = np.full(len(cases.bounds), NEVER)
    done_at[done_case] = cases.at[done_rows[done_first]]
    owner = cases.own(backlog.by).take(rows)
    rows = rows[owner.present]
    owner = owner.take(np.flatnonzero(owner.present))
    return Members(owner, cases.at[rows], np.maximum(done_at[cases.index[rows]], cases.at[rows]))


def until_by_owner(backlog: Backlog, parts: Sequence[Members]) -> dict[object, int]:
    """Return, for each owner whose members ever exceeded the number, the instant at which all were done.

    The backlog closes at the first instant at which all members known by then, more than the number, are done; those
    that come later are none of it.
    """
    owner = joined([part.owner for part in parts])
    arrived, done = (np.concatenate(times) for times in zip(*((p.joined, p.done) for p in parts), strict=True))
    code = alike(owner)
    order = np.lexsort((arrived, code))
    code, arrived, done = code[order], arrived[order], done[order]
    bounds = np.flatnonzero(np.diff(code, prepend=-1, append=-1))
    until: dict[object, int] = {}
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        all_done = np.maximum.accumulate(done[low:high])
        following = np.append(arrived[low + 1 : high], NEVER)
        number = np.arange(1, high - low + 1)
        closed = np.flatnonzero((number > backlog.more_than) & (all_done < following))
        if len(closed):
            until[owner.item(int(order[low]))] = int(all_done[closed[0]])
        elif high - low > backlog.more_than:
            until[owner.item(int(order[low]))] = NEVER
    return until
