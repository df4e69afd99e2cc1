"""Events of parts by subject laid down once more, by the keys that span subjects; and the members of backlogs."""

from collections.abc import Iterator, Sequence
from shutil import rmtree

import numpy as np
import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.backlogs import Members, members
from sla_rules.evaluators.columnar.columns import Ints
from sla_rules.evaluators.columnar.declared import Reading
from sla_rules.evaluators.columnar.framing import framed_at
from sla_rules.evaluators.columnar.laying_down import Parts, laid_down, lay_down, split
from sla_rules.evaluators.columnar.log import Log
from sla_rules.evaluators.columnar.sharing import Keyed, Needs, together
from sla_rules.evaluators.columnar.world import World, key_column, share_of
from sla_rules.language.exemptions import Backlog
from sla_rules.language.policies import NoOverlap

IN_A_PART = 1 << 20
"""Events that are judged together where the key is another than the subject."""


class Spread:
    """What the parts of a history hold of policies with keys of their own, laid down by those keys.

    Attributes:
        members: those of each backlog of each version, part by part.
    """

    def __init__(self, parts: Parts, versions: Sequence[Agreement], now: int | None) -> None:
        self.parts = parts
        self.versions = versions
        self.now = now
        self.members: list[dict[Backlog, list[Members]]] = [{each: [] for each in s.backlogs} for s in parts.shared]
        needs = [need for s in parts.shared for need in (*(each.needs for each in s.keyed), *s.backlogs.values())]
        if needs:
            for number in range(parts.of):
                self._spread(number, together(needs))
                parts.progress(number + 1, parts.of, "sorting by other keys than the subject")

    def _spread(self, number: int, needs: Needs) -> None:
        """Lay down what a part by subject holds."""
        frames = list(self.parts.frames(number, needs.types))
        framed = framed_at(frames, self.now)
        for place, version in enumerate(self.versions):
            reading = Reading(framed, version, self.versions, needs.fields)
            world = World(version, self.versions, reading.log, framed.as_of, ())
            for backlog, known in self.members[place].items():
                known.append(members(backlog, world))
            for keyed in self.parts.shared[place].keyed:
                of = self.count(keyed)
                events, share = shares(reading.log, keyed, version, of)
                for part, some in split(share, of):
                    rows = np.sort(reading.places[events[some]])
                    for nth, frame in enumerate(cut(frames, rows)):
                        lay_down(frame, self.parts.folder / self.name(place, keyed, part), f"{number:03}-{nth:03}")

    def count(self, keyed: Keyed) -> int:
        """Return into how many parts the events of some policies are sorted."""
        return min(self.parts.of, 1 + sum(self.parts.given[type] for type in keyed.needs.types) // IN_A_PART)

    def frames(self, version: int, keyed: Keyed, part: int) -> Iterator[pl.DataFrame]:
        """Yield what a part by key holds."""
        return laid_down(self.parts.folder / self.name(version, keyed, part))

    def let_go(self, version: int, keyed: Keyed, part: int) -> None:
        """Forget what a part by key held."""
        rmtree(self.parts.folder / self.name(version, keyed, part), ignore_errors=True)

    def name(self, version: int, keyed: Keyed, part: int) -> str:
        """Return what a part by key is called."""
        return f"key-{version}-{self.parts.shared[version].keyed.index(keyed)}-{part:03}"


def shares(log: Log, keyed: Keyed, version: Agreement, of: int) -> tuple[Ints, Ints]:
    """Return the events that some policies rest on, once for each part to which they belong, and those parts."""
    events = np.flatnonzero(log.of_types(keyed.needs.types))
    if not keyed.whole_subjects:
        texts = [key_column(log, name).take(events) for name in keyed.key]
        share = sum((share_of(column, 1 << 30) for column in texts), np.zeros(len(events), np.int64))
        lacking = np.logical_or.reduce([~column.present for column in texts])
        return events, np.where(lacking, 0, share % of)
    policies = [version.policies[id] for id in keyed.policies]
    selectors = [each for policy in policies if isinstance(policy, NoOverlap) for each in policy.booked]
    booked = log.of_types(frozenset(selector.type for selector in selectors))
    share = share_of(log.field(keyed.key[0]), of)
    pairs = np.unique(log.subject[booked] * of + share[booked])
    low, high = (np.searchsorted(pairs, (log.subject[events] + more) * of) for more in (0, 1))
    times = high - low
    several = np.repeat(events, times)
    offset = np.arange(len(several)) - np.repeat(np.cumsum(times) - times, times)
    return several, pairs[np.repeat(low, times) + offset] % of


def cut(frames: Sequence[pl.DataFrame], rows: Ints) -> Iterator[pl.DataFrame]:
    """Yield rows, in order, of frames that stand one after the other."""
    start = 0
    for frame in frames:
        low, high = np.searchsorted(rows, (start, start + len(frame)))
        if low < high:
            yield frame[rows[low:high] - start]
        start += len(frame)
