"""Windows of time that do not count, by the reference evaluator: those passed in, and those that events tell of."""

from operator import attrgetter
from typing import Any

from sla_rules.errors import quoted
from sla_rules.evaluators.reference.cases import Case, together
from sla_rules.evaluators.reference.world import World
from sla_rules.events import Event, Window
from sla_rules.language.windows import DeclaredWindow, PlannedWindow


def windows(kind: str, world: World) -> list[Window]:
    """Return all windows of a kind."""
    return world.once(("windows", kind), lambda: find(kind, world))


def find(kind: str, world: World) -> list[Window]:
    """Look for all windows of a kind."""
    source = world.agreement.windows[kind]
    found = [window for window in world.passed if window.kind == kind]
    if isinstance(source, PlannedWindow):
        for case in world.cases(("subject",)):
            found += planned(kind, source, case)
    elif isinstance(source, DeclaredWindow):
        found += declared(kind, source, world)
    return found


def planned(kind: str, source: PlannedWindow, case: Case) -> list[Window]:
    """Return the windows of one subject: each as the latest schedule made before it began says.

    What comes at or after its beginning leaves it as it is; only a new schedule then announces another one.
    """
    begun: list[Window] = []
    current: Window | None = None
    for event in case.events:
        if current is not None and event.at >= current.start_at:
            begun.append(current)
            current = None
        scheduled, replaced = case.selects(source.event, event), case.selects(source.replaced_by, event)
        cancelled = case.selects(source.cancelled_by, event)
        if current is None and begun and (replaced or cancelled):
            ignore(kind, event, case, "comes after the window began")
        elif scheduled or replaced:
            current = announced(kind, source, event, case) or current
        elif cancelled:
            current = None
    return begun if current is None else [*begun, current]


def announced(kind: str, source: PlannedWindow, event: Event, case: Case) -> Window | None:
    """Return the window that a schedule announces; None, and a finding, where it has none or it has begun."""
    start, end = event.data.get(source.start), event.data.get(source.end)
    if start is None or end is None or end < start:
        ignore(kind, event, case, "has no start and end" if start is None or end is None else "ends before it starts")
        return None
    if event.at >= start:
        ignore(kind, event, case, "comes after the window began")
        return None
    if source.scope is not None and scope_of(source, event) is None and needs_scope(source, event, case):
        ignore(kind, event, case, f"does not say which {source.scope} it concerns")
        return None
    return Window.between(kind, start, end, scope_of(source, event), event.subject)


def needs_scope(source: PlannedWindow, event: Event, case: Case) -> bool:
    """Say whether the declaration of an event demands the field that names the scope."""
    return source.scope in case.world.agreement.events[event.type].required


def ignore(kind: str, event: Event, case: Case, why: str) -> None:
    """Note a schedule that changes no window."""
    message = f"{kind}: `{event.type}` of {quoted(event.subject)} {why}, so it changes none"
    case.world.remark("window_ignored", message, event)


def declared(kind: str, source: DeclaredWindow, world: World) -> list[Window]:
    """Return the windows that one event opens and another closes.

    Within one instant: closings of what is open, then openings, then the closings not yet used.
    """
    opening, closing = world.chosen(source.from_), world.chosen(source.to)
    found: list[Window] = []
    lasting: list[Event] = []
    for instant in together(sorted([*opening, *closing], key=attrgetter("at"))):
        closings = [event for event in instant if event in closing]
        unused = [event for event in closings if not close(kind, source, event, lasting, found)]
        lasting += [event for event in instant if event in opening]
        for event in unused:
            if not close(kind, source, event, lasting, found):
                message = f"{kind}: `{event.type}` of {quoted(event.subject)} closes none"
                world.remark("window_ignored", message, event)
    return found + [Window.between(kind, each.at, None, scope_of(source, each), each.name) for each in lasting]


def close(kind: str, source: DeclaredWindow, event: Event, lasting: list[Event], found: list[Window]) -> bool:
    """Close the windows that an event means: of its own subject, else all of its scope; without one, of every scope."""
    scope = scope_of(source, event)
    meant = [each for each in lasting if scope is None or scope_of(source, each) == scope]
    for each in [each for each in meant if each.subject == event.subject] or meant:
        lasting.remove(each)
        found.append(Window.between(kind, each.at, event.at, scope_of(source, each), each.name))
    return bool(meant)


def scope_of(source: PlannedWindow | DeclaredWindow, event: Event) -> Any:
    """Return the service, team or site that an event's window concerns; None for all."""
    return event.data.get(source.scope) if source.scope is not None else None
