"""Procedures, by the reference evaluator: steps taken in order, what results ask for, and how they end."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sla_rules.errors import did_you_mean, quoted
from sla_rules.evaluators.reference.cases import Case, World, names
from sla_rules.evaluators.reference.circumstances import (
    Instance,
    applies,
    at_start,
    exemptions,
    in_force,
    period_of,
    view,
)
from sla_rules.events import Event
from sla_rules.language.policies import Procedure
from sla_rules.verdict import Outcome, Terms, Verdict


@dataclass(slots=True)
class Progress:
    """How far a procedure has come: the furthest step, what the last result asks for, and what went wrong."""

    due: list[str]
    furthest: int
    asked: list[str] = field(default_factory=list)
    wrong: tuple[str, ...] = ()
    at_fault: Event | None = None
    ended_by: Event | None = None


def procedure(policy: Procedure, terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge every procedure that was begun."""
    for case in world.cases(policy.match):
        until: Event | None = None
        starts = [event for event in case.chosen(policy.start) if applies(policy, case, event)]
        for index, start in enumerate(starts):
            if index and (policy.occurrence == "first" or until is None or start.at < until.at or start is until):
                continue
            progress = followed(policy, case, start)
            until = progress.ended_by
            if in_force(policy, start, world):
                yield decide(terms, policy, case, start, progress)


def followed(policy: Procedure, case: Case, start: Event) -> Progress:
    """Follow a procedure to its end; within one instant steps come first, then `reached`, then `closed`."""
    facts = at_start(policy, case, start)
    due = [step.name for step in policy.steps if step.when is None or step.when.holds(facts)]
    progress = Progress(due, due.index(policy.begin_at) if policy.begin_at in due else -1)
    reached = policy.end.reached if policy.end is not None else None
    closed = policy.end.closed if policy.end is not None else None

    def rank(event: Event) -> tuple[int, int]:
        order = 0 if event is start else 1 if case.selects(policy.step.event, event) else 2
        return event.at, order if order < 2 or case.selects(reached, event) else 3

    for event in sorted((event for event in case.events if event.at >= start.at), key=rank):
        if case.selects(policy.step.event, event):
            take(policy, progress, event, case)
        if event is not start and case.selects(reached, event):
            progress.ended_by = event
            return progress
        if event is not start and case.selects(closed, event):
            progress.ended_by = event
            close(policy, progress, event)
            return progress
    return progress


def take(policy: Procedure, progress: Progress, event: Event, case: Case) -> None:
    """Take a step: repeating or going back is fine, going more than one beyond the furthest is a skip."""
    name = event.data.get(policy.step.field)
    if name is None or progress.wrong:
        return
    if name in progress.asked:
        progress.asked.remove(name)
    if name not in progress.due:
        note_unknown(policy, name, event, case)
        return
    place = progress.due.index(name)
    if progress.asked:
        progress.wrong, progress.at_fault = ("asked", name, *progress.asked), event
    elif place > progress.furthest + 1:
        progress.wrong, progress.at_fault = ("skipped", name, *progress.due[progress.furthest + 1 : place]), event
    else:
        progress.furthest = max(progress.furthest, place)
        progress.asked = [
            asked for result, by_value in policy.asks.items() for asked in by_value.get(str(event.data.get(result)), ())
        ]


def close(policy: Procedure, progress: Progress, event: Event) -> None:
    """Close a procedure: nothing asked for may be left, nor any step due where all are demanded."""
    left = [*progress.asked, *(progress.due[progress.furthest + 1 :] if policy.complete else ())]
    if left and not progress.wrong:
        progress.wrong, progress.at_fault = ("left", *left), event


def note_unknown(policy: Procedure, name: str, event: Event, case: Case) -> None:
    """Note a step that the procedure neither lists nor ever asks for."""
    known = {step.name for step in policy.steps}
    known |= {asked for by_value in policy.asks.values() for names in by_value.values() for asked in names}
    if name not in known:
        message = f"{policy.id}: unknown step {quoted(name)}{did_you_mean(name, known)}"
        case.world.remark("unknown_step", message, event, policy.id)


def decide(terms: Terms, policy: Procedure, case: Case, start: Event, progress: Progress) -> Verdict:
    """Breached at once when it can no longer be mended; with declared ends pending until one of them."""
    end = progress.at_fault or progress.ended_by
    now = view(policy, case, Instance(start, stop=progress.ended_by), case.world.now if end is None else end.at)
    exempted_by, grounds = exemptions(now)
    if exempted_by:
        outcome = Outcome.EXEMPT
    elif progress.wrong:
        outcome = Outcome.BREACHED
    else:
        outcome = Outcome.MET if progress.ended_by or policy.end is None else Outcome.PENDING
    return Verdict(
        terms,
        start.subject,
        case.key,
        outcome,
        start_at=start.at,
        stop_at=None if progress.ended_by is None else progress.ended_by.at,
        period=period_of(now),
        exempted_by=exempted_by,
        evidence=names((start, progress.at_fault, *grounds, progress.ended_by)),
        detail=progress.wrong or (("reached", progress.due[progress.furthest]) if progress.furthest >= 0 else ()),
    )
