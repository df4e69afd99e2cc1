"""Stories of cases on the terminal: a wrapper around `Verdict.trace`."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sla_rules.calendar import Stretch
from sla_rules.instants import micros, say_span, span_micros
from sla_rules.reason import local
from sla_rules.verdict import Verdict

_STYLES = {"counted": "", "closed": "dim", "holiday": "cyan", "excluded": "magenta", "down": "red"}


def tell(verdicts: Iterable[Verdict]) -> None:
    """Print the story of each verdict: when it started, what counted and what did not, when due, what decided it."""
    console = Console(highlight=False)
    for verdict in verdicts:
        clause = verdict.terms.clause
        section = f", section {clause.section}" if clause.section else ""
        version = f", version {verdict.version}" if verdict.version else ""
        console.print(f"[bold]{escape(verdict.policy)}[/bold] {verdict.outcome}: {escape(verdict.reason)}")
        clauses = ", ".join(verdict.clauses)
        console.print(f"  [dim]clause {escape(clauses)}{escape(section)}, {clause.strength}{version}[/dim]")
        table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
        for row in _rows(verdict):
            table.add_row(*row)
        console.print(table)


def _rows(verdict: Verdict) -> Iterable[tuple[str, str, str]]:
    if verdict.start_at is not None:
        yield local(verdict.start_at, verdict), "", "started"
    for stretch in verdict.trace.stretches:
        yield _stretch(stretch, verdict)
    if verdict.due_at is not None:
        yield local(verdict.due_at, verdict), "", "[bold]due[/bold]"
    if verdict.stop_at is not None:
        yield local(verdict.stop_at, verdict), "", "stopped"
    if verdict.cancelled_at is not None:
        yield local(verdict.cancelled_at, verdict), "", "cancelled"
    if verdict.evidence:
        yield "decided by", "", escape(f"events {', '.join(verdict.evidence)}")


def _stretch(stretch: Stretch, verdict: Verdict) -> tuple[str, str, str]:
    style = _STYLES[stretch.cause]
    what = f"{stretch.cause} {stretch.name}".strip() if stretch.cause != "excluded" else f"not counted: {stretch.name}"
    when = f"  {local(micros(stretch.start), verdict)}"
    length = say_span(span_micros(stretch.length))
    return when, length, f"[{style}]{escape(what)}[/]" if style else escape(what)
