"""Which obligations a case holds: what begins each instance of a deadline and what ends it."""

from sla_rules.evaluators.reference.cases import Case, together
from sla_rules.evaluators.reference.circumstances import Instance, applies, at_start, in_force
from sla_rules.evaluators.reference.world import World
from sla_rules.events import Event
from sla_rules.language.policies import Deadline
from sla_rules.reason import named


def instances(policy: Deadline, case: Case) -> list[Instance]:
    """Return the instances of a case.

    Within one instant: stops of the instance that is open, then cancels, then starts, then the stops and cancels
    not yet used. An event never ends the instance that it starts.
    """
    found: list[Instance] = []
    started = False
    for instant in together(event for event in case.events if event.type in policy.roles):
        stops = [event for event in instant if event.type in policy.stop_types]
        cancels = [event for event in instant if event.type in policy.cancel_types]
        starts = [event for event in instant if case.selects(policy.start, event, event, policy.roles)]
        end_the_open_one(policy, case, found, stops, cancels)
        if policy.resume is not None:
            reopen_the_last(policy, case, found, instant)
        for event in starts:
            if begins(policy, case, event, found):
                found.append(Instance(event, in_force=in_force(policy, event, case.world)))
        end_the_open_one(policy, case, found, stops, cancels)
        started = started or bool(starts)
        if not started:
            for event in stops:
                if case.selects(policy.stop, event):
                    stop_without_start(policy, event, case.world)
    return found


def begins(policy: Deadline, case: Case, event: Event, found: list[Instance]) -> bool:
    """Say whether a start event begins an instance: it applies, and no other is open, nor was if only one may be."""
    if found and (policy.occurrence == "first" or found[-1].ended_by is None):
        return False
    return applies(policy, case, event)


def end_the_open_one(
    policy: Deadline, case: Case, found: list[Instance], stops: list[Event], cancels: list[Event]
) -> None:
    """End the instance that is open by the first stop that means it, else by the first cancel; each is used once."""
    if not (stops or cancels) or not found or found[-1].ended_by is not None:
        return
    instance = found[-1]
    for event in stops:
        if event is not instance.start and stops_it(policy, case, instance, event):
            instance.stop = event
            case.world.stopping.add(id(event))
            stops.remove(event)
            return
    for event in cancels:
        if event is not instance.start and case.selects(policy.cancel, event, instance.start, policy.roles):
            instance.cancel = event
            cancels.remove(event)
            return


def stops_it(policy: Deadline, case: Case, instance: Instance, event: Event) -> bool:
    """Say whether one of the policy's stops, whose `when` holds of the case at its start, means the event."""
    for selector in policy.stop:
        meant = case.selects((selector,), event, instance.start, policy.roles)
        if meant and (selector.when is None or selector.when.holds(at_start(policy, case, instance.start))):
            return True
    return False


def reopen_the_last(policy: Deadline, case: Case, found: list[Instance], instant: list[Event]) -> None:
    """Undo the stop of the last instance by the first `resume` of this instant."""
    if not found or found[-1].stop is None:
        return
    instance = found[-1]
    for event in instant:
        if (
            event is not instance.stop
            and instance.stop is not None
            and case.selects(policy.resume, event, instance.start, policy.roles)
        ):
            instance.reopened.append((instance.stop, event))
            instance.stop = None


def stop_without_start(policy: Deadline, event: Event, world: World) -> None:
    """Note a stop before which nothing started, unless the start is a finding itself."""
    if event.subject in world.left_out:
        return
    message = f"`{event.type}` without {named(policy.start)} before it"
    world.stray[id(event), message] = event, message
