"""A pytest plugin: `pytest --sla-agreement my.yaml` collects an agreement's scenarios and laws as tests.

Each scenario is a test, and so is each law for each policy, on every evaluator that is installed.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from sla_rules.errors import SlaError


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--sla-agreement`."""
    parser.getgroup("sla-rules").addoption(
        "--sla-agreement",
        action="append",
        default=[],
        metavar="AGREEMENT",
        help="collect the scenarios and laws of this agreement (a built-in name, a YAML file or a folder); repeatable",
    )


class AgreementTests(pytest.Collector):
    """The tests of one agreement."""

    def __init__(self, *, source: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.source = source

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each scenario and evaluator, then for each policy, law and evaluator."""
        from sla_rules.agreement import load
        from sla_rules.testing.certification import EVALUATORS
        from sla_rules.testing.directed import directed
        from sla_rules.testing.laws import LAWS, ORDER
        from sla_rules.testing.scenarios import run, scenarios_of

        agreement = load(self.source)
        for file, scenario in scenarios_of(agreement):
            for name, judge in EVALUATORS.items():

                def try_scenario(scenario: Any = scenario, judge: Any = judge, file: str = file) -> list[str]:
                    return list(run(scenario, agreement, judge, file).differences)

                clause = ", ".join(scenario.clause)
                yield AgreementTest.from_parent(self, name=f"{clause}: {scenario.name} [{name}]", trial=try_scenario)
        for id in agreement.policies:
            alone = agreement.only(id)
            for sentence, law in LAWS.items():
                judges = EVALUATORS if sentence == ORDER else dict(list(EVALUATORS.items())[:1])
                for name, judge in judges.items():

                    def try_law(id: str = id, law: Any = law, judge: Any = judge, alone: Any = alone) -> list[str]:
                        random = Random(0)
                        return [
                            f"{history.name}: {how}"
                            for history in directed(agreement, id)
                            for _, how in law(alone, history, judge, random)
                        ]

                    yield AgreementTest.from_parent(self, name=f"{id}: {sentence} [{name}]", trial=try_law)


class AgreementTest(pytest.Item):
    """One scenario or law, as a test."""

    def __init__(self, *, trial: Callable[[], list[str]], **rest: Any) -> None:
        super().__init__(**rest)
        self.trial = trial

    def runtest(self) -> None:
        """Fail with a sentence for everything that is not as it should be."""
        failures = self.trial()
        if failures:
            raise ScenarioFailedError("\n".join(failures))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the sentences, not the stack, of a scenario or law that failed."""
        if isinstance(excinfo.value, ScenarioFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, int | None, str]:
        """Name the agreement and the test."""
        return self.parent.name if self.parent else "", None, self.name


class ScenarioFailedError(AssertionError):
    """A scenario or law of an agreement that does not hold."""


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the tests of the agreements that the command line names."""
    for source in config.getoption("--sla-agreement"):
        tests = AgreementTests.from_parent(session, name=str(source), source=str(source))
        try:
            items.extend(tests.collect())
        except SlaError as error:
            raise pytest.UsageError(str(error)) from None
