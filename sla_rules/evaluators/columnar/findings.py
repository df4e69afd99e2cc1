"""Findings, written out when they are asked for: the first of each kind one by one, those after them counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from sla_rules.evaluators.columnar.columns import Ints
from sla_rules.evaluators.columnar.log import Log
from sla_rules.events import Finding

MOST_FINDINGS = 10_000
"""Findings of one kind that are listed one by one; those after them are counted in one."""


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


class Findings:
    """Collects findings, and writes them out."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._listed = Counter[str]()
        self._more = Counter[str]()
        self._unknown: dict[str, Finding] = {}
        self._remarked: set[tuple[str, int, int, str]] = set()

    def add(self, findings: Iterable[Finding]) -> None:
        """Take findings; those about events of one unknown type become one."""
        for found in findings:
            if found.kind == "unknown_type":
                before = self._unknown.get(found.message)
                more = 0 if before is None else before.count
                self._unknown[found.message] = replace(before or found, count=found.count + more)
            elif found.event is None and found.count > 1:
                self._more[found.kind] += found.count
            else:
                self._keep(found)

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
        return [*self._kept, *self._unknown.values(), *more]
