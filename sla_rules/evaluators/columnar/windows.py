"""Windows of time that do not count, by the columnar evaluator: those passed in, and those that events tell of.

They are few beside the events of cases, so each is followed by itself.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sla_rules.errors import quoted
from sla_rules.evaluators.columnar.cases import Cases
from sla_rules.evaluators.columnar.columns import Ints
from sla_rules.evaluators.columnar.needs import types_behind
from sla_rules.evaluators.columnar.world import World
from sla_rules.events import Window
from sla_rules.language.windows import DeclaredWindow, PlannedWindow


def windows(kind: str, world: World) -> list[Window]:
    """Return all windows of a kind."""
    return world.wide.once(("windows", kind), lambda: [*find(kind, world.wide)])


def find(kind: str, world: World) -> Iterator[Window]:
    """Look for all windows of a kind."""
    source = world.agreement.windows[kind]
    yield from (window for window in world.passed if window.kind == kind)
    if isinstance(source, PlannedWindow):
        selectors = (*source.announcing, *(source.cancelled_by or ()))
        plans = _Plans(kind, source, world, world.cases(("subject",), types_behind(selectors, world.agreement.events)))
        yield from plans.windows()
    elif isinstance(source, DeclaredWindow):
        selectors = (*source.from_, *source.to)
        cases = world.cases(("subject",), types_behind(selectors, world.agreement.events))
        yield from _Declarations(kind, source, world, cases).windows()


class _Source:
    """The events of one kind of windows, as plain values."""

    def __init__(self, kind: str, source: PlannedWindow | DeclaredWindow, world: World, cases: Cases) -> None:
        self.kind = kind
        self.world = world
        self.cases = cases
        self._scopes = cases.own(source.scope) if source.scope is not None else None

    def scope(self, row: int) -> Any:
        """What an event's window concerns; None for all."""
        return None if self._scopes is None else self._scopes.item(row)

    def event(self, row: int) -> Ints:
        return self.cases.event[row : row + 1]

    def subject(self, row: int) -> str:
        return self.world.subjects(self.event(row))[0]

    def ignore(self, row: int, why: str) -> None:
        """Note an event that changes no window."""
        type = self.world.log.types[self.cases.type[row]]
        message = f"{self.kind}: `{type}` of {quoted(self.subject(row))} {why}"
        self.world.remark("window_ignored", self.event(row), message)


class _Plans(_Source):
    """Windows that schedules announce: each as the latest schedule made before it began says."""

    def __init__(self, kind: str, source: PlannedWindow, world: World, cases: Cases) -> None:
        super().__init__(kind, source, world, cases)
        self.source = source
        self.starts, self.ends = cases.own(source.start), cases.own(source.end)
        self.scheduled = set(cases.chosen(source.event).tolist())
        self.replaced = set(cases.chosen(source.replaced_by).tolist())
        self.cancelled = set(cases.chosen(source.cancelled_by).tolist())

    def windows(self) -> Iterator[Window]:
        """Yield the windows of every subject.

        What comes at or after the beginning of one leaves it as it is; only a new schedule then announces another one.
        """
        current: Window | None = None
        begun = False
        case = -1
        for row in sorted(self.scheduled | self.replaced | self.cancelled):
            at = int(self.cases.at[row])
            if self.cases.case[row] != case:
                if current is not None:
                    yield current
                current, begun, case = None, False, self.cases.case[row]
            if current is not None and at >= current.start_at:
                yield current
                current, begun = None, True
            if current is None and begun and (row in self.replaced or row in self.cancelled):
                self.ignore(row, "comes after the window began, so it changes none")
            elif row in self.scheduled or row in self.replaced:
                current = self.announced(row, at) or current
            else:
                current = None
        if current is not None:
            yield current

    def announced(self, row: int, at: int) -> Window | None:
        """Return the window that a schedule announces; None, and a finding, where it has none or it has begun."""
        start, end, scope = self.starts.item(row), self.ends.item(row), self.scope(row)
        why = None
        if start is None or end is None:
            why = "has no start and end"
        elif end < start:
            why = "ends before it starts"
        elif at >= start:
            why = "comes after the window began"
        elif scope is None and self.needs_scope(row):
            why = f"does not say which {self.source.scope} it concerns"
        if why is not None:
            self.ignore(row, f"{why}, so it changes none")
            return None
        return Window.between(self.kind, start, end, scope, self.subject(row))

    def needs_scope(self, row: int) -> bool:
        """Say whether the declaration of an event demands the field that names the scope."""
        declared = self.world.agreement.events[self.world.log.types[self.cases.type[row]]]
        return self.source.scope is not None and self.source.scope in declared.required


class _Declarations(_Source):
    """Windows that one event opens and another closes."""

    def __init__(self, kind: str, source: DeclaredWindow, world: World, cases: Cases) -> None:
        super().__init__(kind, source, world, cases)
        self.opening, self.closing = cases.chosen(source.from_), cases.chosen(source.to)

    def windows(self) -> Iterator[Window]:
        """Yield the windows.

        Within one instant: closings of what is open, then openings, then the closings not yet used.
        """
        opening, closing = set(self.opening.tolist()), set(self.closing.tolist())
        lasting: list[int] = []
        for instant in self.instants(sorted(opening | closing)):
            closings = [row for row in instant if row in closing]
            unused = []
            for row in closings:
                closed = self.closed_by(row, lasting)
                yield from self.close(row, closed, lasting)
                unused += [] if closed else [row]
            lasting += [row for row in instant if row in opening]
            for row in unused:
                closed = self.closed_by(row, lasting)
                yield from self.close(row, closed, lasting)
                if not closed:
                    self.ignore(row, "closes none")
        for row in lasting:
            yield Window.between(self.kind, int(self.cases.at[row]), None, self.scope(row), self.name(row))

    def instants(self, rows: list[int]) -> Iterator[list[int]]:
        """Yield the rows of each instant, of all subjects, in the total order."""
        if not rows:
            return
        places = np.array(rows, np.int64)
        at = self.cases.at[places]
        order = np.lexsort((self.world.log.names.order(self.cases.event[places]), at))
        cuts = np.flatnonzero(np.diff(at[order])) + 1
        yield from (part.tolist() for part in np.split(places[order], cuts))

    def closed_by(self, row: int, lasting: list[int]) -> list[int]:
        """Return what an event closes: what its subject opened, else all of its scope; without one, of every scope."""
        scope = self.scope(row)
        meant = [each for each in lasting if scope is None or self.scope(each) == scope]
        return [each for each in meant if self.cases.case[each] == self.cases.case[row]] or meant

    def close(self, row: int, closed: list[int], lasting: list[int]) -> Iterator[Window]:
        for each in closed:
            lasting.remove(each)
            begin, end = int(self.cases.at[each]), int(self.cases.at[row])
            yield Window.between(self.kind, begin, end, self.scope(each), self.name(each))

    def name(self, row: int) -> str:
        return str(self.world.log.names.events(self.event(row))[0])
