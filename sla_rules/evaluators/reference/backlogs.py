"""Backlogs of first-time members, by the reference evaluator: who is exempt until all of them are done."""

from sla_rules.evaluators.reference.world import World
from sla_rules.language.exemptions import Backlog
from sla_rules.language.selectors import types_of


def done_at(backlog: Backlog, owner: object, world: World) -> tuple[bool, int | None]:
    """Return whether an owner's members ever exceeded the number, and when all were done; None while they are not."""
    everyone = world.once(("backlog", backlog), lambda: by_owner(backlog, world))
    return everyone.get(owner, (False, None))


def by_owner(backlog: Backlog, world: World) -> dict[object, tuple[bool, int | None]]:
    """Return the same for every owner.

    Members are the subjects whose first event of the members' types is selected.
    """
    owners: dict[object, dict[str, int]] = {}
    done: dict[str, int] = {}
    types = set(types_of(backlog.members))
    for case in world.cases(("subject",)):
        first = next((event for event in case.events if event.type in types), None)
        if first is not None and case.selects(backlog.members, first):
            owners.setdefault(first.data.get(backlog.by), {})[first.subject] = first.at
        for event in case.chosen(backlog.until)[:1]:
            done[event.subject] = event.at
    return {owner: closing(members, done, backlog.more_than) for owner, members in owners.items() if owner is not None}


def closing(members: dict[str, int], done: dict[str, int], more_than: int) -> tuple[bool, int | None]:
    """Return the same for one owner's members.

    The backlog closes at the first instant at which all members known by then, more than the number, are done; members
    that come later belong to it no more.
    """
    arrivals = sorted(members, key=lambda subject: members[subject])
    all_done = 0
    for number, subject in enumerate(arrivals, 1):
        if subject not in done:
            break
        all_done = max(all_done, done[subject], members[subject])
        following = members[arrivals[number]] if number < len(arrivals) else None
        if number > more_than and (following is None or all_done < following):
            return True, all_done
    return len(members) > more_than, None
