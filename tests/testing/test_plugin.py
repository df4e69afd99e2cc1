"""The pytest plugin collects scenarios and laws with readable ids."""

from pathlib import Path

import pytest

from tests.testing.test_certification import LITTLE, SCENARIOS

pytest_plugins = ["pytester"]


@pytest.fixture(name="little")
def little_agreement(pytester: pytest.Pytester) -> Path:
    path = pytester.path / "little.yaml"
    path.write_text(LITTLE, encoding="utf-8")
    path.with_name("little.scenarios.yaml").write_text(SCENARIOS.replace("LIMIT", "1 h"), encoding="utf-8")
    return path


def test_scenarios_and_laws_are_tests(pytester: pytest.Pytester, little: Path) -> None:
    result = pytester.runpytest_inprocess(f"--sla-agreement={little}", "-v", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=10)
    result.stdout.fnmatch_lines(["*answer: An urgent question answered within its hour [[]reference[]]*PASSED*"])
    result.stdout.fnmatch_lines(["*answer: a later stop is never better [[]reference[]]*PASSED*"])


def test_a_failure_shows_the_sentence_and_no_stack(pytester: pytest.Pytester, little: Path) -> None:
    little.with_name("little.scenarios.yaml").write_text(SCENARIOS.replace("LIMIT", "2 h"), encoding="utf-8")
    result = pytester.runpytest_inprocess(f"--sla-agreement={little}", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=8, failed=2)
    result.stdout.fnmatch_lines(["*no verdict `answer` of Q met; there is `answer` of Q breached, margin -1 h*"])
    assert "Traceback" not in result.stdout.str()


def test_an_agreement_that_cannot_be_loaded_says_so(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--sla-agreement=nonsense", "-p", "no:cacheprovider")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "INTERNALERROR" not in result.stdout.str()
    assert "no agreement `nonsense`" in result.stdout.str() + result.stderr.str()
