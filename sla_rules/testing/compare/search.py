"""Judging histories by two sides, and keeping those that show a difference."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from sla_rules.agreement import Agreement
from sla_rules.periods import Period, bounds
from sla_rules.testing.compare.shrinking import fewer_events, without_field
from sla_rules.testing.compare.sides import Side
from sla_rules.testing.directed import History
from sla_rules.testing.writing import scenario_text
from sla_rules.verdict import Outcome, Verdict, Verdicts

MOST_TURNED = 12
"""Up to how many events a history is judged as of other instants too."""
MISDECLARED = {"missing_field", "wrong_value", "interval_reversed"}
"""The findings about data that contradict their declarations."""


@dataclass(frozen=True)
class Witness:
    """A history of which two agreements judge differently.

    Attributes:
        history: what happened.
        under_a, under_b: the verdicts of the policy by each.
    """

    history: History
    under_a: tuple[Verdict, ...]
    under_b: tuple[Verdict, ...]

    def scenario(self, under: Literal["a", "b"], name: str) -> str:
        """Return it as a scenario in YAML that expects the verdicts of one of the agreements."""
        verdicts = self.under_a if under == "a" else self.under_b
        history = self.history
        return scenario_text(name, history.events, history.as_of, verdicts, history.windows)


class Judged(NamedTuple):
    """What two sides make of a history."""

    a: Verdicts
    b: Verdicts

    @property
    def misdeclared(self) -> int:
        """By how many of the sides the data contradict their declarations."""
        return sum(any(finding.kind in MISDECLARED for finding in each.findings) for each in self)


class Search:
    """The search for the histories that two sides judge differently.

    What counts are histories whose data keep the declarations of both sides; only where none of them shows a
    difference, those that keep the declarations of one side alone count too.
    """

    def __init__(self, a: Side, b: Side) -> None:
        self.a = a
        self.b = b
        self.tried = 0
        self.found: tuple[dict[str, History], dict[str, History]] = {}, {}
        self.plain: list[History] = []
        self.alike: dict[Outcome, History] = {}

    @property
    def over(self) -> bool:
        """Whether nothing more can be found."""
        wanted = (
            {"stricter"} if self.a.policy is None else {"looser"} if self.b.policy is None else {"stricter", "looser"}
        )
        return wanted <= self.found[0].keys()

    @property
    def terms(self) -> Agreement:
        """The terms whose declarations are read."""
        return self.b.terms if self.a.policy is None else self.a.terms

    def judged(self, history: History) -> Judged:
        """Return what both sides make of a history."""
        return Judged(self.a.judged(history), self.b.judged(history))

    def look(self, history: History) -> None:
        """Judge a history as of its own instant, and as of every one at which a verdict of either side may turn."""
        verdicts = self.note(history)
        ends = {end for end in map(period_end, verdicts) if end is not None}
        turning = ends | (set(self.turning(verdicts)) if len(history.events) <= MOST_TURNED else set())
        turning.discard(history.as_of)
        for at in sorted(turning):
            if any(event.at <= at for event in history.events):
                self.note(replace(history, as_of=at, events=tuple(e for e in history.events if e.at <= at)))

    def note(self, history: History) -> list[Verdict]:
        """Judge a history by both sides, and keep it if it shows a difference with fewer events than before."""
        self.tried += 1
        judged = self.judged(history)
        if judged.misdeclared < 2:
            found = self.found[judged.misdeclared]
            for direction in self.between(history.as_of, judged):
                if direction not in found or len(history.events) < len(found[direction].events):
                    found[direction] = history
        self.keep(history, judged)
        return [*judged.a, *judged.b]

    def turning(self, verdicts: Iterable[Verdict]) -> Iterator[int]:
        """Yield the instants right before and right after which an instance may be late."""
        for verdict in verdicts:
            if verdict.due_at is not None:
                yield from (verdict.due_at, verdict.due_at + 1)

    def between(self, as_of: int, judged: Judged) -> set[str]:
        """Say in which directions two judgements differ; a period that is not over says nothing yet."""
        under_a, under_b = judged
        found = set()
        broken_a, broken_b = self.broken(self.a, under_a), self.broken(self.b, under_b)
        if broken_b - broken_a and not unfinished(under_a, as_of):
            found.add("stricter")
        if broken_a - broken_b and not unfinished(under_b, as_of):
            found.add("looser")
        if outcomes(under_a) != outcomes(under_b):
            found.add("different")
        return found

    def broken(self, side: Side, verdicts: Iterable[Verdict]) -> set[object]:
        """Return the promises that are broken: periods where there is an objective, else instances.

        Where the two sides promise things of different kinds, only whether any is broken.
        """
        breached = [
            key(verdict)
            for verdict in verdicts
            if verdict.outcome == Outcome.BREACHED and (side.objective is None or verdict.tally is not None)
        ]
        return {"any"} if breached and self.unlike else set(breached)

    @property
    def unlike(self) -> bool:
        """Whether the two sides promise things of different kinds."""
        a, b = self.a.objective, self.b.objective
        return (a is None) != (b is None) or (a is not None and b is not None and a.per != b.per)

    def keep(self, history: History, judged: Judged) -> None:
        """Keep the smallest history of one instance that comes to the same outcome under both sides."""
        instances = [[verdict for verdict in under if verdict.tally is None] for under in judged]
        if any(len(each) != 1 for each in instances) or instances[0][0].outcome != instances[1][0].outcome:
            return
        outcome = instances[0][0].outcome
        known = self.alike.get(outcome)
        if known is None or len(history.events) < len(known.events):
            self.alike[outcome] = history

    def witness(self, direction: str) -> Witness | None:
        """Return the smallest history that was found for a direction, and what becomes of it under both sides."""
        found = self.found[0] or self.found[1]
        if direction not in found:
            return None
        small = self.smallest(found[direction], direction)
        judged = self.judged(small)
        return Witness(small, tuple(judged.a), tuple(judged.b))

    def smallest(self, history: History, direction: str) -> History:
        """Drop events, windows and fields as long as the difference stays."""
        misdeclared = self.judged(history).misdeclared

        def stays(smaller: History) -> bool:
            if not smaller.events:
                return False
            judged = self.judged(smaller)
            return judged.misdeclared <= misdeclared and direction in self.between(smaller.as_of, judged)

        history = fewer_events(history, stays)
        for index, event in enumerate(history.events[:MOST_TURNED]):
            for name in event.data:
                barer = replace(history, events=without_field(history.events, index, name))
                history = barer if stays(barer) else history
        alone = replace(history, windows=())
        return alone if stays(alone) else history


def period_end(verdict: Verdict) -> int | None:
    """Return the instant at which the period of a verdict is over; None where it has none that ends."""
    policy: Any = verdict.terms.policy
    if verdict.period in (None, "whole"):
        return None
    per: Period = policy.objective.per if policy.objective is not None else policy.per
    return bounds(str(verdict.period), per, verdict.terms.zone)[1]


def unfinished(verdicts: Iterable[Verdict], as_of: int) -> bool:
    """Say whether a period that an objective promises is not over yet."""
    return any((period_end(each) or 0) > as_of for each in verdicts if each.tally is not None)


def key(verdict: Verdict) -> object:
    """Return what tells a verdict from the others of its policy, under either side."""
    return verdict.subject, verdict.key, verdict.start_at, verdict.period, verdict.tally is None


def outcomes(verdicts: Iterable[Verdict]) -> dict[object, Outcome]:
    """Return the outcome of every instance and period."""
    return {key(verdict): verdict.outcome for verdict in verdicts}
