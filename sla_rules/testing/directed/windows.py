"""Windows of time that do not count: how events and callers tell of them, and deadlines that they move."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sla_rules.events import Window
from sla_rules.instants import DAY, HOUR, MINUTE
from sla_rules.language.policies import Deadline
from sla_rules.language.windows import DeclaredWindow, PlannedWindow
from sla_rules.testing.directed.deadlines import EDGES, opened, stopping
from sla_rules.testing.directed.history import Draft, Told
from sla_rules.testing.directed.stage import P, Stage
from sla_rules.testing.directed.targets import due_of, judged, middle_of, targets

OTHER = "elsewhere"


class Announced(NamedTuple):
    """A window as the events, or the caller, tell of it."""

    name: str
    told: list[Told]
    windows: tuple[Window, ...] = ()
    counts: bool = True


def announced(stage: Stage[P], kind: str, begin: int, end: int, scope: str | None) -> Iterator[Announced]:
    """Yield every way in which a window comes to be known, and some that come to nothing."""
    source = stage.agreement.windows[kind]
    yield Announced("passed in", [], (Window.between(kind, begin, end, scope, "W1"),))
    yield Announced("passed in for all", [], (Window.between(kind, begin, end, None, "W1"),))
    yield Announced("passed in for another", [], (Window.between(kind, begin, end, OTHER, "W1"),), False)
    if isinstance(source, PlannedWindow):
        yield from planned(stage, source, begin, end, scope)
    elif isinstance(source, DeclaredWindow):
        yield from declared(stage, source, begin, end, scope)


def planned(stage: Stage[P], source: PlannedWindow, begin: int, end: int, scope: str | None) -> Iterator[Announced]:
    """Yield a schedule in time and too late, replaced and cancelled, before the window began and after."""

    def schedule(type: str, at: int, start: int, finish: int, where: str | None = scope) -> Told:
        facts: dict[str, Any] = {source.start: start, source.end: finish}
        if source.scope is not None:
            facts[source.scope] = where
        return stage.event(type, "W1", at, {name: value for name, value in facts.items() if value is not None})

    first = schedule(source.event[0].type, begin - DAY, begin, end)
    yield Announced("scheduled", [first])
    yield Announced("scheduled as it began", [schedule(source.event[0].type, begin, begin, end)], counts=False)
    yield Announced("scheduled a microsecond before", [schedule(source.event[0].type, begin - 1, begin, end)])
    other = next(iter(others(stage, source.event[0].type, source.scope, scope)), None)
    if other is not None:
        elsewhere = schedule(source.event[0].type, begin - DAY, begin, end, other)
        yield Announced("scheduled elsewhere", [elsewhere], counts=False)
    for selector in source.replaced_by or ():
        wrong = schedule(source.event[0].type, begin - DAY, begin + DAY, end + DAY)
        yield Announced("rescheduled", [wrong, schedule(selector.type, begin - HOUR, begin, end)])
        late = schedule(selector.type, begin, begin + DAY, end + DAY)
        yield Announced("rescheduled too late", [first, late])
    for selector in source.cancelled_by or ():
        for at, counts in ((begin - 1, False), (begin, True)):
            cancel = stage.event(selector.type, "W1", at, {})
            yield Announced(
                "called off before it began" if not counts else "called off too late", [first, cancel], (), counts
            )


def declared(stage: Stage[P], source: DeclaredWindow, begin: int, end: int, scope: str | None) -> Iterator[Announced]:
    """Yield a window that one event opens and another closes, for the scope, for all and for another one."""
    scopes: list[tuple[str | None, bool]] = [(scope, True), *([(None, True)] if scope is not None else [])]
    scopes += [(other, False) for other in others(stage, source.from_[0].type, source.scope, scope)][:1]
    for named, counts in scopes:
        facts = {} if source.scope is None or named is None else {source.scope: named}
        opening = stage.event(source.from_[0].type, "W1", begin, facts)
        closing = stage.event(source.to[0].type, "W1", end, facts)
        said = "declared" if named == scope else "declared for all" if named is None else "declared elsewhere"
        yield Announced(said, [opening, closing], (), counts)
        if counts:
            yield Announced(f"{said}, twice", [opening, opening._replace(at=begin + 1), closing])


def others(stage: Stage[P], type: str, field: str | None, scope: str | None) -> list[str]:
    """Return other values of the field that names a window's scope."""
    return [] if field is None else [each for each in stage.values.candidates(field, 0, type) if each != scope]


def excluded(stage: Stage[Deadline]) -> Iterator[Draft]:
    """Yield deadlines with an excluded window in between, over the start, at the limit, and one without an end."""
    start = stage.base
    for kind in stage.policy.exclude:
        field = stage.agreement.windows[kind].scope
        scope = None if field is None else stage.values.candidates(field, start)[0]
        changes = {} if field is None else {field: scope}
        for number, target in enumerate(judged(targets(stage, start))):
            begun, due = opened(stage, target, start, **changes), due_of(stage, target, start)
            if begun is None or due is None or due - start < 4:
                continue
            told, facts = begun
            middle = middle_of(target, start, due)
            spans = [("in between", middle, middle + HOUR)]
            if number == 0:
                spans += [("over the start", start - HOUR, middle), ("at the limit", due, due + HOUR)]
            for where, begin, end in spans:
                for each in announced(stage, kind, begin, end, scope):
                    moved = due_of(stage, target, start, [(begin, end)] if each.counts else [])
                    if moved is None:
                        continue
                    for offset, edge in EDGES:
                        stop = stopping(stage, moved + offset, facts)
                        name = f"{target.name}: {kind} {each.name} {where}, stopped {edge}"
                        yield Draft(name, [*each.told, *told, *stop], None, each.windows)
                    open_too = Draft(f"{target.name}: {kind} {each.name} {where}, open", [*each.told, *told], moved + 1)
                    yield open_too._replace(windows=each.windows)
            lasting = (Window.between(kind, middle, None, scope, "W1"),)
            for at in (middle, due, due + MINUTE):
                yield Draft(f"{target.name}: {kind} without an end", told, at, lasting)
                stop = stopping(stage, at, facts)
                yield Draft(f"{target.name}: {kind} without an end, stopped", [*told, *stop], None, lasting)
