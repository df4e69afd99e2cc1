"""An inspection on the terminal."""

from collections import Counter
from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sla_rules.adapters.inspecting.counting import most_common
from sla_rules.adapters.inspecting.inspection import Inspection
from sla_rules.adapters.inspecting.suggesting import Unknown
from sla_rules.errors import quoted

_MOST = 12
"""Rows of a table, and findings, that are shown."""
_FEW = 5


def show(inspection: Inspection) -> None:
    """Print an inspection: what the file is, what is in it, what is left to say."""
    console = Console(highlight=False, soft_wrap=True)
    counts = inspection.counts
    console.print(f"[bold]{escape(inspection.path.name)}[/bold]: {escape(_what(inspection))}")
    for line in inspection.why:
        console.print(f"  {escape(line)}")
    for line in inspection.lacking:
        console.print(f"[bold red]to do[/bold red] {escape(line)}")
    if inspection.lacking:
        return
    span = f", from {inspection.first} to {inspection.last}" if counts.events else ""
    console.print(
        f"{counts.rows:,} rows, {counts.events:,} events of {counts.cases:,} cases{span}; shape: {inspection.map.shape}"
    )
    if inspection.naive:
        console.print("[yellow]times have no offset or zone[/yellow], and were read as UTC: fill in `timezone:`")
    _table(console, ("type of event", "events"), [(type, f"{n:,}") for type, n in inspection.types.items()])
    rows = [(name, f"{field.events:,}", _values(field.values)) for name, field in inspection.fields.items()]
    _table(console, ("field", "events", "values"), rows)
    _findings(console, inspection)
    _beside(console, inspection)


def _what(inspection: Inspection) -> str:
    if inspection.preset is not None:
        return f"{quoted(inspection.preset)}, because"
    return "no preset fits; this is a guess" if inspection.guessed else "because"


def _table(console: Console, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if not rows:
        return
    table = Table(*header, header_style="bold", box=SIMPLE, padding=(0, 1, 0, 0))
    for row in rows[:_MOST]:
        table.add_row(*map(escape, row))
    console.print(table)
    if len(rows) > _MOST:
        console.print(f"[dim]and {len(rows) - _MOST} more[/dim]")


def _values(values: Counter[str] | None) -> str:
    if values is None:
        return "many"
    shown = ", ".join(f"{value} ({number:,})" for value, number in most_common(values)[:_FEW])
    return shown + (f", and {len(values) - _FEW} more" if len(values) > _FEW else "")


def _findings(console: Console, inspection: Inspection) -> None:
    findings = inspection.findings
    for each in findings[:_FEW]:
        place = f"{each.place}: " if each.place else ""
        what = "no event" if each.kind == "unreadable" else "in doubt"
        console.print(f"[yellow]{what}[/yellow] {escape(place + each.message)}")
    more = sum(each.count for each in findings[_FEW:])
    if more:
        console.print(f"[dim]and {more:,} more[/dim]")


def _beside(console: Console, inspection: Inspection) -> None:
    beside = inspection.beside
    if beside is None:
        return
    if beside.never:
        console.print(f"[yellow]never in the file[/yellow] {escape(', '.join(map(quoted, beside.never)))}")
    for unknown in beside.types[:_MOST]:
        console.print(f"[yellow]not declared[/yellow] {escape(_told(unknown))}")
    for field, values in beside.values.items():
        for unknown in values[:_MOST]:
            console.print(f"[yellow]not allowed[/yellow] {escape(f'{field}: {_told(unknown)}')}")


def _told(unknown: Unknown) -> str:
    near = "" if unknown.nearest is None else f", nearest {quoted(unknown.nearest)}"
    return f"{quoted(unknown.word)}, {unknown.events:,} events{near}"
