"""The story of a verdict, as data: when it started, every stretch that counted or did not and why, what decided it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from sla_rules.calendar import Cause, Stretch
from sla_rules.errors import BeyondHorizonError
from sla_rules.events import Window
from sla_rules.instants import moment, span
from sla_rules.periods import bounds

if TYPE_CHECKING:
    from sla_rules.verdict import Verdict


OUTAGE = "down"
"""The kind of the stretches of an availability that are outages, beside those that are excluded windows."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The story of one verdict.

    Attributes:
        verdict: whose story it is.
        stretches: from its start to its stop, its cancel or `as_of`, in order and without gaps: `counted`, `closed`,
            `holiday` by name, or `excluded` with the name of the pause, reopening or window and of the events or id it
            rests on. Of an availability, the period up to `as_of`: `counted`, `down`, or `excluded` by a window.
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
    if verdict.uptime is not None:
        return Trace(verdict, tuple(_of_uptime(verdict)))
    ends = (verdict.stop_at, verdict.cancelled_at, verdict.terms.as_of)
    end = next((at for at in ends if at is not None), verdict.start_at)
    if verdict.start_at is None or end is None or verdict.calendar is None:
        return Trace(verdict, ())
    calendar = verdict.terms.calendars[verdict.calendar]
    try:
        found = calendar.stretches(moment(verdict.start_at), moment(end), exclude=verdict.standing_still)
    except BeyondHorizonError:
        found = []
    return Trace(verdict, tuple(found))


def _of_uptime(verdict: "Verdict") -> Iterator[Stretch]:
    """Yield the stretches of a month up to `as_of`: an excluded window before an outage, an outage before the rest."""
    first, after = bounds(str(verdict.period), "month", verdict.terms.zone)
    last = after if verdict.terms.as_of is None else min(after, verdict.terms.as_of)
    known = [(each, last if each.end_at is None else min(each.end_at, last)) for each in verdict.standing_still]
    edges = {edge for each, end in known for edge in (each.start_at, end) if first < edge < last}
    for (cause, name), same in groupby(pairwise(sorted({first, last, *edges})), lambda piece: _why(piece[0], known)):
        pieces = list(same)
        start, end = pieces[0][0], pieces[-1][1]
        yield Stretch(moment(start), moment(end), cause, name, span(end - start))


def _why(at: int, known: list[tuple[Window, int]]) -> tuple[Cause, str]:
    here = [each for each, end in known if each.start_at <= at < end]
    excluding = ", ".join(f"{each.kind} {each.id or ''}".strip() for each in here if each.kind != OUTAGE)
    if excluding:
        return "excluded", excluding
    return ("down", ", ".join(str(each.id) for each in here)) if here else ("counted", "")
