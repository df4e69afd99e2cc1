"""All mutants of an agreement: its policies, and what they build on."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sla_rules.agreement import Agreement
from sla_rules.language.calendars import WEEKDAYS
from sla_rules.testing.mutants.changes import (
    Change,
    Mutant,
    Path,
    Rule,
    dropped,
    listed,
    mutant,
    optional,
    parts,
    renamed,
    replaced,
)
from sla_rules.testing.mutants.conditions import selectors
from sla_rules.testing.mutants.policies import policy
from sla_rules.testing.mutants.values import boolean, choice, field
from sla_rules.testing.mutants.words import KINDS, Words

ZONES = ("UTC", "Asia/Kolkata")
"""The time zones that take the place of an agreement's: far from each other, and one not by whole hours."""
_TIME = re.compile(r"(\d\d):(\d\d)")
_DAY_MINUTES = 24 * 60


def mutants(agreement: Agreement) -> Iterator[Mutant]:
    """Yield every mutant of an agreement, always in the same order; of an amended one, those of its latest version."""
    raw = agreement.raw
    known: set[str] = set()
    for change in changes(raw):
        changed = mutant(raw, change)
        if changed.id not in known and changed.raw != raw:
            known.add(changed.id)
            yield changed


def changes(raw: Mapping[str, Any]) -> Iterator[Change]:
    """Yield every change of an agreement's plain values."""
    words = Words(raw)
    yield from parts({"timezone": "UTC", **raw}, (), words, RULES)


def timezone(value: str, path: Path, _: Words) -> Iterator[Change]:
    """Other time zones."""
    yield from (replaced(path, zone) for zone in ZONES if zone != value)


def in_force(value: dict[str, Any], path: Path, _: Words) -> Iterator[Change]:
    """Each of its days dropped, and a day later and earlier."""
    for key, day in value.items():
        yield dropped((*path, key))
        for days in (1, -1):
            yield replaced((*path, key), (date.fromisoformat(str(day)) + timedelta(days=days)).isoformat())


def declaration(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    """A field dropped, of another kind, required or not, and each of its values dropped."""
    yield dropped(path)
    rules: dict[str, Rule] = {
        "kind": choice(KINDS),
        "values": _values,
        "required": boolean,
        "not_before": optional(field),
    }
    yield from parts({"required": False, **value}, path, words, rules)


def _values(value: list[Any], path: Path, _: Words) -> Iterator[Change]:
    yield dropped(path)
    yield from (dropped((*path, index)) for index in range(len(value)) if len(value) > 1)


def window(value: dict[str, Any] | None, path: Path, words: Words) -> Iterator[Change]:
    """Its events, the fields of its start and end, and its scope."""
    rules: dict[str, Rule] = {
        "event": selectors,
        "replaced_by": optional(selectors),
        "cancelled_by": optional(selectors),
        "start": field,
        "end": field,
        "from": selectors,
        "to": selectors,
        "scope": optional(field),
    }
    yield from parts(value or {}, path, words, rules)


def calendar(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    """Every entry of a calendar."""
    periods = optional(_periods)
    rules: dict[str, Rule] = {
        "timezone": optional(timezone),
        "week": optional(week),
        "holidays": holidays,
        "extra": periods,
        "removed": periods,
        "exhausted_at": choice(("opening", "closing")),
    }
    yield from parts({"exhausted_at": "opening", **value}, path, words, rules)


def week(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    """Each entry dropped, a weekday dropped from it and added to it, each edge of a period moved by a minute."""
    for key, periods in value.items():
        yield dropped((*path, key))
        days = weekdays(key)
        for day in WEEKDAYS:
            other = [each for each in WEEKDAYS if (each in days) != (each == day)]
            if other:
                yield renamed(value, path, key, ",".join(other))
        yield from _periods(periods, (*path, key), words)


def weekdays(text: str) -> set[str]:
    """Return the weekdays that `mon-fri`, `sat` or `sun, mon` name."""
    named = set()
    for part in text.split(","):
        ends = [WEEKDAYS.index(name.strip().lower()[:3]) for name in part.split("-")]
        named |= {WEEKDAYS[(ends[0] + step) % 7] for step in range((ends[-1] - ends[0]) % 7 + 1)}
    return named


def _periods(value: Any, path: Path, words: Words) -> Iterator[Change]:
    yield from listed(_period)(value, path, words)


def _period(value: str, path: Path, _: Words) -> Iterator[Change]:
    """Yield each edge of a period a minute later and a minute earlier, within its day."""
    for edge in _TIME.finditer(value):
        for step in (1, -1):
            minutes = int(edge[1]) * 60 + int(edge[2]) + step
            if 0 <= minutes <= _DAY_MINUTES:
                time = f"{minutes // 60:02}:{minutes % 60:02}"
                yield replaced(path, value[: edge.start()] + time + value[edge.end() :])


def holidays(value: dict[str, Any], path: Path, _: Words) -> Iterator[Change]:
    """Dropped altogether, its country, its subdivision, and each date."""
    yield dropped(path)
    yield from (dropped((*path, key)) for key in ("country", "subdivision") if key in value)
    dates = value.get("dates") or ()
    if isinstance(dates, (dict, list)):
        yield from (dropped((*path, "dates", key)) for key in (dates if isinstance(dates, dict) else range(len(dates))))


def _policies(value: list[dict[str, Any]], path: Path, words: Words) -> Iterator[Change]:
    for index, part in enumerate(value):
        yield from policy(part, (*path, index), words)


def _each(rule: Rule) -> Rule:
    """Return a rule for every entry of a mapping."""

    def every(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
        for key, part in value.items():
            yield from rule(part, (*path, key), words)

    return every


RULES: Mapping[str, Rule] = {
    "timezone": timezone,
    "in_force": in_force,
    "events": _each(_each(declaration)),
    "calendars": _each(calendar),
    "windows": _each(window),
    "policies": _policies,
}
"""The rule for each part of an agreement."""
