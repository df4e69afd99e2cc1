"""Procedures, by the live evaluator: steps taken in order, what results ask for, and how they end."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sla_rules.counting.causes import missing
from sla_rules.errors import did_you_mean, quoted
from sla_rules.evaluators.live.asking import Asker, Asking, Role
from sla_rules.evaluators.live.cases import Case, by_instant
from sla_rules.evaluators.live.circumstances import (
    exemption_rules,
    exemptions,
    in_force,
    names,
    outcome,
    outcome_rules,
    period_of,
)
from sla_rules.evaluators.live.engine import Of, Rules, There, named_apart
from sla_rules.evaluators.live.instances import NOT_ENDED, OPEN, beginning_rules
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event
from sla_rules.language.policies import Procedure, Step
from sla_rules.language.selectors import types_of
from sla_rules.verdict import Outcome, Terms, Verdict

OUTCOMES = {
    Outcome.EXEMPT: {"exempt": 1},
    Outcome.BREACHED: {"exempt": 0, "wrong": 1},
    Outcome.UNDETERMINED: {"exempt": 0, "wrong": 0, "known": 0},
    Outcome.PENDING: {"exempt": 0, "wrong": 0, "known": 1, "ended": 0},
    Outcome.MET: {"exempt": 0, "wrong": 0, "known": 1, "ended": 1},
}
"""Breached at once when it can no longer be mended; with declared ends pending until one of them."""


def procedure_rules(policy: Procedure) -> Rules:
    """Return what begins, advances and ends a procedure, which steps are due, and what goes wrong."""
    steps = {
        f"due: {step.name}": (There("e", {"as": "due", "step": place, "when": 1}),)
        for place, step in enumerate(policy.steps)
        if step.when is not None
    }
    asks: Rules = {}
    for place, (result, by_value) in enumerate(policy.asks.items()):
        for number, value in enumerate(by_value):
            asked = (There("e", {"as": "result", "field": place, "value": number}),)
            asks[named_apart(f"asks: {result} {value}", asks)] = asked
    beyond = There("p", {"is": "next", "n": Of("e", "n"), "step": Of("e", "step", "lt")})
    never = set() if policy.end else {Outcome.PENDING}
    if not set(types_of(policy.start)) & set(types_of(policy.step.event)):
        never.add(Outcome.UNDETERMINED)  # Only a start that is a step can lack which.
    possible = {each: so for each, so in OUTCOMES.items() if each not in never}
    return {
        **beginning_rules(Role("start", policy.start, policy.applies), policy.occurrence == "each"),
        **Role("step", policy.step.event).rules(),
        **{name: rule for role in ends_of(policy) for name, rule in role.rules(OPEN, NOT_ENDED).items()},
        **steps,
        **asks,
        SKIPPED: (There("e", {"as": "taken", "asked": 0}), beyond),
        **({TOO_SOON: (There("e", {"as": "taken", "asked": 1}),)} if asks else {}),
        **({ASKED_LEFT: (There("e", {"as": "closed", "asked": 1}),)} if asks else {}),
        **({STEPS_LEFT: (There("e", {"as": "closed", "steps": 1}),)} if policy.complete else {}),
        **exemption_rules(policy),
        **outcome_rules(possible, policy),
    }


SKIPPED, TOO_SOON = "a step is skipped", "a step comes before what was asked for"
ASKED_LEFT, STEPS_LEFT = "what was asked for is left", "a step is left"


def ends_of(policy: Procedure) -> list[Role]:
    """Return what ends a procedure: being reached before being closed."""
    ends = policy.end
    return [] if ends is None else [Role("reached", ends.reached), Role("closed", ends.closed)]


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


def procedure(asker: Asker[Procedure], terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge every procedure that was begun."""
    policy = asker.policy
    for case in world.cases(policy.match).values():
        with asker.about(case) as asking:
            followed = Course(asking).follow()
        for progress in followed:
            if in_force(policy, progress.start, world):
                yield decide(asker, terms, case, progress)


class Course:
    """The procedures of a case as they come, advance and go."""

    def __init__(self, asking: Asking[Procedure]) -> None:
        self.asking = asking
        self.policy = asking.policy
        self.found: list[Progress] = []
        self.taken = 0
        if self.policy.occurrence == "each":
            asking.tell({"is": "ended", "n": 0})

    def follow(self) -> list[Progress]:
        """Return all procedures.

        Within one instant: the steps of the one that is open and its end, then a start, its steps, and the ends not yet
        used, `reached` before `closed`.
        """
        policy, asking = self.policy, self.asking
        start, step = Role("start", policy.start, policy.applies), Role("step", policy.step.event)
        for instant in by_instant(event for event in asking.case.events if event.type in policy.roles):
            steps = [event for event in instant if asking.hears(step, event)]
            for event in steps:
                note_unknown(policy, event, asking.case)
            ends = [(role, event) for role in ends_of(policy) for event in instant]
            following = steps
            if self.found and self.found[-1].ended_by is None:
                self._go_on(steps, ends)
                following = []
            for event in instant:
                if asking.hears(start, event, event, policy.roles, n=len(self.found)):
                    own = [event] if event in steps else []
                    self._begin(event, bool(own))
                    self._go_on([*own, *(each for each in following if each is not event)], ends)
        return self.found

    def _begin(self, start: Event, is_step: bool) -> None:
        """Begin a procedure with the steps that are due for the case as it is at its start."""
        policy, facts = self.policy, self.asking.at(start)
        due = [step.name for place, step in enumerate(policy.steps) if self._is_due(place, step, facts)]
        self.found.append(Progress(start, due, due.index(policy.begin_at) if policy.begin_at in due else -1))
        self.asking.tell({"is": "open", "n": len(self.found), "by": self.asking.case.number[id(start)]})
        if is_step and start.data.get(policy.step.field) is None:
            self.found[-1].cause = missing(policy.step.field)

    def _is_due(self, place: int, step: Step, facts: dict[str, object]) -> bool:
        if step.when is None:
            return True
        return bool(self.asking.tell({"as": "due", "step": place, "when": int(step.when.holds(facts))}))

    def _go_on(self, steps: list[Event], ends: list[tuple[Role, Event]]) -> None:
        """Take the steps of an instant, then end by the first end: being reached forgives, being closed demands."""
        progress = self.found[-1]
        for event in steps:
            self._take(progress, event)
        for place, (role, event) in enumerate(ends):
            if self.asking.hears(role, event, n=len(self.found)):
                progress.ended_by = event
                self.asking.tell({"is": "ended", "n": len(self.found)})
                del ends[place]
                if role.name == "closed":
                    self._close(progress, event)
                return

    def _take(self, progress: Progress, event: Event) -> None:
        """Take a step: repeating or going back is fine, going more than one beyond the furthest is a skip."""
        name = event.data.get(self.policy.step.field)
        if name is None or progress.wrong:
            return
        if name in progress.asked:
            progress.asked.remove(name)
        if name not in progress.due:
            return
        place = progress.due.index(name)
        said = self._said_of(place, progress)
        if TOO_SOON in said:
            progress.wrong, progress.at_fault = ("asked", name, *progress.asked), event
        elif SKIPPED in said:
            progress.wrong, progress.at_fault = ("skipped", name, *progress.due[progress.furthest + 1 : place]), event
        else:
            progress.furthest = max(progress.furthest, place)
            progress.asked = list(self._asked_by(event))

    def _said_of(self, place: int, progress: Progress) -> set[str]:
        self.taken += 1
        self.asking.tell({"is": "next", "n": self.taken, "step": progress.furthest + 1})
        told: dict[str, int | str] = {"as": "taken", "n": self.taken, "step": place, "asked": int(bool(progress.asked))}
        return {concluded.rule for concluded in self.asking.tell(told)}

    def _asked_by(self, event: Event) -> Iterator[str]:
        """Yield what the results of a step ask for."""
        for place, (result, by_value) in enumerate(self.policy.asks.items()):
            values, value = [*by_value], str(event.data.get(result))
            number = values.index(value) if value in values else -1
            if self.asking.tell({"as": "result", "field": place, "value": number}):
                yield from by_value[value]

    def _close(self, progress: Progress, event: Event) -> None:
        """Close a procedure: nothing asked for may be left, nor any step due where all are demanded."""
        steps = progress.due[progress.furthest + 1 :]
        told = self.asking.tell({"as": "closed", "asked": int(bool(progress.asked)), "steps": int(bool(steps))})
        said = {concluded.rule for concluded in told}
        left = [*(progress.asked if ASKED_LEFT in said else ()), *(steps if STEPS_LEFT in said else ())]
        if left and not progress.wrong:
            progress.wrong, progress.at_fault = ("left", *left), event


def note_unknown(policy: Procedure, event: Event, case: Case) -> None:
    """Note a step that the procedure neither lists nor asks for, and a result that is nearly one that asks."""
    name = event.data.get(policy.step.field)
    asked = [step for by_value in policy.asks.values() for several in by_value.values() for step in several]
    known = {*(step.name for step in policy.steps), *asked}
    if name is not None and name not in known:
        message = f"{policy.id}: unknown step {quoted(name)}{did_you_mean(name, known)}"
        case.world.remark("unknown_step", message, event, policy.id)
    for result, by_value in policy.asks.items():
        value = event.data.get(result)
        hint = "" if value in by_value else did_you_mean(value, by_value)
        if hint:
            message = f"{policy.id}: {result} {quoted(value)} asks for nothing{hint}"
            case.world.remark("unknown_result", message, event, policy.id)


def decide(asker: Asker[Procedure], terms: Terms, case: Case, progress: Progress) -> Verdict:
    """Say what became of a procedure, and what went wrong or how far it came."""
    policy, start, end = asker.policy, progress.start, progress.ended_by
    at = case.world.now if end is None else end.at
    with asker.about(case) as asking:
        exempted_by, grounds = exemptions(asking, start, at)
        became = outcome(
            asking,
            exempt=bool(exempted_by),
            wrong=bool(progress.wrong),
            known=progress.cause is None,
            ended=end is not None or policy.end is None,
        )
    return Verdict(
        terms,
        start.subject,
        case.key,
        became,
        start_at=start.at,
        stop_at=None if end is None else end.at,
        period=period_of(policy, case, start, at),
        exempted_by=exempted_by,
        evidence=names((start, progress.at_fault, *grounds, end)),
        cause=progress.cause if became is Outcome.UNDETERMINED else None,
        detail=progress.wrong or (("reached", progress.due[progress.furthest]) if progress.furthest >= 0 else ()),
    )
