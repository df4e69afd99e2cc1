"""Runs the semantic tests on the Spark evaluator in place of the others: `make spark-test` names this plugin.

All of them run by the plan of the Spark evaluator without Spark, which takes milliseconds a test. On Spark itself, at
half a second a test, runs the first variant of one in four, chosen by name.
"""

from zlib import crc32

import pytest
from hypothesis import settings

from sla_rules.evaluators.spark import plan
from tests import conftest
from tests.spark.judging import judge_locally, judge_on
from tests.spark.sessions import session

LOCAL, SPARK = "local", "spark"
ONE_IN = 4
FEW = 8
"""Histories that a test draws."""
USES = "_hypothesis_internal_use_settings"
"""Where a test has its settings, which hypothesis lets nobody change; elsewhere it would draw as many as it says."""
conftest.EVALUATORS |= {LOCAL: judge_locally, SPARK: lambda *given, **options: judge_on(session(), *given, **options)}
# Few events are brought to several places all the same.
plan.SMALL = 1


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have only these evaluators judge."""
    if "judge" in metafunc.fixturenames:
        metafunc.definition.add_marker(pytest.mark.parametrize("judge", [LOCAL, SPARK], indirect=True, scope="session"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to Spark one test in `ONE_IN`, its first variant, and none of those that draw many histories."""
    seen, kept, others = set[str](), list[pytest.Item](), list[pytest.Item]()
    for item in items:
        drawn = getattr(item.function, USES, None)
        if drawn is not None:
            setattr(item.function, USES, settings(drawn, max_examples=FEW))
        on_spark = getattr(item, "callspec", None) is not None and item.callspec.params.get("judge") == SPARK
        name = item.nodeid.partition("[")[0]
        chosen = name not in seen and not hasattr(item.function, "hypothesis") and not crc32(name.encode()) % ONE_IN
        (kept if chosen or not on_spark else others).append(item)
        if on_spark:
            seen.add(name)
    items[:] = kept
    config.hook.pytest_deselected(items=others)
