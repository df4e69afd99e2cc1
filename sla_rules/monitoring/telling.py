"""What is worth an alert: what is so of an instance now against what was told of it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sla_rules.events import Event
from sla_rules.language.policies import Deadline, Never, Procedure
from sla_rules.language.selectors import types_of
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
    """Say whether a verdict is on an instance that begins and ends, not on what is judged at once or by the period."""
    policy = verdict.terms.policy
    begins = isinstance(policy, (Deadline, Procedure)) or (isinstance(policy, Never) and policy.for_each is not None)
    return begins and verdict.tally is None


def runs(verdict: Verdict, events: Iterable[Event]) -> bool:
    """Say whether an instance, or a month of a service, has not come to its end; a prohibition without one never has.

    Args:
        verdict: on the instance.
        events: of its case, which may have ended a prohibition.
    """
    policy = verdict.terms.policy
    if verdict.outcome is Outcome.PENDING or verdict.uptime is not None:
        return True
    if isinstance(policy, Never) and policy.for_each is not None and ended_at(verdict) is None:
        until = types_of(policy.until)
        return not any(event.type in until and event.at >= (verdict.start_at or 0) for event in events)
    return isinstance(policy, Deadline) and ended_at(verdict) is None


def told_of(verdict: Verdict) -> dict[str, News]:
    """Return what holds of an instance, or of a period, and is worth telling, by name."""
    found: dict[str, News] = {}
    if lasts(verdict):
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
