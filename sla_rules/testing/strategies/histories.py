"""Random events and histories of any agreement: directed ones, directed ones a little changed, and free ones."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any

from hypothesis import strategies as st

from sla_rules.agreement import Agreement
from sla_rules.events import Event
from sla_rules.instants import moment
from sla_rules.language.declarations import FieldDeclaration
from sla_rules.language.policies import Availability
from sla_rules.testing.directed import History, directed
from sla_rules.testing.directed.values import Values

Draw = Callable[[st.SearchStrategy[Any]], Any]

ANY_POLICY = "*"
"""The policy of a history that is aimed at none: as a pattern it means them all."""
SUBJECTS = ("S1", "S2", "S3")
POOL = 60
"""How many instants free events share, so that many of them meet."""
LEAVE_OUT = object()


def events(agreement: Agreement) -> st.SearchStrategy[Event]:
    """Make events of every type that an agreement declares.

    Most carry what their declaration asks for, with values that its conditions and tables name; some lack a field,
    or have one that is null or of the wrong kind. Their times come from a small pool around what matters: starts,
    limits and the microseconds beside them, clock changes, ends of months. They have no ids.

        @given(st.lists(events(AGREEMENT)))
        def test_order_does_not_matter(history): ...
    """
    return _event(agreement, Values(agreement), instants(agreement))


def histories(agreement: Agreement) -> st.SearchStrategy[History]:
    """Make histories: directed ones, directed ones with a few changes, two of them in one, and free ones.

    What is not aimed at a single policy has the policy `*`. The ids of the events number them in the order of the
    history, which need not be that of their times.

        @given(histories(AGREEMENT))
        def test_a_law(history):
            judge(AGREEMENT, history.events, as_of=moment(history.as_of), windows=history.windows)
    """
    known = aimed(agreement)
    free = st.builds(
        free_history,
        st.lists(events(agreement), min_size=1, max_size=12),
        st.none() | st.sampled_from(instants(agreement)),
    )
    if not known:
        return free
    exact = st.sampled_from(known)
    # The first is what an example shrinks towards.
    return st.one_of(exact, changed(exact, agreement), st.builds(merged, exact, exact, st.booleans()), free)


@lru_cache(maxsize=16)
def aimed(agreement: Agreement) -> tuple[History, ...]:
    """Return the directed histories of an agreement."""
    return tuple(directed(agreement))


@lru_cache(maxsize=16)
def instants(agreement: Agreement) -> tuple[int, ...]:
    """Return the instants that its directed histories use most, in order."""
    used = Counter(at for history in islice(aimed(agreement), 1_000) for at in {each.at for each in history.events})
    used.update(history.as_of for history in islice(aimed(agreement), 1_000))
    return tuple(sorted(at for at, _ in used.most_common(POOL))) or (0,)


@st.composite
def _event(draw: Draw, agreement: Agreement, values: Values, pool: Sequence[int]) -> Event:
    """Draw one event."""
    type = draw(st.sampled_from(sorted(agreement.events)))
    at = draw(st.sampled_from(pool))
    data = {}
    for name, field in agreement.events[type].fields.items():
        value = draw(st.sampled_from(values_of(values, type, name, field, at)))
        if value is not LEAVE_OUT:
            data[name] = value
    subject = draw(st.sampled_from(subjects(agreement, type)))
    return Event(type=type, subject=subject, time=moment(at), data=data)


def values_of(values: Values, type: str, name: str, field: FieldDeclaration, at: int) -> list[Any]:
    """Return the values that an event may have in a field: the good ones often, the others now and then."""
    good = [values.raw(name, value, type) for value in values.candidates(name, at, type)]
    wrong: Any = 7 if field.kind in ("text", "instant", "date", "month", "list", "record") else "seven"
    often = good * (1 + 8 // len(good))
    return [*often, *([] if field.required else [LEAVE_OUT] * 4), LEAVE_OUT, None, wrong]


def subjects(agreement: Agreement, type: str) -> tuple[str, ...]:
    """Return the subjects that an event of a type may have: services where an availability reads it."""
    read = [each for each in agreement.policies.values() if isinstance(each, Availability) and type in each.roles]
    return (*dict.fromkeys(each.service for each in read), *SUBJECTS[: 1 if read else 3])


def free_history(some: list[Event], as_of: int | None) -> History:
    """Return a history of some events, numbered in their order."""
    latest = max(event.at for event in some)
    return History("free", ANY_POLICY, numbered(some), latest if as_of is None else as_of)


def numbered(some: Sequence[Event]) -> tuple[Event, ...]:
    """Return the same events with ids that number them."""
    return tuple(again(event, id=f"{number:05}") for number, event in enumerate(some, 1))


def again(event: Event, **changes: Any) -> Event:
    """Return an event with some parts changed; `at` in microseconds."""
    at = changes.pop("at", event.at)
    parts = {"type": event.type, "subject": event.subject, "id": event.id, "data": event.data, **changes}
    return Event(time=moment(at), **parts)


def merged(one: History, other: History, apart: bool) -> History:
    """Return two histories in one, those of the second one's subjects renamed where they shall stay apart."""
    second = [again(event, subject=f"{event.subject}'") for event in other.events] if apart else other.events
    return History(
        f"{one.name} and {other.name}",
        ANY_POLICY if one.policy != other.policy else one.policy,
        numbered([*one.events, *second]),
        max(one.as_of, other.as_of),
        (*one.windows, *other.windows),
    )


@st.composite
def changed(draw: Draw, exact: st.SearchStrategy[History], agreement: Agreement) -> History:
    """Draw a directed history with one to three changes."""
    history: History = draw(exact)
    for _ in range(draw(st.integers(1, 3))):
        history = draw(st.sampled_from(CHANGES))(draw, history, agreement)
    return replace(history, name=f"{history.name}, changed", events=numbered(history.events))


def place_of(draw: Draw, history: History) -> int:
    """Draw the place of one of a history's events."""
    place: int = draw(st.integers(0, len(history.events) - 1))
    return place


def put(history: History, place: int, *some: Event) -> History:
    """Return a history with other events in place of one."""
    return replace(history, events=(*history.events[:place], *some, *history.events[place + 1 :]))


def shift(draw: Draw, history: History, _: Agreement) -> History:
    """Move an event by a microsecond."""
    place = place_of(draw, history)
    event = history.events[place]
    return put(history, place, again(event, at=event.at + draw(st.sampled_from((1, -1)))))


def move(draw: Draw, history: History, _: Agreement) -> History:
    """Move an event to the instant of another."""
    place, other = place_of(draw, history), place_of(draw, history)
    return put(history, place, again(history.events[place], at=history.events[other].at))


def drop(draw: Draw, history: History, _: Agreement) -> History:
    """Leave an event out."""
    return history if len(history.events) == 1 else put(history, place_of(draw, history))


def double(draw: Draw, history: History, _: Agreement) -> History:
    """Let an event happen twice."""
    place = place_of(draw, history)
    return put(history, place, history.events[place], history.events[place])


def swap(draw: Draw, history: History, _: Agreement) -> History:
    """Give two events each other's subjects."""
    one, other = place_of(draw, history), place_of(draw, history)
    first, second = history.events[one], history.events[other]
    exchanged = put(history, one, again(first, subject=second.subject))
    return put(exchanged, other, again(second, subject=first.subject))


def add(draw: Draw, history: History, agreement: Agreement) -> History:
    """Let something else happen besides."""
    return replace(history, events=(*history.events, draw(events(agreement))))


def look(draw: Draw, history: History, _: Agreement) -> History:
    """Look at the instant of one of the events, or a microsecond beside it."""
    at = history.events[place_of(draw, history)].at + draw(st.sampled_from((0, 1, -1)))
    return replace(history, as_of=at)


CHANGES = (shift, drop, double, look, move, swap, add)
