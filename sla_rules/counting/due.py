"""Until when a case is in time, how much time has counted, and how much is left."""

from typing import NamedTuple

from sla_rules.calendar import Calendar
from sla_rules.counting.allowance import Given
from sla_rules.counting.causes import BEYOND
from sla_rules.counting.still import Still
from sla_rules.errors import BeyondHorizonError
from sla_rules.events import Event


class Due(NamedTuple):
    """Until when an instance is in time.

    Attributes:
        at: the last instant in time; None while open, or unknown for a cause.
        cause: why it cannot be known.
        deferral: the events that put it off.
    """

    at: int | None = None
    cause: str | None = None
    deferral: tuple[Event, ...] = ()


def ordinary_due(
    given: Given, calendar: Calendar | str, still: Still, start: int, at: int, ended: bool, strict: bool
) -> Due:
    """Return until when an instance is in time, were it not deferred: open while its clock stands still, or no limit.

    Args:
        given: what its limit gives.
        calendar: that of the case, or why it is unknown.
        still: the time that does not count.
        start: the instant of the start event, in microseconds.
        at: the instant at which it ended, or that of knowledge.
        ended: whether it has ended, by a stop or a cancel.
        strict: whether the limit itself is late.
    """
    if given.cause is not None:
        return Due(cause=given.cause)
    reached = given.instant
    if given.counted is not None:
        if isinstance(calendar, str):
            return Due(cause=calendar)
        try:
            reached = calendar.due(start, given.counted, still.intervals)
        except BeyondHorizonError:
            return Due(cause=BEYOND)
        # Used up at the very instant at which a pause begins: `closing` has passed a strict limit by then.
        passed = strict and calendar.exhausted_at == "closing" and reached == at
        if still.paused and reached >= at and not passed and not ended:
            return Due()
    if reached is None:
        return Due()
    return Due(reached - 1 if strict else reached)


def counted(calendar: Calendar | str, start: int, end: int, still: Still) -> int | None:
    """Return the counted time between two instants; None where the calendar is unknown or does not reach so far."""
    try:
        return None if isinstance(calendar, str) else calendar.counted(start, end, still.intervals)
    except BeyondHorizonError:
        return None


def margin_of(
    given: Given, due: Due, calendar: Calendar | str, still: Still, elapsed: int | None, at: int, strict: bool
) -> int | None:
    """Return the counted time in microseconds from an instant to the due instant, negative when late.

    Args:
        given: what the limit gives.
        due: until when the instance is in time, deferred or not.
        calendar: that of the case, or why it is unknown.
        still: the time that does not count.
        elapsed: what has counted from the start to `at`.
        at: the instant at which the instance ended, or that of knowledge.
        strict: whether the limit itself is late.
    """
    if due.cause is not None or elapsed is None:
        return None
    if given.counted is not None and not due.deferral and not strict:
        return given.counted - elapsed
    if due.at is None:
        return None if given.counted is None or due.deferral else given.counted - elapsed
    left, over = counted(calendar, at, due.at, still), counted(calendar, due.at, at, still)
    return None if left is None or over is None else left - over
