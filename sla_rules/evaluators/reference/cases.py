"""Cases, by the reference evaluator: the events of one match key, their attributes, and stretches between events."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sla_rules.events import Event
from sla_rules.language.selectors import Selector

if TYPE_CHECKING:
    from sla_rules.evaluators.reference.world import World

Selectors = tuple[Selector, ...] | None
T = TypeVar("T")


@dataclass(slots=True)
class Span:
    """A stretch of time that one event begins and another ends, if it has ended."""

    begun_by: Event
    ended_by: Event | None = None

    @property
    def start(self) -> int:
        """Its first instant."""
        return self.begun_by.at

    @property
    def end(self) -> int | None:
        """The instant at which it is over; None while it lasts."""
        return None if self.ended_by is None else self.ended_by.at


def together(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Yield the events of each instant, in order."""
    return (list(group) for _, group in groupby(events, key=attrgetter("at")))


def spans(
    events: Iterable[Event], begins: Callable[[Event], bool], ends: Callable[[Event], bool]
) -> tuple[list[Span], list[Event]]:
    """Return the spans that some events begin and others end, and the ends that ended nothing.

    A beginning while one lasts begins none. Within an instant the ends of a span that lasts come first, then
    beginnings, then the ends not yet used.
    """
    found: list[Span] = []
    unused: list[Event] = []
    lasting: Span | None = None
    for instant in together(events):
        ending = [event for event in instant if ends(event)]
        if lasting is not None and ending:
            lasting.ended_by, lasting = ending.pop(0), None
        for event in instant:
            if lasting is None and begins(event):
                lasting = Span(event)
                found.append(lasting)
        if lasting is not None and ending and lasting.begun_by in instant:
            lasting.ended_by, lasting = ending.pop(0), None
        unused += ending
    return found, unused


class Case:
    """The events of one match key, in order, and its attributes: their data merged, later over earlier."""

    def __init__(self, key: tuple[str, ...], events: list[Event], world: "World") -> None:
        self.key = key
        self.events = events
        self.world = world
        self.types = {event.type for event in events}
        self.tied = any(a.at == b.at for a, b in pairwise(events))
        self._merged: list[dict[str, Any]] | None = None
        self._found: dict[object, object] = {}

    def once(self, key: object, find: Callable[[], T]) -> T:
        """Return what `find` finds, looked for once."""
        if key not in self._found:
            self._found[key] = find()
        return cast(T, self._found[key])

    def attributes(self, at: int, start: Event | None = None, roles: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Return the attributes at an instant, all events of that instant included.

        Within one instant attribute changes come first, that is events of types that play no role in the
        policy, and the start event last; otherwise ids decide.
        """
        if not self.tied:
            return self._untied(at)

        def rank(event: Event) -> tuple[int, int]:
            return event.at, 2 if event is start else 1 if event.type in roles else 0

        merged: dict[str, Any] = {}
        for event in sorted((event for event in self.events if event.at <= at), key=rank):
            merged.update(event.data)
        return merged

    def _untied(self, at: int) -> dict[str, Any]:
        if self._merged is None:
            self._merged = [{}]
            for event in self.events:
                before = self._merged[-1]
                self._merged.append({**before, **event.data} if event.data else before)
        events, count = self.events, len(self.events)
        if count and events[-1].at <= at:
            return self._merged[count]
        low, high = 0, count
        while low < high:
            middle = (low + high) // 2
            if events[middle].at <= at:
                low = middle + 1
            else:
                high = middle
        return self._merged[low]

    def selects(
        self, selectors: Selectors, event: Event, start: Event | None = None, roles: frozenset[str] = frozenset()
    ) -> bool:
        """Say whether one of the selectors means this event; `start` and `roles` as for the attributes."""
        for selector in selectors or ():
            if selector.type == event.type and (
                selector.where is None or selector.where.holds(self.seen_from(event, start, roles))
            ):
                return True
        return False

    def seen_from(self, event: Event, start: Event | None, roles: frozenset[str]) -> dict[str, Any]:
        """Return what `where` reads: the event's time and own fields, and of other fields the case's attributes."""
        own = self.world.agreement.events[event.type].fields
        others = {name: value for name, value in self.attributes(event.at, start, roles).items() if name not in own}
        return {**others, **event.data, "time": event.at}

    def chosen(
        self, selectors: Selectors, start: Event | None = None, roles: frozenset[str] = frozenset()
    ) -> list[Event]:
        """Return the events that the selectors mean, in order; `start` and `roles` as for the attributes."""
        return [event for event in self.events if self.selects(selectors, event, start, roles)]


def names(events: Sequence[Event | None]) -> tuple[str, ...]:
    """Return the names of events, each once, in order."""
    return tuple(dict.fromkeys(event.name for event in events if event is not None))
