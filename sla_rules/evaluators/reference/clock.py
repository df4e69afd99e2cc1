"""When the clock of an instance stands still: pauses, reopenings and excluded windows."""

from dataclasses import dataclass

from sla_rules.calendar import merged
from sla_rules.evaluators.reference.cases import spans
from sla_rules.evaluators.reference.circumstances import View
from sla_rules.evaluators.reference.windows import windows
from sla_rules.events import Event, finding
from sla_rules.language.policies import Deadline, PauseBetween, PauseWhile
from sla_rules.reason import named

Stretch = tuple[int, int | None]
"""From the first instant to the one at which it is over; None while nobody knows when that will be."""


@dataclass(frozen=True, slots=True)
class Still:
    """The time that does not count, and whether the clock stands still at the end of it with no end in sight."""

    intervals: tuple[tuple[int, int], ...] = ()
    paused: bool = False


def standing_still(view: View[Deadline]) -> Still:
    """Return when the clock of an instance stands still.

    A pause, or a window whose end is unknown, concerns the instance up to the instant of the view and no further; a
    window whose end is known counts as a whole.
    """
    policy, instance = view.policy, view.instance
    if not (policy.pause or policy.exclude or instance.reopened):
        return Still()
    stretches = [(stop.at, again.at) for stop, again in instance.reopened]
    lasting = pauses(view)
    for start, end in excluded(view):
        if end is None:
            lasting.append((start, None))
        else:
            stretches.append((start, end))
    stretches += [(start, view.at if end is None else min(end, view.at)) for start, end in lasting if start < view.at]
    paused = any(start <= view.at and end is None for start, end in lasting)
    return Still(merged(stretches), paused)


def excluded(view: View[Deadline]) -> list[Stretch]:
    """Return the excluded windows that concern the case: those without a scope, or with its own."""
    found: list[Stretch] = []
    for kind in view.policy.exclude:
        scope = view.world.agreement.windows[kind].scope
        own = view.facts.get(scope) if scope is not None else None
        for each in windows(kind, view.world):
            if each.scope is None or each.scope == own:
                found.append((each.start_at, each.end_at))
    return found


def pauses(view: View[Deadline]) -> list[Stretch]:
    """Return the pauses of a case, one that was open at the start of the instance among them."""
    found: list[Stretch] = []
    for pause in view.policy.pause:
        found += between(pause, view) if isinstance(pause, PauseBetween) else by_state(pause, view)
    return found


def between(pause: PauseBetween, view: View[Deadline]) -> list[Stretch]:
    """Return the pauses that some events begin and others end."""
    case = view.case

    def begins(event: Event) -> bool:
        return case.selects(pause.from_, event)

    def ends(event: Event) -> bool:
        return case.selects(pause.to, event)

    found, unused = spans(case.events, begins, ends)
    for event in unused:
        message = f"`{event.type}` without {named(pause.from_)} before it"
        case.world.note(finding("resume_without_pause", message, event))
    return [(span.start, span.end) for span in found]


def by_state(pause: PauseWhile, view: View[Deadline]) -> list[Stretch]:
    """Return the stretches during which the attributes of the case fulfil a condition."""
    found: list[Stretch] = []
    since: int | None = None
    for at in dict.fromkeys(event.at for event in view.case.events):
        holds = pause.while_.holds(view.case.attributes(at, view.instance.start, view.policy.roles))
        if holds and since is None:
            since = at
        elif not holds and since is not None:
            found.append((since, at))
            since = None
    return found if since is None else [*found, (since, None)]
