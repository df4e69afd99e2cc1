"""Units: what a monitor judges, keeps and lets go together, and what it keeps of each."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sla_rules.agreement import Agreement
from sla_rules.evaluators.live.world import key_of
from sla_rules.events import Event
from sla_rules.monitoring.kept import event_of, kept, text_of

SUBJECT = ("subject",)


def unit_of(match: tuple[str, ...], key: tuple[str, ...]) -> str:
    """Return the name of the unit of a match and key: all cases of one subject, or one case across subjects."""
    return text_of(key[0]) if match == SUBJECT else text_of([match, key])


def units_of(event: Event, versions: Iterable[Agreement]) -> list[str]:
    """Return the units that an event belongs to: that of its subject first, then those of keys without a subject."""
    found = dict.fromkeys([unit_of(SUBJECT, (event.subject,))])
    for version in versions:
        matches = across(version)
        read = version.read(event, []) if matches else None
        for match in matches if read is not None else ():
            key = None if read is None else key_of(read, match)
            if key is not None:
                found[unit_of(match, key)] = None
    return list(found)


def across(version: Agreement) -> list[tuple[str, ...]]:
    """Return the matches of an agreement's policies that have no subject."""
    return [
        match for match in dict.fromkeys(each.match for each in version.policies.values()) if "subject" not in match
    ]


@dataclass(slots=True)
class Told:
    """What is so of an instance, as far as it was told.

    Attributes:
        outcome: met, breached, …
        period: the one that it counts in.
        alerts: the numbers of the alerts that hold, by what they say.
    """

    outcome: str
    period: str | None
    alerts: dict[str, int]


@dataclass(slots=True)
class Unit:
    """What a monitor keeps of a unit.

    Attributes:
        events: its events, as they were given.
        told: what is so of each of its instances, by their identity.
        due: the earliest due instant of what is pending, in microseconds.
        wakes: the next instant at which something may change without an event.
        rests: what it rests on beside its own events.
        start, end: between which instants its instances run; `end` is None while one does.
        shares: whether other units rest on its events.
    """

    events: list[Event] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)
    due: int | None = None
    wakes: int | None = None
    rests: list[str] = field(default_factory=list)
    start: int = 0
    end: int | None = None
    shares: bool = False

    def written(self) -> str:
        """Return it as a store keeps it."""
        told = {identity: [each.outcome, each.period, each.alerts] for identity, each in self.told.items()}
        place = [self.due, self.wakes, self.rests, self.start, self.end, int(self.shares)]
        return text_of([[kept(event) for event in self.events], told, place])


def read(text: str) -> Unit:
    """Return the unit that a store kept."""
    events, told, (due, wakes, rests, start, end, shares) = json.loads(text)
    said = {identity: Told(outcome, period, alerts) for identity, (outcome, period, alerts) in told.items()}
    return Unit([event_of(each) for each in events], said, due, wakes, rests, start, end, bool(shares))


def identity_of(*parts: Any) -> str:
    """Return the name under which something is told: policy, version, subject, key, start, event, number."""
    return text_of(parts)
