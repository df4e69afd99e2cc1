"""What a set of verdicts says about an agreement."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sla_rules.events import Finding
from sla_rules.instants import moment
from sla_rules.language.document import Clause
from sla_rules.language.policies import AnyPolicy, Deadline
from sla_rules.language.selectors import types_of
from sla_rules.reason import promise
from sla_rules.verdict import Outcome, Verdict, Verdicts
from sla_rules.version import VERSION

JSON_FORMAT = 1
BINDING = ("guarantee", "commitment")
"""The strengths whose breach makes `sla-rules check` end with exit code 1."""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one policy.

    Attributes:
        policy, clause: what was promised, and where.
        counts: instance verdicts by outcome.
        periods: the period verdicts of a policy with an objective.
        unmapped: why nothing is claimed about it: an event type that never occurs; empty otherwise.
    """

    policy: AnyPolicy
    clause: Clause
    counts: Counter[Outcome]
    periods: tuple[Verdict, ...]
    unmapped: str

    @property
    def promise(self) -> str:
        """The share promised, in words."""
        return promise(self.policy.objective)

    @property
    def status(self) -> str:
        """`kept`, `broken`, `open` while something is pending, `not judged` or `no data`."""
        if self.unmapped or not sum(self.counts.values()):
            return "no data"
        judged = self.counts if self.policy.objective is None else Counter(period.outcome for period in self.periods)
        if judged[Outcome.BREACHED]:
            return "broken"
        if judged[Outcome.PENDING]:
            return "open"
        return "kept" if judged[Outcome.MET] else "not judged"


class Report:
    """Verdicts, read as promises kept or broken.

    Attributes:
        verdicts: as `judge` returned them.
        agreement: by what was judged.
        findings: of the data, those of its source first.
    """

    def __init__(self, verdicts: Verdicts, *, findings: Iterable[Finding] = (), assume_complete: bool = False) -> None:
        """Take verdicts.

        Args:
            verdicts: the list that `judge` returned.
            findings: what the source of the events had to say.
            assume_complete: that an event type which never occurs did not happen, rather than was not mapped.
        """
        self.verdicts = verdicts
        self.agreement = verdicts.agreement
        self.findings = [*findings, *verdicts.findings]
        self._assume_complete = assume_complete

    @cached_property
    def summary(self) -> list[Line]:
        """One line a policy, in the order of the agreement."""
        counts: dict[str, Counter[Outcome]] = {id: Counter() for id in self.agreement.policies}
        periods: dict[str, list[Verdict]] = {id: [] for id in self.agreement.policies}
        for verdict in self.verdicts:
            if verdict.tally is None:
                counts[verdict.policy][verdict.outcome] += 1
            else:
                periods[verdict.policy].append(verdict)
        return [
            Line(policy, self.agreement.clause_of(policy), counts[id], tuple(periods[id]), self._unmapped(policy))
            for id, policy in self.agreement.policies.items()
        ]

    def _unmapped(self, policy: AnyPolicy) -> str:
        if self._assume_complete or not isinstance(policy, Deadline):
            return ""
        for selectors in (policy.start, policy.stop):
            types = types_of(selectors)
            if not any(type in self.verdicts.given for type in types):
                return f"no {' or '.join(f'`{type}`' for type in types)} in this source"
        return ""

    @property
    def check_the_mapping(self) -> list[str]:
        """What never occurs in the source although a policy needs it, with the policies concerned."""
        concerned: dict[str, list[str]] = {}
        for line in self.summary:
            if line.unmapped:
                concerned.setdefault(line.unmapped, []).append(line.policy.id)
        return [f"check the mapping: {what} ({', '.join(ids)})" for what, ids in concerned.items()]

    @cached_property
    def breaches(self) -> list[Verdict]:
        """The broken promises: breached periods of policies with an objective, breached instances of those without."""
        silent = {line.policy.id for line in self.summary if line.unmapped}
        return [
            verdict
            for verdict in self.verdicts
            if verdict.outcome is Outcome.BREACHED
            and verdict.policy not in silent
            and (verdict.tally is not None) == (verdict.terms.policy.objective is not None)
        ]

    @property
    def exit_code(self) -> int:
        """1 where a guarantee or commitment is broken, else 0."""
        return int(any(verdict.terms.clause.strength in BINDING for verdict in self.breaches))

    def breaches_by_clause(self) -> dict[str, list[Verdict]]:
        """The broken promises by the id of their clause, in the order of the agreement."""
        grouped: dict[str, list[Verdict]] = {}
        for verdict in self.breaches:
            grouped.setdefault(verdict.terms.clause.id, []).append(verdict)
        return {id: grouped[id] for id in self.agreement.clauses if id in grouped}

    @property
    def provenance(self) -> dict[str, Any]:
        """By what was judged, as of when, by which version of the library, and how much came in."""
        return {
            "agreement": self.agreement.id,
            "version": self.agreement.version,
            "hash": self.agreement.hash,
            "timezone": self.agreement.timezone,
            "as_of": None if self.verdicts.as_of is None else moment(self.verdicts.as_of).isoformat(),
            "library": VERSION,
            "events": sum(self.verdicts.given.values()),
            "verdicts_count": len(self.verdicts),
        }

    def to_json(self) -> str:
        """The whole report as JSON; `format` numbers its shape."""
        whole = {
            "format": JSON_FORMAT,
            **self.provenance,
            "check_the_mapping": self.check_the_mapping,
            "summary": [
                {
                    "policy": line.policy.id,
                    "clause": line.clause.id,
                    "section": line.clause.section,
                    "strength": line.clause.strength,
                    "promise": line.promise,
                    "status": line.status,
                    **{str(outcome): line.counts[outcome] for outcome in Outcome},
                }
                for line in self.summary
            ],
            "breaches": [verdict.to_dict() for verdict in self.breaches],
            "verdicts": [verdict.to_dict() for verdict in self.verdicts],
            "findings": [{name: getattr(finding, name) for name in Finding.__slots__} for finding in self.findings],
        }
        return json.dumps(whole, ensure_ascii=False, indent=1)

    def to_markdown(self, most: int = 200) -> str:
        """The report as Markdown, with at most `most` breaches of each clause."""
        from sla_rules.report.markdown import markdown

        return markdown(self, most)

    def show(self, most: int = 10) -> None:
        """Print the report to the terminal, with at most `most` breaches of each clause."""
        from sla_rules.report.terminal import show

        show(self, most)
