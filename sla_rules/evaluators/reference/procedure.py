"""Procedures, by the reference evaluator: steps taken in order, what results ask for, and how they end."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sla_rules.counting.causes import missing
from sla_rules.errors import did_you_mean, quoted
from sla_rules.evaluators.reference.cases import Case, names, together
from sla_rules.evaluators.reference.circumstances import (
    Instance,
    applies,
    at_start,
    exemptions,
    in_force,
    period_of,
    view,
)
from sla_rules.evaluators.reference.world import World
from sla_rules.events import Event
from sla_rules.language.policies import Procedure
from sla_rules.verdict import Outcome, Terms, Verdict


@dataclass(slots=True)
class Progress:
    """How far a procedure has come: the furthest step, what the last result asks for, and what went wrong."""

    start: Event
    due: list[str]
    furthest: int
    asked: list[str] = field(default_factory=list)
    wrong: tuple[str, ...] = ()
    at_fault: Event | None = None
    ended_by: Event | None = None
    cause: str | None = None


def procedure(policy: Procedure, terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge every procedure that was begun."""
    for case in world.cases(policy.match):
        for event in case.chosen(policy.step.event):
            note_unknown(policy, event, case)
        for progress in followed(policy, case):
            if in_force(policy, progress.start, world):
                yield decide(terms, policy, case, progress)


def followed(policy: Procedure, case: Case) -> list[Progress]:
    """Follow the procedures of a case.

    Within one instant: the steps of the one that is open and its end, then a start, its steps, and the ends not yet
    used, `reached` before `closed`. An event never ends the procedure that it starts.
    """
    found: list[Progress] = []
    for instant in together(event for event in case.events if event.type in policy.roles):
        steps = [event for event in instant if case.selects(policy.step.event, event)]
        ends = [(event, True) for event in instant if policy.end and case.selects(policy.end.reached, event)]
        ends += [(event, False) for event in instant if policy.end and case.selects(policy.end.closed, event)]
        if found and found[-1].ended_by is None:
            go_on(policy, found[-1], steps, ends)
            steps = []
        for event in instant:
            if case.selects(policy.start, event, event, policy.roles) and begins(policy, case, event, found):
                found.append(begin(policy, case, event))
                own = [event] if case.selects(policy.step.event, event) else []
                if own and event.data.get(policy.step.field) is None:
                    found[-1].cause = missing(policy.step.field)
                go_on(policy, found[-1], [*own, *(step for step in steps if step is not event)], ends)
    return found


def begins(policy: Procedure, case: Case, event: Event, found: list[Progress]) -> bool:
    """Say whether a start event begins a procedure: it applies, and no other is open, nor was if only one may be."""
    if found and (policy.occurrence == "first" or found[-1].ended_by is None):
        return False
    return applies(policy, case, event)


def begin(policy: Procedure, case: Case, start: Event) -> Progress:
    """Begin a procedure with the steps that are due for the case as it is at its start."""
    facts = at_start(policy, case, start)
    due = [step.name for step in policy.steps if step.when is None or step.when.holds(facts)]
    return Progress(start, due, due.index(policy.begin_at) if policy.begin_at in due else -1)


def go_on(policy: Procedure, progress: Progress, steps: list[Event], ends: list[tuple[Event, bool]]) -> None:
    """Take the steps of an instant, then end by the first end: being reached forgives, being closed demands."""
    for event in steps:
        take(policy, progress, event)
    for place, (event, reached) in enumerate(ends):
        if event is not progress.start:
            progress.ended_by = event
            del ends[place]
            if not reached:
                close(policy, progress, event)
            return


def take(policy: Procedure, progress: Progress, event: Event) -> None:
    """Take a step: repeating or going back is fine, going more than one beyond the furthest is a skip."""
    name = event.data.get(policy.step.field)
    if name is None or progress.wrong:
        return
    if name in progress.asked:
        progress.asked.remove(name)
    if name not in progress.due:
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


def note_unknown(policy: Procedure, event: Event, case: Case) -> None:
    """Note a step that the procedure neither lists nor asks for, and a result that is nearly one that asks."""
    name = event.data.get(policy.step.field)
    known = {step.name for step in policy.steps}
    known |= {asked for by_value in policy.asks.values() for several in by_value.values() for asked in several}
    if name is not None and name not in known:
        message = f"{policy.id}: unknown step {quoted(name)}{did_you_mean(name, known)}"
        case.world.remark("unknown_step", message, event, policy.id)
    for result, by_value in policy.asks.items():
        value = event.data.get(result)
        hint = "" if value in by_value else did_you_mean(value, by_value)
        if hint:
            message = f"{policy.id}: {result} {quoted(value)} asks for nothing{hint}"
            case.world.remark("unknown_result", message, event, policy.id)


def decide(terms: Terms, policy: Procedure, case: Case, progress: Progress) -> Verdict:
    """Breached at once when it can no longer be mended; with declared ends pending until one of them."""
    end = progress.ended_by
    now = view(policy, case, Instance(progress.start, stop=end), case.world.now if end is None else end.at)
    exempted_by, grounds = exemptions(now)
    if exempted_by:
        outcome = Outcome.EXEMPT
    elif progress.wrong:
        outcome = Outcome.BREACHED
    elif progress.cause is not None:
        outcome = Outcome.UNDETERMINED
    else:
        outcome = Outcome.MET if end or policy.end is None else Outcome.PENDING
    return Verdict(
        terms,
        progress.start.subject,
        case.key,
        outcome,
        start_at=progress.start.at,
        stop_at=None if end is None else end.at,
        period=period_of(now),
        exempted_by=exempted_by,
        evidence=names((progress.start, progress.at_fault, *grounds, end)),
        cause=progress.cause if outcome is Outcome.UNDETERMINED else None,
        detail=progress.wrong or (("reached", progress.due[progress.furthest]) if progress.furthest >= 0 else ()),
    )
