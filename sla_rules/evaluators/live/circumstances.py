"""What concerns an instance of any kind of policy: being in force, exemptions, its period, and what became of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sla_rules.evaluators.live.asking import NEVER, Asking, Role, flags, the_one
from sla_rules.evaluators.live.cases import Case
from sla_rules.evaluators.live.engine import Of, Rules, There
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event
from sla_rules.language.policies import Policy
from sla_rules.language.selectors import types_of
from sla_rules.periods import label, label_of_date
from sla_rules.verdict import Outcome

RECORD_OUTCOMES = {
    Outcome.EXEMPT: {"exempt": 1},
    Outcome.UNDETERMINED: {"exempt": 0, "known": 0},
    Outcome.BREACHED: {"exempt": 0, "known": 1, "wrong": 1},
    Outcome.MET: {"exempt": 0, "known": 1, "wrong": 0},
}
"""What a record that is judged at once may come to."""


def outcome_rules(table: Mapping[Outcome, Mapping[str, int]], policy: Policy) -> Rules:
    """Return a rule for each outcome: what must be so for an instance to come to it."""
    return {
        f"outcome: {outcome}": (There("e", {"as": "outcome", **so}),)
        for outcome, so in table.items()
        if policy.exemptions or outcome is not Outcome.EXEMPT
    }


def outcome(asking: Asking[Any], **so: bool) -> Outcome:
    """Return what the rules say an instance comes to."""
    return Outcome(the_one(asking.policy, "outcome", asking.tell({"as": "outcome", **flags(so)})))


def exemption_rules(policy: Policy) -> Rules:
    """Return the rules that say which exemptions apply."""
    found: Rules = {}
    for place, exemption in enumerate(policy.exemptions):
        if exemption.when is not None:
            found |= {f"exempt: {exemption.id}": (There("e", {"as": f"exempt{place}", "when": 1}),)}
        elif exemption.backlog is not None:
            begins = There("e", {"as": f"exempt{place}"})
            lasts = There("b", {"is": f"backlog{place}", "exceeded": 1, "until": Of("e", "at", "gt")})
            found |= {f"exempt: {exemption.id}": (begins, lasts)}
        else:
            found |= Role(f"exempt{place}", exemption.preceded_by).rules()
    return found


def exemptions(asking: Asking[Any], start: Event, at: int) -> tuple[tuple[str, ...], list[Event]]:
    """Return the ids of all exemptions that apply to an instance that ends at an instant, and their grounds."""
    policy, case = asking.policy, asking.case
    ids: list[str] = []
    grounds: list[Event] = []
    for place, exemption in enumerate(policy.exemptions):
        asked = f"exempt{place}"
        if exemption.when is not None:
            exempt = bool(asking.tell({"as": asked, "when": int(exemption.when.holds(asking.at(start)))}))
        elif exemption.backlog is not None:
            owner = asking.at(start).get(exemption.backlog.by)
            exceeded, done = case.world.shared.backlog(exemption.backlog, owner)
            until = NEVER if done is None else done
            asking.tell({"is": f"backlog{place}", "exceeded": int(exceeded), "until": until})
            exempt = bool(asking.tell({"as": asked, "at": start.at}))
        else:
            role = Role(asked, exemption.preceded_by)
            before = (event for event in case.events if event.at <= at)
            ground = next((event for event in before if asking.hears(role, event, start, policy.roles)), None)
            exempt = ground is not None
            grounds += [] if ground is None else [ground]
        if exempt:
            ids.append(exemption.id)
    return tuple(ids), grounds


def in_force(policy: Policy, event: Event, world: World) -> bool:
    """Say whether this version of the agreement is in force at a start; note it where none is."""
    if world.agreement.covers(event.at):
        return True
    message = f"{policy.id}: {event.type} of {event.subject} lies outside the time in which the agreement is in force"
    world.remark("not_in_force", message, event, policy.id)
    return False


def note_caseless(policy: Policy, world: World) -> None:
    """Note events that could begin an instance and belong to no case, because they lack a field of the match."""
    for event in world.without_case(policy.match):
        if event.type in types_of(policy.beginnings):
            lacking = [f"`{name}`" for name in policy.match if name != "subject" and event.data.get(name) is None]
            message = f"{policy.id}: `{event.type}` belongs to no case, {' and '.join(lacking)} is missing"
            world.remark("no_case", message, event, policy.id)


def period_of(policy: Policy, case: Case, start: Event, at: int) -> str | None:
    """Return the label of the period that an instance counts in; None without an objective, or without its field."""
    objective, zone = policy.objective, case.world.agreement.zone
    if objective is None:
        return None
    value = start.at if objective.of is None else case.attributes(at, start, policy.roles).get(objective.of)
    if value is None:
        message = f"{policy.id}: `{objective.of}` is missing, so {start.subject} counts in no period"
        case.world.remark("no_period", message, start, policy.id)
        return None
    return label(value, objective.per, zone) if isinstance(value, int) else label_of_date(value, objective.per)


def names(events: Iterable[Event | None]) -> tuple[str, ...]:
    """Return the names of events, each once, in order."""
    return tuple(dict.fromkeys(event.name for event in events if event is not None))
