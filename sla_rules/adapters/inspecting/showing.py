"""An inspection on the terminal."""

from collections import Counter
from collections.abc import Sequence

from sla_rules.adapters.inspecting.counting import most_common
from sla_rules.adapters.inspecting.inspection import Inspection
from sla_rules.adapters.inspecting.suggesting import Unknown
from sla_rules.errors import quoted
from sla_rules.screen import Screen

_MOST = 12
"""Rows of a table, and findings, that are shown."""
_FEW = 5


def show(inspection: Inspection) -> None:
    """Print an inspection: what the file is, what is in it, what is left to say."""
    screen = Screen()
    counts = inspection.counts
    screen.say((inspection.path.name, "bold"), f": {_what(inspection)}")
    for line in inspection.why:
        screen.say(f"  {line}")
    for line in inspection.lacking:
        screen.say(("to do", "bold red"), f" {line}")
    if inspection.lacking:
        return
    span = f", from {inspection.first} to {inspection.last}" if counts.events else ""
    screen.say(
        f"{counts.rows:,} rows, {counts.events:,} events of {counts.cases:,} cases{span}; shape: {inspection.map.shape}"
    )
    if inspection.naive:
        screen.say(("times have no offset or zone", "yellow"), ", and were read as UTC: fill in `timezone:`")
    _table(screen, ("type of event", "events"), [(type, f"{n:,}") for type, n in inspection.types.items()])
    rows = [(name, f"{field.events:,}", _values(field.values)) for name, field in inspection.fields.items()]
    _table(screen, ("field", "events", "values"), rows)
    _findings(screen, inspection)
    _beside(screen, inspection)


def _what(inspection: Inspection) -> str:
    if inspection.preset is not None:
        return f"{quoted(inspection.preset)}, because"
    return "no preset fits; this is a guess" if inspection.guessed else "because"


def _table(screen: Screen, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if not rows:
        return
    screen.table(header, rows[:_MOST])
    if len(rows) > _MOST:
        screen.say((f"and {len(rows) - _MOST} more", "dim"))


def _values(values: Counter[str] | None) -> str:
    if values is None:
        return "many"
    shown = ", ".join(f"{value} ({number:,})" for value, number in most_common(values)[:_FEW])
    return shown + (f", and {len(values) - _FEW} more" if len(values) > _FEW else "")


def _findings(screen: Screen, inspection: Inspection) -> None:
    findings = inspection.findings
    for each in findings[:_FEW]:
        place = f"{each.place}: " if each.place else ""
        what = "no event" if each.kind == "unreadable" else "in doubt"
        screen.say((what, "yellow"), f" {place + each.message}")
    more = sum(each.count for each in findings[_FEW:])
    if more:
        screen.say((f"and {more:,} more", "dim"))


def _beside(screen: Screen, inspection: Inspection) -> None:
    beside = inspection.beside
    if beside is None:
        return
    if beside.never:
        screen.say(("never in the file", "yellow"), f" {', '.join(map(quoted, beside.never))}")
    for unknown in beside.types[:_MOST]:
        screen.say(("not declared", "yellow"), f" {_told(unknown)}")
    for field, values in beside.values.items():
        for unknown in values[:_MOST]:
            screen.say(("not allowed", "yellow"), f" {field}: {_told(unknown)}")


def _told(unknown: Unknown) -> str:
    near = "" if unknown.nearest is None else f", nearest {quoted(unknown.nearest)}"
    return f"{quoted(unknown.word)}, {unknown.events:,} events{near}"
