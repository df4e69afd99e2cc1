"""Every scenario beside every built-in agreement, on every evaluator."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sla_rules.agreement import built_in
from sla_rules.testing.clauses import clause_table, scenario_counts
from sla_rules.testing.scenarios import Scenario, run
from sla_rules.verdict import Verdicts
from tests.scenarios import AGREEMENTS, scenarios_beside

CASES = [
    pytest.param(name, scenario, id=f"{file.removesuffix('.scenarios.yaml')}: {scenario.name}")
    for name in AGREEMENTS
    for file, scenario in scenarios_beside(name)
]


@pytest.mark.parametrize(("name", "scenario"), CASES)
def test_scenario(judge: Callable[..., Verdicts], name: str, scenario: Scenario) -> None:
    assert run(scenario, AGREEMENTS[name], judge).differences == ()


@pytest.mark.parametrize("name", built_in())
def test_every_policy_has_a_scenario(name: str) -> None:
    judged = {expected.policy for _, scenario in scenarios_beside(name) for expected in scenario.expect}
    assert judged == set(AGREEMENTS[name].policies)


@pytest.mark.parametrize("name", built_in())
def test_the_clause_table_is_current(name: str) -> None:
    page = Path(__file__).parents[1] / "docs" / f"{name}.md"
    assert page.read_text(encoding="utf-8") == clause_table(AGREEMENTS[name]), (
        f"sla-rules clauses {name} > docs/{name}.md"
    )


@pytest.mark.parametrize("name", built_in())
def test_every_clause_is_measured_or_says_why_not(name: str) -> None:
    agreement, counts = AGREEMENTS[name], scenario_counts(AGREEMENTS[name])
    for clause in agreement.clauses.values():
        if clause.status == "descriptive":
            assert clause.why
        else:
            assert any(policy.clause == clause.id for policy in agreement.policies.values()), clause.id
            assert counts[clause.id], clause.id
