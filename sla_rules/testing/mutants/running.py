"""Trying every mutant on the scenarios that stand beside the agreement."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sla_rules.agreement import Agreement, load
from sla_rules.errors import AgreementError, SlaError, quoted
from sla_rules.events import Event, Window
from sla_rules.instants import moment
from sla_rules.language.problems import validated
from sla_rules.language.reading import Lines, read_file
from sla_rules.testing.mutants.changes import Mutant
from sla_rules.testing.mutants.report import Group, MutationReport
from sla_rules.testing.mutants.whole import mutants
from sla_rules.testing.scenarios import (
    Equivalent,
    Judge,
    Scenario,
    ScenarioFile,
    as_of,
    compare,
    history,
    scenario_files,
)

Progress = Callable[[int, int], object]


def survivors(
    agreement: Agreement,
    judge: Judge,
    *,
    scenarios: Iterable[Scenario] | None = None,
    equivalents: Iterable[Equivalent] | None = None,
    every: int = 1,
    progress: Progress | None = None,
) -> MutationReport:
    """Try the mutants of an agreement on its scenarios and return which of them nobody noticed.

    A mutant of a policy is tried on the scenarios that name the policy, any other on all. The first whose verdicts or
    findings are not those expected has noticed it.

    Args:
        agreement: as `load` gives it, undated.
        judge: an evaluator.
        scenarios: those that notice; those beside the agreement unless said.
        equivalents: mutants that make no difference, with the reasons; those beside the agreement unless said.
        every: try only every n-th mutant; then it is not checked that each equivalent one exists.
        progress: called with how many mutants have been tried, and how many there are.

    Raises:
        SlaError: a scenario fails before anything is changed, or the agreement has versions.
    """
    if agreement.versions != (agreement,):
        raise SlaError("an agreement of several versions; try the mutants of one version at a time, by its own path")
    beside = _beside(agreement) if scenarios is None or equivalents is None else []
    listed = [each for file in beside for each in file.equivalent_mutants] if equivalents is None else equivalents
    told = [each for file in beside for each in file.scenarios] if scenarios is None else scenarios
    trial = Trial(agreement, judge, [prepared(each) for each in told])
    trial.check()
    tried = list(mutants(agreement))[::every]
    book = Book({each.mutant: each.why for each in listed}, agreement, every)
    for number, mutant in enumerate(tried, start=1):
        book.enter(mutant, trial.outcome(mutant))
        if progress is not None:
            progress(number, len(tried))
    return book.report(len(trial.scenarios))


def _beside(agreement: Agreement) -> list[ScenarioFile]:
    """Return the scenario files of an agreement. Raises `AgreementError` where one cannot be read."""
    files = []
    for path in scenario_files(agreement.source) if agreement.source is not None else ():
        raw, places = read_file(path)
        files.append(validated(ScenarioFile, raw, Lines(dict(places), str(path))))
    return files


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """A scenario, its events read, and what decides whether it is concerned."""

    scenario: Scenario
    judged: frozenset[str]
    types: frozenset[str]
    events: tuple[Event, ...]
    as_of: object
    windows: tuple[Window, ...]
    findings: tuple[str, ...] | None


def prepared(scenario: Scenario) -> Prepared:
    """Return a scenario with what is made of it once for all mutants."""
    events = tuple(history(scenario))
    return Prepared(
        scenario,
        frozenset(scenario.judged),
        frozenset(event.type for event in events),
        events,
        as_of(scenario),
        tuple(
            Window(
                kind=each.kind,
                start=moment(each.start),
                end=None if each.end is None else moment(each.end),
                scope=each.scope,
            )
            for each in scenario.windows
        ),
        None if scenario.findings is None else tuple(sorted(scenario.findings)),
    )


class Trial:
    """Loads mutants and judges the scenarios concerned, those that noticed something lately first."""

    def __init__(self, agreement: Agreement, judge: Judge, scenarios: Sequence[Prepared]) -> None:
        self.agreement = agreement
        self.judge = judge
        self.scenarios = sorted(scenarios, key=lambda each: len(each.events))
        self._orders: dict[object, list[Prepared]] = {}
        self._services = {id for id, policy in agreement.policies.items() if policy.kind == "availability"}

    def check(self) -> None:
        """Refuse scenarios that fail before anything is changed: they would notice every mutant."""
        failing = [each.scenario.name for each in self.scenarios if not self.hold(self.agreement, [each])]
        if failing:
            raise SlaError(f"{len(failing)} scenarios fail before anything is changed: {quoted(failing[0])}")

    def outcome(self, mutant: Mutant) -> str:
        """Return `refused`, `noticed` or `surviving`."""
        scenarios = self.concerned(mutant)
        try:
            changed = load(self.reduced(mutant, scenarios))
        except AgreementError:
            return "refused"
        try:
            return "surviving" if self.hold(changed, scenarios) else "noticed"
        except SlaError:
            return "noticed"

    def concerned(self, mutant: Mutant) -> list[Prepared]:
        """Return the scenarios that may notice a mutant, kept in the order that found others fastest."""
        part, *rest = mutant.path
        key = mutant.group if part == "policies" else (part, *rest[:1])
        if key not in self._orders:
            self._orders[key] = [each for each in self.scenarios if part != "policies" or mutant.group in each.judged]
            if part == "events":
                self._orders[key].sort(key=lambda each: rest[0] not in each.types)
        return self._orders[key]

    def reduced(self, mutant: Mutant, scenarios: Iterable[Prepared]) -> dict[str, Any]:
        """Return a mutant of a policy with those policies that its scenarios judge, any other with all of them."""
        # Chained rules change no verdict, and one that names a policy would have a mutant without it refused.
        raw = {key: value for key, value in mutant.raw.items() if key != "rules"}
        if mutant.path[0] != "policies":
            return raw
        kept = {mutant.group}.union(*(each.judged for each in scenarios))
        if kept & self._services:
            kept |= self._services
        return {**raw, "policies": [policy for policy in raw["policies"] if policy["id"] in kept]}

    def hold(self, agreement: Agreement, scenarios: list[Prepared]) -> bool:
        """Say whether all scenarios hold; the first that does not is put in front."""
        narrowed: dict[frozenset[str], Agreement] = {frozenset(agreement.policies): agreement}
        for index, each in enumerate(scenarios):
            if each.judged not in narrowed:
                narrowed[each.judged] = agreement.only(*each.judged)
            if self.differs(narrowed[each.judged], each):
                scenarios.insert(0, scenarios.pop(index))
                return False
        return True

    def differs(self, agreement: Agreement, each: Prepared) -> bool:
        """Say whether a scenario's verdicts or findings are others than expected."""
        verdicts = self.judge(agreement, each.events, as_of=each.as_of, windows=each.windows)
        if any(compare(each.scenario, verdicts)):
            return True
        found = tuple(sorted(finding.kind for finding in verdicts.findings))
        return each.findings is not None and found != each.findings


class Book:
    """Enters what came of each mutant, and holds it against what is listed as equivalent."""

    def __init__(self, equivalents: dict[str, str], agreement: Agreement, every: int) -> None:
        self.equivalents = equivalents
        self.agreement = agreement
        self.every = every
        self.groups: dict[str, Group] = {}
        self.seen: dict[str, str] = {}

    def enter(self, mutant: Mutant, outcome: str) -> None:
        """Enter what came of a mutant."""
        group = self.groups.setdefault(mutant.group, Group())
        self.seen[mutant.id] = outcome
        if outcome != "surviving":
            setattr(group, outcome, getattr(group, outcome) + 1)
        elif mutant.id in self.equivalents:
            group.equivalent.append((mutant, self.equivalents[mutant.id]))
        else:
            group.surviving.append(mutant)

    def report(self, scenarios: int) -> MutationReport:
        """Return all that was entered."""
        return MutationReport(self.agreement.id, scenarios, self.groups, tuple(self.wrong()), self.every)

    def wrong(self) -> Iterator[str]:
        """Yield what is not true of the mutants listed as equivalent."""
        for id in self.equivalents:
            outcome = self.seen.get(id)
            if outcome is None and self.every == 1:
                yield f"listed as equivalent, but there is no such mutant: {quoted(id, 200)}"
            elif outcome in ("noticed", "refused"):
                yield f"listed as equivalent, but it is {outcome}: {quoted(id, 200)}"
