"""Windows of time that do not count, by the live evaluator, as events tell of them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sla_rules.errors import quoted
from sla_rules.evaluators.live.cases import Case
from sla_rules.events import Event, Window
from sla_rules.language.windows import DeclaredWindow, PlannedWindow


def planned(kind: str, source: PlannedWindow, case: Case) -> list[Window]:
    """Return the windows of one subject: each as the latest schedule made before it began says.

    What comes at or after its beginning leaves it as it is; only a new schedule then announces another one.
    """
    windows: list[Window] = []
    ahead: Window | None = None
    for event in case.events:
        if ahead is not None and ahead.start_at <= event.at:
            windows.append(ahead)
            ahead = None
        replaces = case.means(source.replaced_by, event)
        cancels = case.means(source.cancelled_by, event)
        if windows and ahead is None and (replaces or cancels):
            ignored(kind, event, case, "comes after the window began")
        elif replaces or case.means(source.event, event):
            ahead = announced(kind, source, event, case) or ahead
        elif cancels:
            ahead = None
    return [*windows, ahead] if ahead else windows


def announced(kind: str, source: PlannedWindow, event: Event, case: Case) -> Window | None:
    """Return the window that a schedule announces; None, and a finding, where it announces none."""
    start, end, scope = event.data.get(source.start), event.data.get(source.end), scope_of(source, event)
    required = case.world.agreement.events[event.type].required
    if start is None or end is None:
        why = "has no start and end"
    elif end < start:
        why = "ends before it starts"
    elif event.at >= start:
        why = "comes after the window began"
    elif scope is None and source.scope in required:
        why = f"does not say which {source.scope} it concerns"
    else:
        return Window.between(kind, start, end, scope, event.subject)
    ignored(kind, event, case, why)
    return None


def ignored(kind: str, event: Event, case: Case, why: str) -> None:
    """Note an event that changes no window."""
    message = f"{kind}: `{event.type}` of {quoted(event.subject)} {why}, so it changes none"
    case.world.remark("window_ignored", message, event)


class Turn(NamedTuple):
    """An event that opens a window, closes one, or does both."""

    event: Event
    opens: bool
    closes: bool


def turns(source: DeclaredWindow, case: Case) -> list[Turn]:
    """Return the events of one subject that open or close windows."""
    found = (Turn(each, case.means(source.from_, each), case.means(source.to, each)) for each in case.events)
    return [turn for turn in found if turn.opens or turn.closes]


def declared(kind: str, source: DeclaredWindow, ordered: Iterable[Turn]) -> tuple[list[Window], list[Event]]:
    """Return the windows that the turns of all subjects, in order, open and close, and the closings of none.

    Within one instant: closings of what is open, then openings, then the closings not yet used.
    """
    windows: list[Window] = []
    useless: list[Event] = []
    lasting: list[Event] = []

    def close(event: Event) -> bool:
        scope = scope_of(source, event)
        meant = [each for each in lasting if scope is None or scope_of(source, each) == scope]
        for each in [each for each in meant if each.subject == event.subject] or meant:
            lasting.remove(each)
            windows.append(Window.between(kind, each.at, event.at, scope_of(source, each), each.name))
        return bool(meant)

    instant: list[Turn] = []
    for turn in [*ordered, None]:
        if turn is None or (instant and turn.event.at != instant[0].event.at):
            unused = [each.event for each in instant if each.closes and not close(each.event)]
            lasting += [each.event for each in instant if each.opens]
            useless += [event for event in unused if not close(event)]
            instant = []
        instant += [] if turn is None else [turn]
    return windows + [
        Window.between(kind, each.at, None, scope_of(source, each), each.name) for each in lasting
    ], useless


def scope_of(source: PlannedWindow | DeclaredWindow, event: Event) -> Any:
    """Return the service, team or site that an event's window concerns; None for all."""
    return None if source.scope is None else event.data.get(source.scope)
