"""What all tests share: the evaluators as a fixture, short ways to write events, and how hypothesis runs."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import sla_rules as sla
from sla_rules.evaluators import columnar
from sla_rules.evaluators.live import judging as live
from sla_rules.verdict import Verdict, Verdicts

collect_ignore = ["browser", "spark"]
"""Need a browser and Java; `make browser-test` and `make spark-test` name the folder, and so run it."""

settings.register_profile(
    "default", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40
)
settings.load_profile("default")

EVALUATORS: dict[str, Callable[..., Verdicts]] = {
    "reference": sla.judge,
    "columnar": columnar.judge,
    "live": live.judge,
}
"""Every evaluator that exists, under the signature of `sla.judge`; all semantic tests run on each."""


@pytest.fixture(params=EVALUATORS, scope="session")
def judge(request: pytest.FixtureRequest) -> Callable[..., Verdicts]:
    """An evaluator."""
    return EVALUATORS[request.param]


@pytest.fixture(scope="session")
def intercall() -> sla.Agreement:
    """The InterCall agreement."""
    return sla.load("intercall")


def agreement(policy: Mapping[str, Any], **parts: Any) -> sla.Agreement:
    """An agreement with one policy; `events`, `calendars`, `windows`, `timezone`, `in_force` as in a file.

    Unless said otherwise, the policy has the id `p` and the clause `c`, and is a deadline.
    """
    whole = {"agreement": "test", "clauses": [{"id": "c"}, {"id": "other"}], **parts}
    whole["policies"] = [{"id": "p", "clause": "c", "kind": "deadline", **policy}]
    return sla.load(whole)


class History:
    """Collects events with ids in the order of writing: `h.add("opened", "2026-03-02T14:00:00Z", severity="P1")`."""

    def __init__(self, subject: str = "S") -> None:
        self.subject = subject
        self.events: list[sla.Event] = []

    def add(self, type: str, time: str, *, id: str | None = None, subject: str | None = None, **data: Any) -> "History":
        """Add an event and return the history."""
        number = id or f"e{len(self.events) + 1:03}"
        self.events.append(sla.Event(id=number, type=type, subject=subject or self.subject, time=time, data=data))
        return self


def only(verdicts: Iterable[Verdict], **fields: Any) -> Verdict:
    """The one verdict whose fields have these values."""
    found = [verdict for verdict in verdicts if all(getattr(verdict, name) == value for name, value in fields.items())]
    assert len(found) == 1, [(verdict.policy, verdict.subject, verdict.outcome, verdict.period) for verdict in found]
    return found[0]


def kinds(verdicts: Verdicts) -> list[str]:
    """The kinds of all findings, sorted."""
    return sorted(finding.kind for finding in verdicts.findings)
