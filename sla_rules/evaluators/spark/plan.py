"""Which events are brought together for which task, and what every task is to know."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Generic, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from sla_rules.errors import InputError
from sla_rules.evaluators.spark.gathering import (
    KEPT,
    PICKLED,
    SURVEY,
    EndsOf,
    KeptOfRepeated,
    LeftOut,
    MembersOf,
    SpreadByKey,
    Survey,
    unpickled,
)
from sla_rules.evaluators.spark.judging import SPREAD, ByKey, BySubject, OfAll, PeriodsToo, Telling, Verdicts
from sla_rules.evaluators.spark.known import Ends, Known, telling
from sla_rules.evaluators.spark.outgoing import TO
from sla_rules.evaluators.spark.reading import Reader
from sla_rules.evaluators.spark.remarks import FINDINGS, FOUND, FindingsTold, Merged, Refused, Repeated
from sla_rules.evaluators.spark.spread import Spread
from sla_rules.events import Window
from sla_rules.language.exemptions import Backlog
from sla_rules.sources.incoming import FRAME
from sla_rules.sources.refusals import Refusals

LARGE = 1 << 20
"""Rows that come to one place on average, at most: chance, and a subject with more of them, bring more to some."""

SMALL = 200_000
"""Rows for which a place of their own is not worth while: a task takes 0.2 s before it has judged any."""

S = TypeVar("S", bound=Spread)


class Plan(Generic[S]):
    """How events are judged."""

    def __init__(
        self, given: S, brief: S, reader: Reader, now: int | None, windows: Sequence[Window], parts: int
    ) -> None:
        """Find what every task is to know.

        Args:
            given: the rows.
            brief: the same rows, by as many columns as tell which of them are events.
            reader: of the rows.
            now: the instant of knowledge; None for that of the latest event.
            windows: those that were passed in.
            parts: how many places there are, if the rows are neither few nor very many.

        Raises:
            InputError: no row is an event.
        """
        self.given = given
        self.agreement = reader.agreement
        rows, latest = surveyed(brief.run(Survey(reader), SURVEY).collected())
        self.parts = max(min(parts, 1 + rows // SMALL), 1 + rows // LARGE)
        self.known = Known(reader, windows, latest if now is None else now, self.parts)
        self.known = replace(self.known, telling=self._telling())
        self.known = replace(self.known, ends=self._ends())

    @cached_property
    def _events(self) -> S:
        """The rows, without those that share an id with the event that counts.

        Of events that share subject and type as well, each task finds the one that counts; others may be judged in
        another place than that one.
        """
        events = self.given.named()
        repeated = events.with_repeated_ids(self.parts, differing=True)
        if repeated is None:
            return events
        return events.without_others(repeated.run(KeptOfRepeated(self.known), KEPT))

    def _of_types(self, types: Iterable[str]) -> S | None:
        """Return the events of some types, None for none."""
        wanted = frozenset(types)
        return self._events.of_types(wanted) if wanted else None

    def _telling(self) -> pa.Table | None:
        """Return the rows that tell of windows and publications."""
        events = self._of_types(type for version in self.agreement.versions for type in telling(version).types)
        return None if events is None else events.collected()

    def _ends(self) -> Ends:
        """Return until when backlogs lasted."""
        known = self.known
        events = self._of_types(type for each in known.shared for need in each.backlogs.values() for type in need.types)
        # One that nobody belongs to is known as well; a task that looked for members itself would see a part of them.
        found: dict[tuple[int, Backlog], Mapping[object, int]] = {each: {} for each in known.backlogs}
        if events is None:
            return found
        members = events.together(self.parts, "subject").run(MembersOf(known), PICKLED)
        ends = members.together(self.parts, "slot").run(EndsOf(known), PICKLED).collected()
        return found | {known.backlogs[slot]: each for slot, each in unpickled(ends)}

    def _left_out(self) -> list[frozenset[str]]:
        """Return, for each version, the subjects of which an event is left out."""
        found = [frozenset[str]() for _ in self.agreement.versions]
        rows = self._events.together(self.parts, "subject").run(LeftOut(self.known), PICKLED).collected()
        for slot, subjects in unpickled(rows):
            found[slot] |= subjects
        return found

    def _judged(self, tell: Telling, known: Known) -> S:
        """Return what there is to say about the instances of all policies."""
        judged = self._events.together(self.parts, "subject").run(BySubject(known, tell), tell.rows)
        by_key = self._of_types(type for _, keyed in known.keyed for type in keyed.needs.types)
        if by_key is not None:
            sorted_ = by_key.together(self.parts, "subject").run_to(SpreadByKey(known)).together(self.parts, TO)
            judged = judged.beside(sorted_.run(ByKey(known, tell), tell.rows))
        of_all = self._of_types(type for each in known.shared if each.of_all for type in each.everything.types)
        if of_all is not None:
            judged = judged.beside(of_all.all_together().run(OfAll(known, tell), tell.rows))
        return judged

    def verdicts(self) -> S:
        """Return the verdicts of instances and periods."""
        tell = Verdicts(self.agreement)
        judged = self._judged(tell, self.known)
        if not tell.with_periods:
            return judged
        return judged.together(self.parts, *SPREAD).run(PeriodsToo(self.agreement, self.known.now), tell.rows)

    def findings(self) -> S:
        """Return what is remarkable."""
        known = self.known
        if any(each.apart for each in known.shared):
            known = replace(known, left_out=self._left_out())
        found = self._judged(FindingsTold(), known).beside(self.given.run(Refused(known.reader), FOUND))
        repeated = self.given.named().with_repeated_ids(self.parts, differing=False)
        if repeated is not None:
            found = found.beside(repeated.run(Repeated(known), FOUND))
        return found.together(1).run(Merged(), FINDINGS)


def surveyed(partial: pa.Table) -> tuple[int, int | None]:
    """Return how many rows there are, and when the latest event was. Raises `InputError` where no row is an event."""
    problems = partial["problem"].drop_null()
    if not (pc.sum(partial["events"]).as_py() or 0) and len(problems):
        refusals = Refusals()
        refusals.add(InputError(problems[0].as_py()), "")
        refusals.need_events(FRAME)
    return pc.sum(partial["rows"]).as_py() or 0, pc.max(partial["latest"]).as_py()
