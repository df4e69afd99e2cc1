"""Where Spark is not installed."""

import importlib.util
from typing import Any

import pytest

import sla_rules as sla

EVALUATOR = sla.evaluators.spark


@pytest.mark.parametrize("package", ["pyspark", "pyarrow"])
def test_a_package_that_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr("sla_rules.evaluators.spark.find_spec", lambda name: None if name == package else real(name))
    message = rf"^{package} is not installed; `pip install sla-rules\[spark\]` installs it$"
    calls: list[Any] = [EVALUATOR.session, lambda: EVALUATOR.evaluate(sla.load("intercall"), None)]
    for call in [*calls, lambda: EVALUATOR.findings(sla.load("intercall"), None)]:
        with pytest.raises(sla.SlaError, match=message):
            call()


@pytest.mark.parametrize("variable", ["PATH", "JAVA_HOME"])
def test_missing_java_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, variable: str) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    with pytest.raises(sla.SlaError) as refused:
        EVALUATOR.session()
    assert str(refused.value) == "Spark needs Java 17 or later; there is none in `JAVA_HOME`, nor in the path"
