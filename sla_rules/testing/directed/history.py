"""A history: a few events, written to show one thing about one policy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple, TypeVar

from sla_rules.events import Event, Window
from sla_rules.instants import moment

T = TypeVar("T")


@dataclass(frozen=True)
class History:
    """Events that are aimed at one thing that an agreement says.

    Attributes:
        name: what it is aimed at, in words: `support.response: severity SL4: stopped at the limit + 1 µs`;
            each history of an agreement has a name of its own.
        policy: the id of the policy concerned.
        events: what happened; their ids number them in the order of writing.
        as_of: the instant of knowledge, in microseconds since 1970 UTC.
        windows: time that does not count, passed in besides the events.
    """

    name: str
    policy: str
    events: tuple[Event, ...]
    as_of: int
    windows: tuple[Window, ...] = ()


class Told(NamedTuple):
    """An event before it has an id: its data as a source would write them."""

    type: str
    subject: str
    at: int
    data: dict[str, Any]


class Draft(NamedTuple):
    """A history before it has a policy; `as_of` is the latest event's instant unless said."""

    name: str
    told: list[Told]
    as_of: int | None = None
    windows: tuple[Window, ...] = ()


def written_down(policy: str, draft: Draft) -> History:
    """Return the history of a draft, its events numbered in the order of writing."""
    numbers = count(1)
    events = tuple(
        Event(id=f"{next(numbers):05}", type=each.type, subject=each.subject, time=moment(each.at), data=each.data)
        for each in draft.told
    )
    as_of = max(event.at for event in events) if draft.as_of is None else draft.as_of
    return History(draft.name, policy, events, as_of, draft.windows)


def woven(many: Iterable[Iterator[T]]) -> Iterator[T]:
    """Yield the first item of each iterator, then the second of each, and so on until all are used up."""
    left = list(many)
    while left:
        going = []
        for each in left:
            try:
                yield next(each)
            except StopIteration:
                continue
            going.append(each)
        left = going
