"""Findings, written out when they are asked for: the first of each kind one by one, those after them counted."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from sla_rules.evaluators.columnar.columns import Ints
from sla_rules.evaluators.columnar.log import Log
from sla_rules.events import MOST_FINDINGS, Finding


@dataclass(frozen=True, eq=False)
class Remark:
    """Findings of one kind about some events of a log.

    Attributes:
        kind, policy: of the findings.
        log: where the events are.
        events: places in it.
        numbers: by which `say` knows them.
        say: the message, or what gives that of a number.
    """

    kind: str
    log: Log
    events: Ints
    numbers: Ints
    say: Callable[[int], str] | str
    policy: str | None

    def findings(self, most: int) -> Iterator[tuple[int, Finding]]:
        """Yield the findings about the first events, each with the place of its event."""
        events = self.events[:most]
        names = self.log.names.events(events)
        subjects = self.log.names.subjects(self.log.subject[events])
        places = self.log.names.locations(events)
        about = zip(events.tolist(), self.numbers[:most].tolist(), names, subjects, places, strict=True)
        for event, number, name, subject, place in about:
            message = self.say if isinstance(self.say, str) else self.say(number)
            yield event, Finding(self.kind, message, name, subject, self.policy, place=place)


def new_ones(findings: Iterable[Finding], known: Collection[Finding]) -> list[Finding]:
    """Return the findings that are not known yet; what counts many is about others each time."""
    return [each for each in findings if each not in known or (each.event is None and each.count > 1)]


class Findings:
    """Collects findings, and writes them out."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._listed = Counter[str]()
        self._more = Counter[str]()
        self._unknown: dict[str, tuple[int, Finding]] = {}
        self._remarked: set[tuple[str, int, int, str]] = set()

    def add(self, findings: Iterable[Finding]) -> None:
        """Take findings."""
        for found in findings:
            if found.event is None and found.count > 1:
                self._more[found.kind] += found.count
            else:
                self._keep(found)

    def unknown(self, findings: Iterable[tuple[int, Finding]]) -> None:
        """Take findings about types of events that are not known, with the time of the event that each names.

        Those of one type become one, about the earliest event.
        """
        for at, found in findings:
            before = self._unknown.get(found.message)
            if before is None:
                self._unknown[found.message] = at, found
                continue
            earliest = min(before, (at, found), key=lambda each: (each[0], each[1].event or "", each[1].place))
            self._unknown[found.message] = earliest[0], replace(earliest[1], count=before[1].count + found.count)

    def remark(self, remarks: Iterable[Remark]) -> None:
        """Take what was remarked, once about an event in the same words."""
        for each in remarks:
            most = max(MOST_FINDINGS - self._listed[each.kind], 0)
            self._more[each.kind] += len(each.events) - most if len(each.events) > most else 0
            for event, found in each.findings(most):
                known = each.kind, id(each.log), event, found.message
                if known not in self._remarked:
                    self._remarked.add(known)
                    self._keep(found)

    def _keep(self, found: Finding) -> None:
        if self._listed[found.kind] < MOST_FINDINGS:
            self._listed[found.kind] += 1
            self._kept.append(found)
        else:
            self._more[found.kind] += found.count

    def written(self) -> list[Finding]:
        """Return them all."""
        more = [Finding(kind, f"{count} more like these", count=count) for kind, count in self._more.items() if count]
        return [*self._kept, *(found for _, found in self._unknown.values()), *more]
