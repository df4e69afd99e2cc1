"""Changes of single values: durations, shares, numbers, names."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sla_rules.instants import HOUR, MINUTE, SECOND, say_span
from sla_rules.language.base import read_duration, read_percent
from sla_rules.testing.mutants.changes import Change, Path, Rule, renamed, replaced
from sla_rules.testing.mutants.words import Words, following

_NEXT_UNIT = {1: "ms", 1_000: "s", SECOND: "min", MINUTE: "h", HOUR: "min"}
"""The unit that takes the place of one of so many microseconds."""
_POINT = Fraction(1, 100)


def duration(value: str, path: Path, _: Words) -> Iterator[Change]:
    """A microsecond more, one less, and each of its units another."""
    micros = read_duration(value)
    for other in (micros + 1, micros - 1):
        if other >= 0:
            yield replaced(path, say_span(other))
    text = say_span(micros) if value.startswith("P") else value
    for unit in re.finditer(r"[A-Za-zµ]+", text):
        other_unit = _NEXT_UNIT[read_duration(f"1 {unit[0]}")]
        yield replaced(path, text[: unit.start()] + other_unit + text[unit.end() :])


def share(value: str, path: Path, _: Words) -> Iterator[Change]:
    """A percentage point more, and one less."""
    before = read_percent(value)
    for other in (before + _POINT, before - _POINT):
        if 0 <= other <= 1:
            yield replaced(path, f"{Decimal(int(other * 10**14)).scaleb(-12).normalize():f} %")


def number(value: Any, path: Path, _: Words) -> Iterator[Change]:
    """One more and one less, of a number with a fraction in its last digit."""
    step = Decimal((0, (1,), int(value.as_tuple().exponent))) if isinstance(value, Decimal) else 1
    yield replaced(path, value + step)
    yield replaced(path, value - step)


def boolean(value: bool, path: Path, _: Words) -> Iterator[Change]:
    """The other one."""
    yield replaced(path, not value)


def event_type(value: str, path: Path, words: Words) -> Iterator[Change]:
    """The next declared type."""
    yield from _other(path, following(value, words.events))


def field(value: str, path: Path, words: Words) -> Iterator[Change]:
    """The next field of the same kind."""
    yield from _other(path, words.next_field(value))


def service(value: str, path: Path, words: Words) -> Iterator[Change]:
    """The next service whose availability is promised."""
    yield from _other(path, following(value, words.services))


def calendar(value: str, path: Path, words: Words) -> Iterator[Change]:
    """The next calendar."""
    yield from _other(path, following(value, words.calendars))


def choice(options: Sequence[str]) -> Rule:
    """Return a rule that gives the next of several words."""

    def other(value: str, path: Path, _: Words) -> Iterator[Change]:
        yield from _other(path, following(value, options))

    return other


def units(options: Sequence[str]) -> Rule:
    """Return a rule for a mapping in which one of several keys names a unit: the next of them."""

    def other(value: dict[str, Any], path: Path, _: Words) -> Iterator[Change]:
        for key in value:
            if key in options:
                yield renamed(value, path, key, following(key, options))

    return other


def _other(path: Path, new: object) -> Iterator[Change]:
    if new is not None:
        yield replaced(path, new)
