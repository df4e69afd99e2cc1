"""Cases, by the live evaluator: the events of one match key, and what is known of it at each of them."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sla_rules.events import Event
from sla_rules.language.selectors import Selector

if TYPE_CHECKING:
    from sla_rules.evaluators.live.world import World

NO_ROLES: frozenset[str] = frozenset()


class Case:
    """The events of one match key in the total order.

    Attributes:
        key: the values of the match.
        events: in order.
        types: of its events.
        number: the place of each event by identity, which is its name in facts.
    """

    def __init__(self, key: tuple[str, ...], events: list[Event], world: "World") -> None:
        self.key = key
        self.events = events
        self.world = world
        self.types = {event.type for event in events}
        self.number = {id(event): place for place, event in enumerate(events)}
        self._tied = len({event.at for event in events}) < len(events)
        self._known: dict[tuple[int, int, frozenset[str]], dict[str, Any]] = {}

    def attributes(self, at: int, start: Event | None = None, roles: frozenset[str] = NO_ROLES) -> dict[str, Any]:
        """Return the data of all events up to and including an instant, later over earlier.

        Within one instant events without a role come first, the start event last; ids decide the rest.
        """
        asked = (at, id(start), roles) if self._tied else (at, 0, NO_ROLES)
        if asked not in self._known:
            known = [event for event in self.events if event.at <= at]
            if self._tied:
                known.sort(key=lambda event: (event.at, event is start, event.type in roles))
            self._known[asked] = {name: value for event in known for name, value in event.data.items()}
        return self._known[asked]

    def reads(self, event: Event, start: Event | None = None, roles: frozenset[str] = NO_ROLES) -> dict[str, Any]:
        """Return what `where` reads: the time, what the event's type declares from it alone, the rest from the case."""
        declared = self.world.agreement.events[event.type].fields
        case = self.attributes(event.at, start, roles)
        others = {name: value for name, value in case.items() if name not in declared}
        return {**others, **event.data, "time": event.at}

    def means(self, selectors: tuple[Selector, ...] | None, event: Event) -> bool:
        """Say whether selectors mean an event, for what no policy's rules decide: windows, publications, findings."""
        return any(
            each.type == event.type and (each.where is None or each.where.holds(self.reads(event)))
            for each in selectors or ()
        )


def by_instant(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Yield events in order, those of one instant together."""
    instant: list[Event] = []
    for event in events:
        if instant and event.at != instant[0].at:
            yield instant
            instant = []
        instant.append(event)
    if instant:
        yield instant
