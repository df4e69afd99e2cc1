"""What is worth an alert: what is so of an instance now against what was told of it."""

from collections.abc import Iterator
from typing import NamedTuple

from sla_rules.language.policies import Deadline, Never, Procedure
from sla_rules.monitoring.points import ended_at, warnings
from sla_rules.reason import reason
from sla_rules.verdict import Outcome, Verdict

STARTED = "started"
WARNING = "warning "


class News(NamedTuple):
    """What an alert is to say: of what kind, and at which point of warning."""

    kind: str
    point: str | None = None


def lasts(verdict: Verdict) -> bool:
    """Say whether an instance begins and ends, rather than being judged at once or by the month."""
    policy = verdict.terms.policy
    return isinstance(policy, (Deadline, Procedure)) or (isinstance(policy, Never) and policy.for_each is not None)


def runs(verdict: Verdict) -> bool:
    """Say whether an instance, or a month of a service, has not come to its end."""
    if verdict.outcome is Outcome.PENDING or verdict.uptime is not None:
        return True
    return isinstance(verdict.terms.policy, Deadline) and ended_at(verdict) is None


def told_of(verdict: Verdict) -> dict[str, News]:
    """Return what holds of an instance, or of a period, and is worth telling, by name."""
    found: dict[str, News] = {}
    if verdict.tally is None and lasts(verdict):
        found[STARTED] = News(STARTED)
    # Of what is met until it goes wrong, nobody can say that it is met for good.
    kept_for_good = not lasts(verdict) or ended_at(verdict) is not None
    if verdict.outcome in (Outcome.BREACHED, Outcome.EXEMPT, Outcome.VOID) or (
        verdict.outcome is Outcome.MET and kept_for_good
    ):
        found[verdict.outcome] = News(str(verdict.outcome))
    return found


def warnings_of(verdict: Verdict, standing: set[str]) -> Iterator[tuple[str, News]]:
    """Yield the warnings that hold: those told that were not too early, and those reached of what is open still.

    Of what is breached already only what comes after the due instant is worth a warning.
    """
    open_still = ended_at(verdict) is None and verdict.outcome in (Outcome.PENDING, Outcome.BREACHED)
    for each in warnings(verdict):
        name = f"{WARNING}{each.text}"
        worth = open_still and (each.late or verdict.outcome is Outcome.PENDING)
        if each.reached and (worth or name in standing):
            yield name, News("warning", each.text)


def sentence(verdict: Verdict, news: News) -> str:
    """Return what an alert says."""
    return f"{news.point}: {reason(verdict)}" if news.point else reason(verdict)
