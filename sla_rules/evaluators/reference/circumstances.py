"""What concerns an instance of any kind of policy: being in force, exemptions, the period it counts in."""

from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from sla_rules.evaluators.reference.backlogs import done_at
from sla_rules.evaluators.reference.cases import Case, Selectors
from sla_rules.evaluators.reference.world import World
from sla_rules.events import Event
from sla_rules.language.exemptions import Backlog
from sla_rules.language.policies import Policy
from sla_rules.language.selectors import types_of
from sla_rules.periods import label, label_of_date
from sla_rules.verdict import Outcome


@dataclass(slots=True)
class Instance:
    """One obligation: begun by a start event, ended by a stop or a cancel, if it has ended."""

    start: Event
    stop: Event | None = None
    cancel: Event | None = None
    reopened: list[tuple[Event, Event]] = field(default_factory=list)
    in_force: bool = True

    @property
    def ended_by(self) -> Event | None:
        """The stop or the cancel; None while it is open."""
        return self.stop or self.cancel


P = TypeVar("P", bound=Policy)


class View(NamedTuple, Generic[P]):
    """An instance as it stands at one instant, with the attributes that the case has then."""

    policy: P
    case: Case
    instance: Instance
    at: int
    facts: dict[str, Any]

    @property
    def world(self) -> World:
        """All that is known."""
        return self.case.world

    def chosen(self, selectors: Selectors) -> list[Event]:
        """Return the events of the case that selectors mean, in order."""
        return self.case.chosen(selectors, self.instance.start, self.policy.roles)


def view(policy: P, case: Case, instance: Instance, at: int) -> View[P]:
    """Return an instance as it stands at an instant."""
    return View(policy, case, instance, at, case.attributes(at, instance.start, policy.roles))


def at_start(policy: Policy, case: Case, start: Event) -> dict[str, Any]:
    """Return the attributes of the case at a start event."""
    return case.attributes(start.at, start, policy.roles)


def applies(policy: Policy, case: Case, start: Event) -> bool:
    """Say whether the policy applies to a case as it is at a start event."""
    return policy.applies is None or policy.applies.holds(at_start(policy, case, start))


def in_force(policy: Policy, event: Event, world: World) -> bool:
    """Say whether this version of the agreement is in force at a start; note it where none is."""
    if world.agreement.covers(event.at):
        return True
    message = f"{policy.id}: {event.type} of {event.subject} lies outside the time in which the agreement is in force"
    world.remark("not_in_force", message, event, policy.id)
    return False


def note_caseless(policy: Policy, world: World) -> None:
    """Note events that could begin an instance and belong to no case, because they lack a field of the match."""
    for event in world.caseless(policy.match):
        if event.type in types_of(policy.beginnings):
            lacking = [f"`{name}`" for name in policy.match if name != "subject" and event.data.get(name) is None]
            message = f"{policy.id}: `{event.type}` belongs to no case, {' and '.join(lacking)} is missing"
            world.remark("no_case", message, event, policy.id)


def exemptions(now: View[Any]) -> tuple[tuple[str, ...], list[Event]]:
    """Return the ids of all exemptions that apply, and the events that they rest on."""
    ids, grounds = [], []
    for exemption in now.policy.exemptions:
        if exemption.when is not None:
            exempt = exemption.when.holds(at_start(now.policy, now.case, now.instance.start))
        elif exemption.backlog is not None:
            exempt = in_backlog(exemption.backlog, now)
        else:
            before = [event for event in now.chosen(exemption.preceded_by) if event.at <= now.at]
            grounds += before[:1]
            exempt = bool(before)
        if exempt:
            ids.append(exemption.id)
    return tuple(ids), grounds


def first_that_holds(exempted_by: tuple[str, ...], cause: str | None, otherwise: Outcome) -> Outcome:
    """Exempt, then undetermined for a cause, then the rest."""
    if exempted_by:
        return Outcome.EXEMPT
    return otherwise if cause is None else Outcome.UNDETERMINED


def in_backlog(backlog: Backlog, now: View[Any]) -> bool:
    """Say whether an instance starts before the backlog of its owner is done."""
    owner = at_start(now.policy, now.case, now.instance.start).get(backlog.by)
    exceeded, closed_at = done_at(backlog, owner, now.world)
    return exceeded and (closed_at is None or now.instance.start.at < closed_at)


def period_of(now: View[Any]) -> str | None:
    """Return the label of the period that an instance counts in; None without an objective, or without its field."""
    objective, zone, start = now.policy.objective, now.world.agreement.zone, now.instance.start
    if objective is None:
        return None
    value = start.at if objective.of is None else now.facts.get(objective.of)
    if value is None:
        message = f"{now.policy.id}: `{objective.of}` is missing, so {start.subject} counts in no period"
        now.world.remark("no_period", message, start, now.policy.id)
        return None
    return label(value, objective.per, zone) if isinstance(value, int) else label_of_date(value, objective.per)
