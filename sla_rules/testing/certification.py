"""Certification: evidence, clause by clause, that an encoding says what the contract says.

A certificate gathers the scenarios that stand beside an agreement, the laws that every encoding obeys, tried on
boundary cases generated from the agreement's own numbers and on random histories, and the equality of all
evaluators that are installed. The same examples and seed give the same certificate.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from random import Random
from typing import Any

from sla_rules.agreement import Agreement
from sla_rules.errors import SlaError
from sla_rules.evaluators import columnar, reference
from sla_rules.known import check_agreement
from sla_rules.lang import in_language
from sla_rules.markup import render
from sla_rules.report.markdown import table
from sla_rules.testing import laws
from sla_rules.testing.directed import History, directed
from sla_rules.testing.scenarios import Judge, run, scenarios_of
from sla_rules.version import VERSION

JSON_FORMAT = 1
EVALUATORS: dict[str, Judge] = {"reference": reference.judge, "columnar": columnar.judge}
"""Every evaluator that is installed, by name; the first defines what is right."""
COMPARED = 20
"""Of so many boundary cases one is judged by all evaluators: one made for millions of events takes its time for few."""
MOST_FAILURES = 20
Progress = Callable[[int, int, str], None]
"""Told how many steps are done, of how many, and what comes next."""


@dataclass(slots=True)
class Check:
    """What was tried of one clause by one means.

    Attributes:
        clause: the id of the clause.
        means: `scenarios`, a law in its own words, `boundaries` or `evaluators agree`.
        tried: how many cases.
        failures: a sentence for each that failed, at most `MOST_FAILURES` of them.
        failed: how many failed.
    """

    clause: str
    means: str
    tried: int = 0
    failures: list[str] = field(default_factory=list)
    failed: int = 0

    def note(self, broken: Iterable[str]) -> None:
        """Count one case that was tried, and what was wrong with it."""
        self.tried += 1
        found = list(broken)
        self.failed += bool(found)
        self.failures += found[: max(0, MOST_FAILURES - len(self.failures))]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was tried of an agreement, by clause, and what failed.

    Attributes:
        agreement: that was certified.
        examples, seed: how many random histories, and from which seed.
        evaluators: the names of those that were compared.
        checks: by clause and means, in the order of the agreement.
        silent: policies that no scenario judges.
    """

    agreement: Agreement
    examples: int
    seed: int
    evaluators: tuple[str, ...]
    checks: tuple[Check, ...]
    silent: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing failed and every policy has a scenario."""
        return not self.silent and not any(check.failed for check in self.checks)

    def by_clause(self) -> dict[str, list[Check]]:
        """The checks of each clause."""
        grouped: dict[str, list[Check]] = {}
        for check in self.checks:
            grouped.setdefault(check.clause, []).append(check)
        return grouped

    def to_text(self) -> str:
        """One line a clause, the failures below it, and a last line that sums up."""
        lines = []
        for clause, checks in self.by_clause().items():
            failed, tried = sum(check.failed for check in checks), sum(check.tried for check in checks)
            counts = ", ".join(f"{check.tried} {check.means}" for check in checks if check.means in SHORT)
            lines.append(f"{'FAIL' if failed else 'good'}  {clause}: {tried} cases ({counts}), {failed} failed")
            lines += [f"      {check.means}: {failure}" for check in checks for failure in check.failures]
        if self.silent:
            lines.append(f"no scenario for {', '.join(self.silent)}")
        return "\n".join([*lines, self._sum()]) + "\n"

    def to_markdown(self) -> str:
        """The certificate as Markdown."""
        rows = [
            (f"`{check.clause}`", check.means, str(check.tried), str(check.failed), " ".join(check.failures[:3]))
            for check in self.checks
        ]
        silent = [f"No scenario for {', '.join(self.silent)}."] if self.silent else []
        header = ("clause", "means", "tried", "failed", "what failed")
        title = f"# Certificate of {in_language(self.agreement.title) or self.agreement.id}"
        return "\n\n".join([title, self._sum(), *silent, table(header, rows)]) + "\n"

    def _repr_html_(self) -> str:
        """What was tried of each clause and what failed, as notebooks show it."""
        title = in_language(self.agreement.title) or self.agreement.id
        return render("repr_certificate.html", certificate=self, title=title, sentence=self._sum())

    def to_json(self) -> str:
        """The certificate as JSON; `format` numbers its shape, which `certificate_schema` describes."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)

    def to_dict(self) -> dict[str, Any]:
        """The certificate as plain values."""
        return {
            "format": JSON_FORMAT,
            "agreement": self.agreement.id,
            "version": self.agreement.version,
            "hash": self.agreement.hash,
            "library": VERSION,
            "examples": self.examples,
            "seed": self.seed,
            "evaluators": list(self.evaluators),
            "holds": self.holds,
            "silent": list(self.silent),
            "checks": [
                {name: getattr(check, name) for name in ("clause", "means", "tried", "failed", "failures")}
                for check in self.checks
            ],
        }

    def _sum(self) -> str:
        tried, failed = sum(check.tried for check in self.checks), sum(check.failed for check in self.checks)
        return (
            f"{self.agreement.id}: {tried} cases of {len(self.by_clause())} clauses tried, {failed} failed; "
            f"{self.examples} random histories, seed {self.seed}, evaluators: {', '.join(self.evaluators)}."
        )


SCENARIOS, BOUNDARIES, RANDOM, AGREE = "scenarios", "boundary cases", "random histories", "evaluators agree"
SHORT = (SCENARIOS, BOUNDARIES, RANDOM)


def certify(
    agreement: Agreement, *, examples: int = 100, seed: int = 0, progress: Progress | None = None
) -> Certificate:
    """Certify an agreement.

    Args:
        agreement: as `load` gives it; its scenarios are those beside its file.
        examples: how many random histories to try besides the boundary cases.
        seed: from which they are drawn.
        progress: told of every step.

    Returns:
        The certificate; `holds` says whether nothing failed.

    Raises:
        AgreementError: a scenario file cannot be read.
        SlaError: not an agreement, a negative number of examples, or hypothesis, of the extra `testing`, is not
            installed.
    """
    check_agreement(agreement)
    if examples < 0:
        raise SlaError(f"{examples} random histories cannot be tried")
    work = _Work(agreement, Random(seed))
    scenarios = scenarios_of(agreement)
    steps = len(agreement.policies) + examples + 1
    tell = progress or (lambda *_: None)
    tell(0, steps, "scenarios")
    for file, scenario in scenarios:
        found = [
            f"{scenario.name}: {each} ({name})"
            for name, judge in EVALUATORS.items()
            for each in run(scenario, agreement, judge, file).differences
        ]
        for clause in scenario.clause:
            work.check(clause, SCENARIOS).note(found)
    for number, policy in enumerate(agreement.policies.values(), 1):
        tell(number, steps, policy.id)
        alone = agreement.only(policy.id)
        for nth, history in enumerate(directed(agreement, policy.id)):
            work.check(policy.clause, BOUNDARIES).note(())
            work.try_laws(alone, history)
            if nth % COMPARED == 0:
                work.compare(alone, history)
    for number, history in enumerate(_random(agreement, examples, seed), 1):
        tell(len(agreement.policies) + number, steps, f"random history {number}")
        for id in agreement.policies:
            work.check(agreement.policies[id].clause, RANDOM).note(())
        work.try_laws(agreement, history)
        work.compare(agreement, history)
    tell(steps, steps, "done")
    judged = {id for _, scenario in scenarios for id in scenario.judged}
    silent = tuple(id for id in agreement.policies if id not in judged)
    return Certificate(agreement, examples, seed, tuple(EVALUATORS), work.in_order(), silent)


class _Work:
    """The checks as they fill."""

    def __init__(self, agreement: Agreement, random: Random) -> None:
        self.agreement = agreement
        self.random = random
        self.checks: dict[tuple[str, str], Check] = {}

    def check(self, clause: str, means: str) -> Check:
        """Return the check of a clause by some means."""
        return self.checks.setdefault((clause, means), Check(clause, means))

    def try_laws(self, agreement: Agreement, history: History) -> None:
        """Try every law on the evaluator that defines what is right."""
        judge = next(iter(EVALUATORS.values()))
        for sentence, law in laws.LAWS.items():
            self._note(sentence, agreement, history, law(agreement, history, judge, self.random))

    def compare(self, agreement: Agreement, history: History) -> None:
        """Compare every two evaluators; with what the first does, the laws hold for the others too."""
        for (one, first), (two, second) in combinations(EVALUATORS.items(), 2):
            apart = laws.differences(
                laws.judged(agreement, history, first), laws.judged(agreement, history, second), f"{one} against {two}"
            )
            self._note(AGREE, agreement, history, apart)
        for judge in list(EVALUATORS.values())[1:]:
            law = laws.LAWS[laws.ORDER]
            self._note(laws.ORDER, agreement, history, law(agreement, history, judge, self.random))

    def _note(self, means: str, agreement: Agreement, history: History, broken: Iterable[laws.Broken]) -> None:
        clauses = {id: policy.clause for id, policy in agreement.policies.items()}
        by_policy: dict[str, list[str]] = {id: [] for id in clauses}
        for id, how in broken:
            by_policy[id].append(f"{id}, {history.name}: {how}")
        for id, failures in by_policy.items():
            self.check(clauses[id], means).note(failures)

    def in_order(self) -> tuple[Check, ...]:
        """Return the checks in the order of the agreement's clauses."""
        order = {clause: number for number, clause in enumerate(self.agreement.clauses)}
        return tuple(sorted(self.checks.values(), key=lambda check: order[check.clause]))


def _random(agreement: Agreement, examples: int, number: int) -> Iterator[History]:
    """Yield random histories of an agreement, the same for the same number."""
    if not examples:
        return
    try:
        from hypothesis import HealthCheck, Phase, given, seed, settings
    except ImportError:
        raise SlaError("hypothesis is not installed; `pip install sla-rules[testing]` installs it") from None

    from sla_rules.testing.strategies import histories

    drawn: list[History] = []

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(histories(agreement))
    def draw(history: History) -> None:
        drawn.append(history)

    draw()
    yield from drawn[:examples]


def certificate_schema() -> dict[str, Any]:
    """Return the JSON Schema of a certificate as `Certificate.to_json` writes it."""
    text, count = {"type": "string"}, {"type": "integer", "minimum": 0}
    check = {"clause": text, "means": text, "tried": count, "failed": count, "failures": _list_of(text)}
    whole = {
        "format": {"const": JSON_FORMAT},
        "agreement": text,
        "version": {"type": ["string", "null"]},
        "hash": text,
        "library": text,
        "examples": count,
        "seed": {"type": "integer"},
        "evaluators": _list_of(text),
        "holds": {"type": "boolean"},
        "silent": _list_of(text),
        "checks": _list_of(_object(check)),
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Certificate", **_object(whole)}


def _list_of(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
