"""When something will be so: warnings, due instants and the ends of months, each an instant to wake at."""

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

from sla_rules.calendar import merged
from sla_rules.counting.uptime import allowed, measure, up_to
from sla_rules.errors import BeyondHorizonError
from sla_rules.events import Window
from sla_rules.language.policies import Availability, Deadline, WarnPoint
from sla_rules.periods import bounds
from sla_rules.trace import OUTAGE
from sla_rules.verdict import Outcome, Verdict


class Warning(NamedTuple):
    """A point at which to warn.

    Attributes:
        text: as the agreement writes it.
        reached: whether it was reached while the obligation was open.
        wakes: when to look again, where it was not; None where only an event can bring it nearer.
        late: whether it lies after the due instant.
    """

    text: str
    reached: bool
    wakes: int | None
    late: bool


def ended_at(verdict: Verdict) -> int | None:
    """Return the instant at which an instance ended; None while it is open."""
    return verdict.stop_at if verdict.stop_at is not None else verdict.cancelled_at


def warnings(verdict: Verdict) -> list[Warning]:
    """Return the warnings of an instance of a deadline, as known at the instant of its verdict."""
    policy, now = verdict.terms.policy, verdict.terms.as_of
    if not isinstance(policy, Deadline) or now is None or verdict.start_at is None:
        return []
    end = ended_at(verdict)
    return [point_of(verdict, each, now if end is None else end) for each in policy.warn_at]


def point_of(verdict: Verdict, point: WarnPoint, at: int) -> Warning:
    """Return how a warning stands at an instant: a share of counted time, or some time before or after due."""
    if point.offset is not None:
        known = verdict.due_at is not None
        wakes = (verdict.due_at or 0) + point.offset
        return Warning(point.text, known and at >= wakes, wakes if known else None, point.offset > 0)
    share = point.share or 0
    if verdict.limit_micros is None:
        if verdict.due_at is None or verdict.start_at is None:
            return Warning(point.text, False, None, share > 1)
        wakes = verdict.start_at + ceil((verdict.due_at - verdict.start_at) * share)
        return Warning(point.text, at >= wakes, wakes, share > 1)
    threshold = ceil(verdict.limit_micros * share)
    reached = verdict.elapsed_micros is not None and verdict.elapsed_micros >= threshold
    return Warning(point.text, reached, None if reached else counted_at(verdict, threshold, at), share > 1)


def counted_at(verdict: Verdict, threshold: int, at: int) -> int | None:
    """Return when so much time will have counted at the earliest; None while the clock stands still, or never."""
    if (
        verdict.calendar is None
        or verdict.start_at is None
        or any(each.end_at is None for each in verdict.standing_still)
    ):
        return None
    still = merged((each.start_at, each.end_at or 0) for each in verdict.standing_still)
    try:
        return max(verdict.terms.calendars[verdict.calendar].due(verdict.start_at, threshold, still), at + 1)
    except BeyondHorizonError:
        return None


def wakes_of(verdict: Verdict) -> Iterator[int]:
    """Yield the instants at which an instance may come to something else, or to a warning, without an event."""
    now = verdict.terms.as_of or 0
    if verdict.uptime is not None:
        yield from wakes_of_month(verdict, now)
    elif ended_at(verdict) is None:
        if verdict.outcome is Outcome.PENDING and verdict.due_at is not None:
            yield verdict.due_at + 1
        if verdict.outcome in (Outcome.PENDING, Outcome.BREACHED):
            for each in warnings(verdict):
                if not each.reached and each.wakes is not None:
                    yield each.wakes


def wakes_of_month(verdict: Verdict, now: int) -> Iterator[int]:
    """Yield when the outage of a running month will exceed what it allows, if it lasts."""
    policy = verdict.terms.policy
    if verdict.outcome is not Outcome.PENDING or not isinstance(policy, Availability) or verdict.period is None:
        return
    start, end = bounds(verdict.period, policy.per, verdict.terms.zone)

    def too_long(at: int) -> bool:
        measured = measure(start, end, up_to(at, down), up_to(at, apart), at)
        return measured.down > allowed(measured.measured, policy.at_least)

    down = [each for each in verdict.standing_still if each.kind == OUTAGE]
    apart: list[Window] = [each for each in verdict.standing_still if each.kind != OUTAGE]
    if too_long(end):
        low, high = now, end
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if too_long(middle) else (middle, high)
        yield high
