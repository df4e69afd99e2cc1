"""Backlogs of first-time members, by the live evaluator: who is exempt until all of them are done."""

from collections.abc import Iterable
from typing import NamedTuple

from sla_rules.evaluators.live.cases import Case
from sla_rules.language.exemptions import Backlog
from sla_rules.language.selectors import types_of


class Member(NamedTuple):
    """A subject of a backlog: whose it is (None of nobody's), when it joined and when it was done, if ever."""

    owner: object
    joined: int
    done: int | None


def member(backlog: Backlog, case: Case) -> Member | None:
    """Return as what member a subject joined a backlog, by its first event of the members' types; None if not."""
    types = set(types_of(backlog.members))
    first = next((event for event in case.events if event.type in types), None)
    if first is None or not case.means(backlog.members, first):
        return None
    done = next((event.at for event in case.events if case.means(backlog.until, event)), None)
    return Member(first.data.get(backlog.by), first.at, done)


def by_owner(backlog: Backlog, members: Iterable[Member | None]) -> dict[object, tuple[bool, int | None]]:
    """Return for each owner whether its members ever exceeded the number, and until when; nobody's do not count."""
    owned: dict[object, list[Member]] = {}
    for each in members:
        if each is not None and each.owner is not None:
            owned.setdefault(each.owner, []).append(each)
    return {owner: exceeded_until(backlog, some) for owner, some in owned.items()}


def exceeded_until(backlog: Backlog, members: Iterable[Member]) -> tuple[bool, int | None]:
    """Return whether the members of one owner, in the order of joining, ever exceeded the number, and until when.

    The backlog closes at the first instant at which all who have joined by then, more than the number, are done.
    """
    number, all_done = 0, 0
    for each in sorted(members, key=lambda member: member.joined):
        if number > backlog.more_than and all_done < each.joined:
            return True, all_done
        number += 1
        if each.done is None:
            all_done = NOT_DONE
        all_done = max(all_done, each.joined, each.done or 0)
    return number > backlog.more_than, None if all_done >= NOT_DONE else all_done


NOT_DONE = 1 << 62
"""Later than any instant."""
