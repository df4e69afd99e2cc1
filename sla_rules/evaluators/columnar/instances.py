"""Which obligations the cases hold: what begins each instance of a deadline and what ends it."""

from dataclasses import dataclass

import numpy as np

from sla_rules.evaluators.columnar.cases import Cases
from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.columns import Ints, flagged, groups
from sla_rules.evaluators.columnar.conditions import holds
from sla_rules.evaluators.columnar.machine import Runs, Tokens, runs
from sla_rules.evaluators.columnar.needs import outside
from sla_rules.evaluators.columnar.seen import sensitive
from sla_rules.language.conditions import Condition, fields_of
from sla_rules.language.policies import Deadline, PauseWhile
from sla_rules.reason import named


@dataclass
class Variants:
    """The ways in which cases can be seen: in the order of their events, or from a start that shares its instant.

    A start event comes last within its instant. That matters where others of the instant have the same field, and only
    then a case is seen from that start: each such start of a case is a variant of its own, the first is none of them.

    Attributes:
        starts: for each variant, by case, the row of the start from which it is seen; -1 for none.
    """

    starts: list[Ints]

    def start(self, cases: Cases, variant: int, rows: Ints) -> Ints | None:
        """Return, for some rows, the start from which their case is seen."""
        return None if variant == 0 else self.starts[variant][cases.index[rows]]


@dataclass
class Instances:
    """The instances of a policy: what began and ended them, and how their cases are seen from each.

    Attributes:
        runs: from start to end.
        variants: the ways to see a case.
        variant: for each instance, which of them is its own.
    """

    runs: Runs
    variants: Variants
    variant: Ints


def instances(policy: Deadline, judging: Judging) -> Instances:
    """Return the instances of all cases.

    Within one instant: stops of the instance that is open, then cancels, then starts, then the stops and cancels
    not yet used. An event never ends the instance that it starts.
    """
    cases = judging.cases
    ending = (*policy.stop, *(policy.cancel or ()), *(policy.resume or ()))
    rows = np.flatnonzero(cases.of_types([each.type for each in (*policy.start, *ending)]))
    beginning = rows[cases.of_types(policy.start_types)[rows]]
    selected = cases.chosen(policy.start, beginning, beginning, policy.roles)
    applying = judging.applying(selected)
    note_stops_without_start(policy, judging, rows, selected)

    whens = [each.when for each in policy.stop if each.when is not None]
    truths, kinds = patterns(judging, whens, applying)
    variants, variant = variants_of(policy, cases, applying)
    starts = flagged(len(cases), applying)[rows]
    pattern = np.zeros(len(rows), np.int64)
    # Starts that a case is seen from have patterns of their own, after those of all others.
    by_variant = groups([variant, kinds], len(applying)) if variant.any() else kinds
    pattern[starts] = by_variant
    tokens = Tokens(rows, starts, pattern, [], [], [], each=policy.occurrence == "each")
    own: list[int] = []
    for each in range(int(by_variant.max(initial=0)) + 1):
        here = np.flatnonzero(by_variant == each)
        seen = int(variant[here[0]]) if len(here) else 0
        said = truths[kinds[here[0]]] if len(here) else {}
        own.append(seen)
        start = variants.start(cases, seen, rows)
        stops = np.zeros(len(rows), np.bool_)
        for selector in policy.stop:
            if selector.when is None or said.get(id(selector.when)):
                stops |= cases.selects(selector, rows, start, policy.roles)
        tokens.stops.append(stops)
        tokens.cancels.append(cases.meant(policy.cancel, rows, start, policy.roles))
        if policy.resume is not None:
            tokens.resumes.append(cases.meant(policy.resume, rows, start, policy.roles))
    found = runs(cases, tokens)
    judging.world.stopping[cases.event[found.used]] = True
    return Instances(found, variants, np.array(own, np.int64)[found.pattern])


def patterns(judging: Judging, whens: list[Condition], starts: Ints) -> tuple[list[dict[int, bool]], Ints]:
    """Return the combinations in which conditions hold at starts, each by the condition, and which is each start's."""
    if not whens or not len(starts):
        return [{}], np.zeros(len(starts), np.int64)
    held = [holds(when, judging.at_start(starts), len(starts)) for when in whens]
    kinds = groups([each.astype(np.int64) for each in held], len(starts))
    firsts = np.unique(kinds, return_index=True)[1].tolist()
    said = [{id(when): bool(truth[first]) for when, truth in zip(whens, held, strict=True)} for first in firsts]
    return said, kinds


def variants_of(policy: Deadline, cases: Cases, starts: Ints) -> tuple[Variants, Ints]:
    """Return the ways to see the cases, and which of them is each start's own."""
    variant = np.zeros(len(starts), np.int64)
    found: list[Ints] = [np.full(len(cases.bounds) - 1, -1)]
    touchy = np.flatnonzero(sensitive(cases, seen_fields(policy, cases), starts))
    if len(touchy):
        case = cases.index[starts[touchy]]
        order = np.arange(len(touchy))
        head = np.ones(len(touchy), np.bool_)
        head[1:] = case[1:] != case[:-1]
        variant[touchy] = 1 + order - np.maximum.accumulate(np.where(head, order, 0))
        for each in range(1, int(variant.max()) + 1):
            of_case = np.full(len(cases.bounds) - 1, -1)
            here = np.flatnonzero(variant == each)
            of_case[cases.index[starts[here]]] = starts[here]
            found.append(of_case)
    return Variants(found), variant


def seen_fields(policy: Deadline, cases: Cases) -> set[str]:
    """Return the fields of the case that decide which events end or pause an instance."""
    names = outside(policy.named_events, cases.declared)
    for pause in policy.pause:
        if isinstance(pause, PauseWhile):
            names |= fields_of(pause.while_)
    return names


def note_stops_without_start(policy: Deadline, judging: Judging, rows: Ints, selected: Ints) -> None:
    """Note the stops before which nothing started."""
    cases, world = judging.cases, judging.world
    stops = rows[cases.of_types(policy.stop_types)[rows]]
    # Up to and including the instant of its first start a case has none before a stop that is of an earlier instant.
    first = np.full(len(cases.bounds), len(cases), np.int64)
    first[cases.index[selected[::-1]]] = cases.begin[selected[::-1]]
    early = cases.chosen(policy.stop, stops[stops < first[cases.index[stops]]])
    lacking = world.caseless(policy.match, judging.types)
    lacking = lacking[world.log.of_types(policy.stop_types)[lacking]]
    world.stray(
        np.concatenate([cases.event[early], lacking]), lambda type: f"`{type}` without {named(policy.start)} before it"
    )
