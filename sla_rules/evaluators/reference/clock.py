"""When the clock of an instance stands still: pauses, reopenings and excluded windows."""

from sla_rules.counting.still import Still, still, still_of
from sla_rules.evaluators.reference.cases import spans, together
from sla_rules.evaluators.reference.circumstances import View
from sla_rules.evaluators.reference.windows import windows
from sla_rules.events import Event, Window
from sla_rules.language.policies import Deadline, PauseBetween, PauseWhile
from sla_rules.reason import named


def standing_still(view: View[Deadline]) -> Still:
    """Return when the clock of an instance stands still.

    A pause, or a window whose end is unknown, concerns the instance up to the instant of the view and no further; a
    window whose end is known counts as a whole.
    """
    policy, instance = view.policy, view.instance
    if not (policy.pause or policy.exclude or instance.reopened):
        return Still()
    known = [still("stopped", stop, again) for stop, again in instance.reopened]
    lasting = [*pauses(view)]
    for each in excluded(view):
        (lasting if each.end_at is None else known).append(each)
    return still_of(known, lasting, instance.start.at, view.at)


def excluded(view: View[Deadline]) -> list[Window]:
    """Return the excluded windows that concern the case: those without a scope, or with its own."""
    found: list[Window] = []
    for kind in view.policy.exclude:
        scope = view.world.agreement.windows[kind].scope
        own = view.facts.get(scope) if scope is not None else None
        found += [each for each in windows(kind, view.world) if each.scope is None or each.scope == own]
    return found


def pauses(view: View[Deadline]) -> list[Window]:
    """Return the pauses of a case, those before the start of the instance among them."""

    def find() -> list[Window]:
        found: list[Window] = []
        for pause in view.policy.pause:
            found += between(pause, view) if isinstance(pause, PauseBetween) else by_state(pause, view)
        return found

    # Which start event an instance has matters to attributes only where events share an instant.
    start = view.instance.start.at if view.case.tied else None
    return view.case.once((view.policy.id, start), find)


def between(pause: PauseBetween, view: View[Deadline]) -> list[Window]:
    """Return the pauses that some events begin and others end."""
    case, start, roles = view.case, view.instance.start, view.policy.roles

    def begins(event: Event) -> bool:
        return case.selects(pause.from_, event, start, roles)

    def ends(event: Event) -> bool:
        return case.selects(pause.to, event, start, roles)

    found, unused = spans(case.events, begins, ends)
    for event in unused:
        message = f"`{event.type}` without {named(pause.from_)} before it"
        case.world.remark("resume_without_pause", message, event)
    return [still("paused", span.begun_by, span.ended_by) for span in found]


def by_state(pause: PauseWhile, view: View[Deadline]) -> list[Window]:
    """Return the stretches during which the attributes of the case fulfil a condition.

    Only events with a role, or with a field of the condition, can begin or end one.
    """
    found: list[Window] = []
    since: Event | None = None
    roles, fields = view.policy.roles, pause.while_.fields
    telling = [event for event in view.case.events if event.type in roles or fields & event.data.keys()]
    for instant in together(telling):
        event = instant[-1]
        holds = pause.while_.holds(view.case.attributes(event.at, view.instance.start, view.policy.roles))
        if holds and since is None:
            since = event
        elif not holds and since is not None:
            found.append(still("paused", since, event))
            since = None
    return found if since is None else [*found, still("paused", since, None)]
