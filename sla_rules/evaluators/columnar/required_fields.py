"""Records that must carry certain fields, by the columnar evaluator."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.columns import Flags, Ints
from sla_rules.evaluators.columnar.conditions import Fields, holds
from sla_rules.evaluators.columnar.items import Items, items_of
from sla_rules.evaluators.columnar.judged import BREACHED, EXEMPT, MET, Columns, starts_of
from sla_rules.language.policies import NamedField, RequiredFields
from sla_rules.verdict import Terms

EMPTY: tuple[Any, ...] = ("", [], {}, ())


def required_fields(policy: RequiredFields, terms: Terms, judging: Judging) -> Columns:
    """Judge every record by its own data."""
    cases = judging.cases
    rows = judging.applying(cases.chosen(policy.record))
    rows = rows[judging.in_force(rows)]
    lacking = Lacking(policy, lacked_by(policy.fields, judging.data(rows), len(rows)))
    if policy.each is not None:
        items = items_of(judging.data(rows)(policy.each))
        lacking.items, lacking.by_item = items, lacked_by(policy.each_fields, items.field, len(items))
        note_no_items(policy, rows[items.lengths == 0], judging)
    exempted = judging.exemptions(rows, cases.at[rows])
    return Columns(
        terms,
        starts_of(cases, rows),
        np.select([exempted.any, lacking.anything], [EXEMPT, BREACHED], MET),
        cases.at[rows],
        period=judging.periods(rows, judging.at_start(rows)),
        exempted=exempted,
        evidence=[cases.place(ground) for ground in exempted.grounds],
        detail=lacking.names,
    )


def lacked_by(fields: tuple[NamedField, ...], said: Fields, size: int) -> NDArray[np.bool_]:
    """Say for each field which records lack it: it is missing, null or empty; zero and false are there."""
    lacked = np.zeros((len(fields), size), np.bool_)
    for number, field in enumerate(fields):
        column = said(field.name)
        lacked[number] = ~column.present
        if column.values is not None:
            lacked[number] = column.lookup(lambda value: value in EMPTY, np.bool_, True)
        if field.when is not None:
            lacked[number] &= holds(field.when, said, size)
    return lacked


def note_no_items(policy: RequiredFields, rows: Ints, judging: Judging) -> None:
    """Note records whose list is missing or empty."""
    world, events = judging.world, judging.cases.event[rows]
    subjects, types = world.subjects(events), world.log.type[events]

    def say(number: int) -> str:
        return f"{policy.id}: {world.log.types[types[number]]} of {subjects[number]} has no `{policy.each}`"

    world.remark("no_items", events, say, policy.id)


@dataclass
class Lacking:
    """What records lack.

    Attributes:
        policy: says what they must carry.
        by_record: for each field, which records lack it.
        items: those of the list in each record, where it must have one.
        by_item: for each field of theirs, which items lack it.
    """

    policy: RequiredFields
    by_record: NDArray[np.bool_]
    items: Items | None = None
    by_item: NDArray[np.bool_] | None = None

    @property
    def anything(self) -> Flags:
        """Which records lack anything."""
        found: Flags = np.logical_or.reduce(self.by_record)
        if self.items is not None and self.by_item is not None:
            owners = self.items.owner[np.logical_or.reduce(self.by_item)]
            lists = np.zeros(len(self.items.bounds), np.bool_)
            lists[owners] = True
            # The last place is that of no list.
            found |= lists[self.items.of]
        return found

    def names(self, which: Ints) -> list[tuple[str, ...]]:
        """Return what some records lack, by number: their fields, then those of their items."""
        return [(*self._own(number), *self._of_items(number)) for number in which.tolist()]

    def _own(self, number: int) -> list[str]:
        return [
            field.name for field, lacked in zip(self.policy.fields, self.by_record[:, number], strict=True) if lacked
        ]

    def _of_items(self, number: int) -> list[str]:
        if self.items is None or self.by_item is None or self.items.of[number] < 0:
            return []
        first, after = self.items.bounds[self.items.of[number]], self.items.bounds[self.items.of[number] + 1]
        lacked = np.argwhere(self.by_item[:, first:after].T).tolist()
        return [f"{self.policy.each}[{item + 1}].{self.policy.each_fields[field].name}" for item, field in lacked]
