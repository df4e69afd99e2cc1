"""What became of each policy, counted by outcome."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.judged import Judged
from sla_rules.language.document import Clause
from sla_rules.language.policies import AnyPolicy, Availability, Deadline
from sla_rules.language.selectors import types_of
from sla_rules.reason import Lang, promised
from sla_rules.report.words import absent
from sla_rules.verdict import Outcome


def versioned(id: str, version: str | None) -> str:
    """An id, with the version where there are several."""
    return id if version is None else f"{id} ({version})"


def version_of_line(version: str | None, agreement: Agreement) -> str | None:
    """Return a version as lines name it: None where it is the only one."""
    return version if len(agreement.versions) > 1 else None


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one policy, by one version of the agreement.

    Attributes:
        policy, clause: what was promised, and where.
        version: of the agreement, where it has several; None otherwise.
        counts: instance verdicts by outcome.
        periods: the period verdicts of a policy with an objective by outcome.
        lacking: the types of events that it needs and of which none ever occurs, so that nothing is claimed about it;
            empty otherwise.
        waived: how many breached verdicts, of instances and periods, are taken out by rulings; see `Report.after`.
    """

    policy: AnyPolicy
    clause: Clause
    version: str | None
    counts: Counter[Outcome]
    periods: Counter[Outcome]
    lacking: tuple[str, ...]
    waived: int = field(default=0, kw_only=True)

    @property
    def name(self) -> str:
        """The id of the policy, with the version where there are several."""
        return versioned(self.policy.id, self.version)

    @property
    def promise(self) -> str:
        """What is promised, in words: `at least 80 % met per week`."""
        return self.promise_in("en")

    def promise_in(self, lang: Lang) -> str:
        """Return what is promised, in words. Raises `InputError` for a language that is not known."""
        return promised(self.policy, lang)

    @property
    def unmapped(self) -> str:
        """Why nothing is claimed about it: an event type that never occurs; empty otherwise."""
        return self.unmapped_in("en")

    def unmapped_in(self, lang: Lang) -> str:
        """Return why nothing is claimed about it, empty otherwise. Raises `InputError` for an unknown language."""
        return absent(self.lacking, lang) if self.lacking else ""

    @property
    def least(self) -> Fraction:
        """The share of instances that must be met at least, of an availability that of uptime; all unless said."""
        objective = self.policy.objective
        if objective is not None:
            return objective.share if objective.measure == "at_least" else 1 - objective.share
        return self.policy.at_least if isinstance(self.policy, Availability) else Fraction(1)

    @property
    def judged(self) -> Counter[Outcome]:
        """The verdicts on what was promised: the periods of a policy with an objective, the instances of any other."""
        return self.counts if self.policy.objective is None else self.periods

    @property
    def status(self) -> str:
        """`kept`, `broken`, `open` while something is pending, `not judged` or `no data`."""
        if self.lacking or not (self.counts.total() or self.waived):
            return "no data"
        if self.judged[Outcome.BREACHED]:
            return "broken"
        if self.judged[Outcome.PENDING]:
            return "open"
        return "kept" if self.judged[Outcome.MET] else "not judged"


class Gap(NamedTuple):
    """Something that never occurs in a source although it is needed, so that nothing is claimed of what needs it.

    Attributes:
        agreement: the name of the agreement in a portfolio; empty where there is only one, and for what all need.
        what: is missing, in words.
        policies: the names of those that need it.
    """

    agreement: str
    what: str
    policies: tuple[str, ...]

    @property
    def said(self) -> str:
        """What is missing, with the policies concerned."""
        return f"{self.what} ({', '.join(self.policies)})" if self.policies else self.what


def gaps_of(lines: Iterable[Line], agreement: str, lang: Lang) -> list[Gap]:
    """Return what never occurs in the source although a policy needs it, in the order of the agreement."""
    concerned: dict[str, list[str]] = {}
    for line in lines:
        if line.lacking:
            concerned.setdefault(line.unmapped_in(lang), []).append(line.name)
    return [Gap(agreement, what, tuple(ids)) for what, ids in concerned.items()]


def lines_of(judged: Judged, assume_complete: bool) -> list[Line]:
    """Return one line a policy, and for each version of an amended agreement that judged something by it."""
    counts, versions = _counted(judged), judged.agreement.versions
    seen = {(id, version) for id, version, _ in counts}
    lines = []
    for id in judged.agreement.policies:
        having = [version for version in versions if id in version.policies]
        judging = [version for version in having if (id, version.version) in seen] or having[-1:]
        for version in judging:
            policy = version.policies[id]
            named = version_of_line(version.version, judged.agreement)
            found, shares = (counts.get((id, version.version, period), Counter()) for period in (False, True))
            lacking = () if assume_complete else _lacking(policy, judged.given.keys())
            lines.append(Line(policy, version.clause_of(policy), named, found, shares, lacking))
    return lines


def _counted(judged: Judged) -> dict[tuple[str, str | None, bool], Counter[Outcome]]:
    """Return how many verdicts there are, by policy, version and whether they judge periods, and by outcome."""
    counts: dict[tuple[str, str | None, bool], Counter[Outcome]] = {}
    columns = "policy", "version", "is_period", "outcome", "number"
    for policy, version, is_period, outcome, number in judged.counts.select(columns).iter_rows():
        counts.setdefault((policy, version, is_period), Counter())[Outcome(outcome)] = number
    return counts


def _lacking(policy: AnyPolicy, given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(policy, Deadline):
        for selectors in (policy.start, policy.stop):
            types = types_of(selectors)
            if not set(types) & set(given):
                return types
    return ()


def of_lines(lines: Iterable[Line]) -> pl.Expr:
    """Return the condition that a verdict is one of those that the lines count, of an instance or of a period."""
    among: dict[str | None, list[str]] = {}
    for line in lines:
        among.setdefault(line.version, []).append(line.policy.id)
    condition = pl.lit(False)
    for version, ids in among.items():
        of_version = pl.lit(True) if version is None else pl.col("version") == version
        condition |= of_version & pl.col("policy").is_in(ids)
    return condition
