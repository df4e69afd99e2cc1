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


def versioned(id: str, version: str | None) -> str:
    """An id, with the version where there are several."""
    return id if version is None else f"{id} ({version})"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one policy, by one version of the agreement.

    Attributes:
        policy, clause: what was promised, and where.
        version: of the agreement, where it has several; None otherwise.
        counts: instance verdicts by outcome.
        periods: the period verdicts of a policy with an objective.
        unmapped: why nothing is claimed about it: an event type that never occurs; empty otherwise.
    """

    policy: AnyPolicy
    clause: Clause
    version: str | None
    counts: Counter[Outcome]
    periods: tuple[Verdict, ...]
    unmapped: str

    @property
    def name(self) -> str:
        """The id of the policy, with the version where there are several."""
        return versioned(self.policy.id, self.version)

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
        """One line a policy, and for each version of an amended agreement that judged something by it."""
        counts: dict[tuple[str, str | None], Counter[Outcome]] = {}
        periods: dict[tuple[str, str | None], list[Verdict]] = {}
        for verdict in self.verdicts:
            key = verdict.policy, verdict.version
            counted = counts.setdefault(key, Counter())
            if verdict.tally is None:
                counted[verdict.outcome] += 1
            else:
                periods.setdefault(key, []).append(verdict)
        versions = self.agreement.versions
        lines = []
        for id in self.agreement.policies:
            having = [version for version in versions if id in version.policies]
            judging = [version for version in having if (id, version.version) in counts] or having[-1:]
            for version in judging:
                policy, key = version.policies[id], (id, version.version)
                named = version.version if len(versions) > 1 else None
                found, shares = counts.get(key, Counter()), tuple(periods.get(key, ()))
                lines.append(Line(policy, version.clause_of(policy), named, found, shares, self._unmapped(policy)))
        return lines

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
                concerned.setdefault(line.unmapped, []).append(line.name)
        return [f"check the mapping: {what} ({', '.join(ids)})" for what, ids in concerned.items()]

    @cached_property
    def breaches(self) -> list[Verdict]:
        """The broken promises: breached periods of policies with an objective, breached instances of those without."""
        silent = {line.name for line in self.summary if line.unmapped}
        return [
            verdict
            for verdict in self.verdicts
            if verdict.outcome is Outcome.BREACHED
            and versioned(verdict.policy, self._named(verdict)) not in silent
            and (verdict.tally is not None) == (verdict.terms.policy.objective is not None)
        ]

    @property
    def exit_code(self) -> int:
        """1 where a guarantee or commitment is broken, else 0."""
        return int(any(verdict.terms.clause.strength in BINDING for verdict in self.breaches))

    def _named(self, verdict: Verdict) -> str | None:
        """The version of a verdict, where the agreement has several."""
        return verdict.version if len(self.agreement.versions) > 1 else None

    def breaches_by_clause(self) -> dict[str, list[Verdict]]:
        """The broken promises by the id of their clause (and version), in the order of the agreement."""
        grouped: dict[str, list[Verdict]] = {}
        for clause in self.agreement.clauses:
            for verdict in self.breaches:
                if verdict.terms.clause.id == clause:
                    grouped.setdefault(versioned(clause, self._named(verdict)), []).append(verdict)
        return grouped

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
                    "version": line.version,
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
