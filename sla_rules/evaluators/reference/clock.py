"""When the clock of an instance stands still: pauses, reopenings and excluded windows."""

from typing import NamedTuple

from sla_rules.calendar import merged
from sla_rules.evaluators.reference.cases import spans, together
from sla_rules.evaluators.reference.circumstances import View
from sla_rules.evaluators.reference.windows import in_turn, windows
from sla_rules.events import Event, Window
from sla_rules.language.policies import Deadline, PauseBetween, PauseWhile
from sla_rules.reason import named


class Still(NamedTuple):
    """The time that does not count.

    Attributes:
        intervals: merged, up to the instant of the view where no end is known.
        paused: whether the clock stands still at that instant with no end in sight.
        windows: the same time as it came about, as far as it lies between the start and the instant of the view: each
            with its kind and the events or the window that it rests on.
    """

    intervals: tuple[tuple[int, int], ...] = ()
    paused: bool = False
    windows: tuple[Window, ...] = ()


def standing_still(view: View[Deadline]) -> Still:
    """Return when the clock of an instance stands still.

    A pause, or a window whose end is unknown, concerns the instance up to the instant of the view and no further; a
    window whose end is known counts as a whole.
    """
    policy, instance = view.policy, view.instance
    if not (policy.pause or policy.exclude or instance.reopened):
        return Still()
    known = [still("stopped", stop, again) for stop, again in instance.reopened]
    lasting = pauses(view)
    for each in excluded(view):
        (lasting if each.end_at is None else known).append(each)
    begun = [each for each in lasting if each.start_at <= view.at]
    ends = [(each, view.at if each.end_at is None else min(each.end_at, view.at)) for each in begun]
    intervals = merged(
        [*((each.start_at, each.end_at or 0) for each in known), *((w.start_at, end) for w, end in ends)]
    )
    start = view.instance.start.at
    concerned = [each for each in known if each.start_at <= view.at and (each.end_at or 0) > start]
    return Still(intervals, any(each.end_at is None for each in begun), in_turn([*concerned, *begun]))


def still(kind: str, begun_by: Event, ended_by: Event | None) -> Window:
    """Return a stretch that one event begins and another ends, named after both."""
    name = begun_by.name if ended_by is None else f"{begun_by.name} to {ended_by.name}"
    return Window.between(kind, begun_by.at, None if ended_by is None else ended_by.at, id=name)


def excluded(view: View[Deadline]) -> list[Window]:
    """Return the excluded windows that concern the case: those without a scope, or with its own."""
    found: list[Window] = []
    for kind in view.policy.exclude:
        scope = view.world.agreement.windows[kind].scope
        own = view.facts.get(scope) if scope is not None else None
        found += [each for each in windows(kind, view.world) if each.scope is None or each.scope == own]
    return found


def pauses(view: View[Deadline]) -> list[Window]:
    """Return the pauses of a case, one that was open at the start of the instance among them."""

    def find() -> list[Window]:
        found: list[Window] = []
        for pause in view.policy.pause:
            found += between(pause, view) if isinstance(pause, PauseBetween) else by_state(pause, view)
        return found

    # Which start event an instance has matters to attributes only where events share an instant.
    start = view.instance.start.at if view.case.tied else None
    found = view.case.once((view.policy.id, start), find)
    return [each for each in found if each.end_at is None or each.end_at > view.instance.start.at]


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
