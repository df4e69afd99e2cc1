"""When the clock of an instance stands still, by the live evaluator: pauses, reopenings and excluded windows."""

from collections.abc import Mapping
from typing import Any

from sla_rules.counting.still import Still, still, still_of
from sla_rules.evaluators.live.asking import Asker, Asking, Role
from sla_rules.evaluators.live.cases import Case, by_instant
from sla_rules.evaluators.live.engine import NotThere, Of, Rules, There, Wanted
from sla_rules.evaluators.live.instances import Instance
from sla_rules.evaluators.live.spans import Ends, spans
from sla_rules.events import Event, Window
from sla_rules.language.policies import Deadline, PauseBetween, PauseWhile
from sla_rules.reason import named


def pause_rules(policy: Deadline) -> Rules:
    """Return what begins and ends each pause."""
    found: Rules = {}
    for place, pause in enumerate(policy.pause):
        name = f"pause{place}"
        over: Wanted = {"is": f"{name} over", "n": Of("e", "n")}
        lasts = There("s", {"is": name, "n": Of("e", "n")})
        if isinstance(pause, PauseBetween):
            found |= between(place, pause).rules()
        else:
            found[name] = (There("e", {"as": name, "holds": 1}), There("o", over))
            found[f"{name} over"] = (There("e", {"as": name, "holds": 0}), lasts, NotThere(over))
    return found


def between(place: int, pause: PauseBetween) -> Ends:
    """Return the events that begin and end a pause."""
    return Ends(Role(f"pause{place}", pause.from_), Role(f"pause{place} over", pause.to))


def standing_still(asker: Asker[Deadline], case: Case, instance: Instance, at: int, facts: Mapping[str, Any]) -> Still:
    """Return when the clock of an instance stands still, as known at an instant, with the attributes of the case."""
    policy = asker.policy
    if not (policy.pause or policy.exclude or instance.reopened):
        return Still()
    known = [still("stopped", stop, again) for stop, again in instance.reopened]
    lasting = pauses(asker, case, instance.start)
    for kind in policy.exclude:
        scope = case.world.agreement.windows[kind].scope
        own = None if scope is None else facts.get(scope)
        for window in case.world.shared.windows(kind):
            if window.scope is None or window.scope == own:
                (lasting if window.end_at is None else known).append(window)
    return still_of(known, lasting, instance.start.at, at)


def pauses(asker: Asker[Deadline], case: Case, start: Event) -> list[Window]:
    """Return the pauses of a case, as the attributes of one of its instances tell of them."""
    found: list[Window] = []
    for place, pause in enumerate(asker.policy.pause):
        with asker.about(case) as asking:
            if isinstance(pause, PauseBetween):
                found += between_events(place, pause, asking, start)
            else:
                found += by_state(place, pause, asking, start)
    return found


def between_events(place: int, pause: PauseBetween, asking: Asking[Deadline], start: Event) -> list[Window]:
    """Return the pauses that some events begin and others end."""
    found, unused = spans(between(place, pause), asking, start)
    for event in unused:
        message = f"`{event.type}` without {named(pause.from_)} before it"
        asking.case.world.remark("resume_without_pause", message, event)
    return [still("paused", span.begun_by, span.ended_by) for span in found]


def by_state(place: int, pause: PauseWhile, asking: Asking[Deadline], start: Event) -> list[Window]:
    """Return the stretches during which the attributes of the case fulfil a condition.

    Only events with a role, or with a field of the condition, can begin or end one.
    """
    found: list[Window] = []
    since: Event | None = None
    name, roles, fields = f"pause{place}", asking.policy.roles, pause.while_.fields
    asking.tell({"is": f"{name} over", "n": 0})
    for instant in by_instant(each for each in asking.case.events if each.type in roles or fields & each.data.keys()):
        event = instant[-1]
        holds = int(pause.while_.holds(asking.case.attributes(event.at, start, roles)))
        if not asking.tell({"as": name, "holds": holds, "n": len(found) + (since is not None)}):
            continue
        if since is None:
            since = event
            asking.tell({"is": name, "n": len(found) + 1})
        else:
            found.append(still("paused", since, event))
            since = None
            asking.tell({"is": f"{name} over", "n": len(found)})
    return found if since is None else [*found, still("paused", since, None)]
