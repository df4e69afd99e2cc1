"""Verdicts held against what was planted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from sla_rules.testing.simulate.book import Key, Planted
from sla_rules.testing.simulate.months import Month


class Judged(Protocol):
    """What `compare` needs of a verdict, from whichever evaluator it comes."""

    @property
    def policy(self) -> str:
        """The id of the policy."""

    @property
    def subject(self) -> str:
        """The subject; empty for a period."""

    @property
    def outcome(self) -> str:
        """What it came to, `met` or `breached` for example."""

    @property
    def start_at(self) -> int | None:
        """When the obligation began, in microseconds since 1970 UTC."""

    @property
    def period(self) -> str | None:
        """The label of the period that it counts in, or that is judged."""


@dataclass(frozen=True)
class Comparison:
    """What became of the planted breaches and near misses.

    Attributes:
        found_breaches: planted and said to be breached.
        missed_breaches: planted and not said to be breached.
        invented_breaches: said to be breached, and not planted (or said more than once).
        held_near_misses: near misses that came to what they had to come to.
        fallen_near_misses: the others.
    """

    found_breaches: tuple[Key, ...]
    missed_breaches: tuple[Key, ...]
    invented_breaches: tuple[Key, ...]
    held_near_misses: tuple[Planted, ...]
    fallen_near_misses: tuple[Planted, ...]

    @property
    def found(self) -> int:
        """How many planted breaches were found."""
        return len(self.found_breaches)

    @property
    def missed(self) -> int:
        """How many planted breaches were not found."""
        return len(self.missed_breaches)

    @property
    def invented(self) -> int:
        """How many breaches were found that nobody planted."""
        return len(self.invented_breaches)

    @property
    def exact(self) -> bool:
        """Whether exactly the planted was found, and every near miss held."""
        return not (self.missed_breaches or self.invented_breaches or self.fallen_near_misses)


def compare(month: Month, verdicts: Iterable[Judged]) -> Comparison:
    """Say which planted breaches the verdicts found, which they missed, and which they invented.

    Near misses must come to exactly what was planted: met, exempt, void, pending, undetermined, or no verdict at all.
    """
    outcomes: dict[Key, list[str]] = {}
    for verdict in verdicts:
        outcomes.setdefault(_key(verdict), []).append(str(verdict.outcome))
    said = Counter(key for key, all_said in outcomes.items() for outcome in all_said if outcome == "breached")
    expected = Counter(month.expected)
    near = [planted for planted in month.planted if planted.kind == "near_miss"]
    held = [one for one in near if outcomes.get(one.key, []) == ([] if one.outcome is None else [one.outcome])]
    return Comparison(
        found_breaches=_in_order(expected & said),
        missed_breaches=_in_order(expected - said),
        invented_breaches=_in_order(said - expected),
        held_near_misses=tuple(held),
        fallen_near_misses=tuple(one for one in near if one not in held),
    )


def _key(verdict: Judged) -> Key:
    """A verdict on a period is about the period alone, whatever instant it may name as its start."""
    start = verdict.start_at if verdict.subject else None
    return verdict.policy, verdict.subject, start, verdict.period


def _in_order(keys: Counter[Key]) -> tuple[Key, ...]:
    return tuple(sorted(keys.elements(), key=lambda key: (key[0], key[1] == "", key[2] or 0, key[1])))
