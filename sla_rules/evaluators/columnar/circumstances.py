"""What concerns an instance of any kind of policy: being in force, exemptions, the period it counts in."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sla_rules.evaluators.columnar.backlogs import exempting
from sla_rules.evaluators.columnar.cases import Cases, Selectors
from sla_rules.evaluators.columnar.columns import Column, Flags, Ints, absent, numbers
from sla_rules.evaluators.columnar.conditions import Fields, holds
from sla_rules.evaluators.columnar.days import labels
from sla_rules.evaluators.columnar.seen import Seen
from sla_rules.evaluators.columnar.world import World, covered
from sla_rules.language.policies import Policy
from sla_rules.language.selectors import types_of


@dataclass
class Exempted:
    """Which exemptions apply to each of some instances.

    Attributes:
        code: for each instance, a place in `ids`.
        ids: the ids of all exemptions that apply; the first is none.
        grounds: rows of events that they rest on, -1 for none, one array an exemption that rests on any.
    """

    code: Ints
    ids: list[tuple[str, ...]]
    grounds: list[Ints] = field(default_factory=list)

    @property
    def any(self) -> Flags:
        """Where any applies."""
        return self.code > 0


class Judging(NamedTuple):
    """A policy with the cases and the world that it is judged in.

    Attributes:
        policy: the policy.
        cases: those of its match, with the events of its family.
        types: the types of those events.
        world: all that is known.
    """

    policy: Policy
    cases: Cases
    types: frozenset[str]
    world: World

    def at_start(self, starts: Ints) -> Fields:
        """Return the fields of the cases as they are at start events."""
        return self.cases.attributes(starts, starts, self.policy.roles)

    def data(self, rows: Ints) -> Fields:
        """Return what events themselves carry, without their time and the attributes of their cases."""
        return lambda name: self.world.log.field(name).take(self.cases.event[rows])

    def applying(self, starts: Ints) -> Ints:
        """Return those of some start events to whose case, as it is then, the policy applies."""
        if self.policy.applies is None:
            return starts
        return starts[holds(self.policy.applies, self.at_start(starts), len(starts))]

    def in_force(self, starts: Ints) -> Flags:
        """Say which starts lie in the time of this version of the agreement; note those in the time of none."""
        inside = covered(self.world.agreement, self.cases.at[starts])
        away = self.cases.event[starts[~inside]]
        if len(away):
            subjects, types = self.world.subjects(away), self.world.log.type[away]

            def say(number: int) -> str:
                return (
                    f"{self.policy.id}: {self.world.log.types[types[number]]} of {subjects[number]} "
                    "lies outside the time in which the agreement is in force"
                )

            self.world.remark("not_in_force", away, say, self.policy.id)
        return inside

    def exemptions(self, starts: Ints, until: Ints) -> Exempted:
        """Return the exemptions of instances by their start events, as known at the instants `until`."""
        code = np.zeros(len(starts), np.int64)
        found = Exempted(code, [()])
        applying: list[tuple[str, Flags]] = []
        for exemption in self.policy.exemptions:
            if exemption.when is not None:
                exempt = holds(exemption.when, self.at_start(starts), len(starts))
            elif exemption.backlog is not None:
                owner = self.at_start(starts)(exemption.backlog.by)
                exempt = exempting(exemption.backlog, owner, self.cases.at[starts], self.world)
            else:
                ground = self.first_meant(exemption.preceded_by, starts, self.cases.first[starts])
                exempt = (ground >= 0) & (self.cases.at[ground] <= until)
                found.grounds.append(np.where(exempt, ground, -1))
            applying.append((exemption.id, exempt))
        for id, exempt in applying:
            if exempt.any():
                # Each code so far splits in two: without this exemption, and with it.
                places = {code: len(found.ids) + n for n, code in enumerate(np.unique(found.code[exempt]).tolist())}
                found.ids += [(*found.ids[before], id) for before in places]
                table = np.arange(len(found.ids))
                table[list(places)] = list(places.values())
                found.code = np.where(exempt, table[found.code], found.code)
        return found

    def first_meant(self, selectors: Selectors, starts: Ints, low: Ints, among: Ints | None = None) -> Ints:
        """Return, for each start, the first row of its case from `low` on that selectors mean; -1 for none.

        Args:
            selectors: what is looked for.
            starts: the rows of start events.
            low: for each of them, the first row that comes into question.
            among: the only rows that do, in order; all unless given.
        """
        seen = Seen(self.cases, selectors, starts, self.policy.roles, among)
        return seen.first(low, self.cases.last[starts])

    def periods(self, starts: Ints, fields: Fields) -> Column | None:
        """Return the label of the period that each instance counts in; None without an objective."""
        objective, zone = self.policy.objective, self.world.agreement.zone
        if objective is None:
            return None
        if objective.of is None:
            return labels(numbers(self.cases.at[starts]), objective.per, zone)
        values = fields(objective.of)
        lacking = self.cases.event[starts[~values.present]]
        if len(lacking):
            subjects = self.world.subjects(lacking)
            self.world.remark(
                "no_period",
                lacking,
                lambda n: f"{self.policy.id}: `{objective.of}` is missing, so {subjects[n]} counts in no period",
                self.policy.id,
            )
        return labels(values, objective.per, zone) if values.present.any() else absent(len(starts))


def note_caseless(judging: Judging) -> None:
    """Note events that could begin an instance and belong to no case, because they lack a field of the match."""
    policy, world = judging.policy, judging.world
    events = world.caseless(policy.match, judging.types)
    events = events[world.log.of_types(types_of(policy.beginnings))[events]]
    if not len(events):
        return
    lacking = {name: ~world.log.field(name).take(events).present for name in policy.match if name != "subject"}
    types = world.log.type[events]

    def say(number: int) -> str:
        fields = " and ".join(f"`{name}`" for name, absent in lacking.items() if absent[number])
        return f"{policy.id}: `{world.log.types[types[number]]}` belongs to no case, {fields} is missing"

    world.remark("no_case", events, say, policy.id)
