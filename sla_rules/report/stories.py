"""Stories of cases on standard output: a wrapper around `Verdict.trace`."""

from collections.abc import Iterable, Iterator

from sla_rules.calendar import Stretch
from sla_rules.instants import micros, say_span, span_micros
from sla_rules.reason import local
from sla_rules.screen import Part, Screen
from sla_rules.verdict import Verdict

_STYLES = {"counted": "", "closed": "dim", "holiday": "cyan", "excluded": "magenta", "down": "red"}


def tell(verdicts: Iterable[Verdict]) -> None:
    """Print the story of each verdict: when it started, what counted and what did not, when due, what decided it."""
    screen = Screen()
    for verdict in verdicts:
        clause = verdict.terms.clause
        section = f", section {clause.section}" if clause.section else ""
        version = f", version {verdict.version}" if verdict.version else ""
        screen.say((verdict.policy, "bold"), f" {verdict.outcome}: {verdict.reason}")
        screen.say("  ", (f"clause {', '.join(verdict.clauses)}{section}, {clause.strength}{version}", "dim"))
        screen.table(("", "", ""), _rows(verdict), indent=2)


def _rows(verdict: Verdict) -> Iterator[tuple[Part, ...]]:
    if verdict.start_at is not None:
        yield local(verdict.start_at, verdict), "", "started"
    for stretch in verdict.trace.stretches:
        yield _stretch(stretch, verdict)
    if verdict.due_at is not None:
        yield local(verdict.due_at, verdict), "", ("due", "bold")
    if verdict.stop_at is not None:
        yield local(verdict.stop_at, verdict), "", "stopped"
    if verdict.cancelled_at is not None:
        yield local(verdict.cancelled_at, verdict), "", "cancelled"
    if verdict.evidence:
        yield "decided by", "", f"events {', '.join(verdict.evidence)}"


def _stretch(stretch: Stretch, verdict: Verdict) -> tuple[Part, ...]:
    what = f"{stretch.cause} {stretch.name}".strip() if stretch.cause != "excluded" else f"not counted: {stretch.name}"
    when = f"  {local(micros(stretch.start), verdict)}"
    return when, say_span(span_micros(stretch.length)), (what, _STYLES[stretch.cause])
