"""The story of a verdict, as data: when it started, every stretch that counted or did not and why, what decided it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sla_rules.calendar import Stretch
from sla_rules.errors import BeyondHorizonError
from sla_rules.instants import moment, span

if TYPE_CHECKING:
    from sla_rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Trace:
    """The story of one verdict.

    Attributes:
        verdict: whose story it is.
        stretches: from its start to its stop, its cancel or `as_of`, in order and without gaps: `counted`, `closed`,
            `holiday` by name, or `excluded` with the name of the pause, reopening or window and of the events or id it
            rests on. Of an availability, the windows and outages that concern the period.
    """

    verdict: "Verdict"
    stretches: tuple[Stretch, ...]

    def to_dict(self) -> dict[str, Any]:
        """The story as plain values: the verdict, and each stretch with ISO instants and microseconds."""
        stretches = [
            {
                "start": each.start.isoformat(),
                "end": each.end.isoformat(),
                "cause": each.cause,
                "name": each.name,
                "length": int(each.length.total_seconds() * 1_000_000),
            }
            for each in self.stretches
        ]
        return {**self.verdict.to_dict(), "stretches": stretches}


def trace(verdict: "Verdict") -> Trace:
    """Return the story of a verdict."""
    ends = (verdict.stop_at, verdict.cancelled_at, verdict.terms.as_of)
    end = next((at for at in ends if at is not None), verdict.start_at)
    if verdict.start_at is None or end is None:
        return Trace(verdict, ())
    if verdict.calendar is None:
        return Trace(verdict, tuple(_as_stretch(verdict, index, end) for index in range(len(verdict.standing_still))))
    calendar = verdict.terms.calendars[verdict.calendar]
    try:
        found = calendar.stretches(moment(verdict.start_at), moment(end), exclude=verdict.standing_still)
    except BeyondHorizonError:
        found = []
    return Trace(verdict, tuple(found))


def _as_stretch(verdict: "Verdict", index: int, end: int) -> Stretch:
    window = verdict.standing_still[index]
    until = end if window.end_at is None else window.end_at
    name = f"{window.kind} {window.id}" if window.id else window.kind
    return Stretch(moment(window.start_at), moment(until), "excluded", name, span(until - window.start_at))
